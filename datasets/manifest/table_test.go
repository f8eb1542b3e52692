package manifest

import (
	"slices"
	"strings"
	"testing"
)

// two describes a picture and a text.
const two = `{"modalities": {"photo": {"kind": "image"}, "words": {"kind": "text"}}}`

func TestParse(t *testing.T) {
	about, err := describe("samples.json", []byte(two))
	must(t, err)
	table, err := parse("samples.csv", []byte("\ufeffwords, id ,label,group,photo\n\"a, \"\"b\"\"\",1,y,g,p.png\n\nc,2, x ,,q.png\nd,3,y,g,r.png\n"), about)
	must(t, err)
	if !slices.Equal(table.names, []string{"words", "photo"}) || !slices.Equal(table.classes, []string{"x", "y"}) || len(table.rows) != 3 {
		t.Fatalf("modalities %v, classes %v, %d samples", table.names, table.classes, len(table.rows))
	}
	a, b, c := table.rows[0], table.rows[1], table.rows[2]
	if a.class != 1 || b.class != 0 || a.group != c.group || a.group == b.group || b.line != 4 || a.cells[0] != `a, "b"` {
		t.Errorf("samples %+v", table.rows)
	}
}

func TestParseErrors(t *testing.T) {
	about, err := describe("samples.json", []byte(two))
	must(t, err)
	const head = "id,label,photo,words\n"
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "samples.csv is empty; begin with a line such as id,label,photo,words"},
		{"no samples", head, "0 samples of 0 classes"},
		{"one class", head + "1,x,p,w\n2,x,p,w\n", "2 samples of 1 classes"},
		{"another code", "id,label,photo,words\n1,\xe9,p,w\n", "not UTF-8"},
		{"semicolons", "id;label;photo;words\n", "separate columns with commas"},
		{"an unknown column", "id,label,photo,words,age\n", `the column "age"`},
		{"a column twice", "id,label,photo,photo,words\n", `"photo" is there twice`},
		{"no id", "label,photo,words\n", `no column "id"`},
		{"no such modality", "id,label,photo\n", `no column "words"`},
		{"a short line", head + "1,x,p,w\n2,y,p\n", "line 3: 3 cells, but the header has 4"},
		{"a quote", head + "1,x,p,a \"b\n", `line 2: bare "`},
		{"an open quote", head + "1,x,p,\"b\n\n", "samples.csv, line"},
		{"an id twice", head + "1,x,p,w\n1,y,p,w\n", `line 3: the id "1" is that of line 2`},
		{"an empty id", head + " ,x,p,w\n", "line 2: the id is empty"},
		{"an empty label", head + "1,,p,w\n", "line 2: the label is empty"},
		{"an empty cell", head + "1,x,p,\n", "line 2: words is empty"},
		{"a part", "id,label,part,photo,words\n1,x,training,p,w\n", `line 2: part is "training"; write train, validation or test`},
		{"a part missing", "id,label,part,photo,words\n1,x,train,p,w\n2,y,,p,w\n", `line 3: part is ""`},
		{"a part late", "id,label,part,photo,words\n1,x,,p,w\n2,y,test,p,w\n", "line 3: part is"},
		{"no test", "id,label,part,photo,words\n1,x,train,p,w\n2,y,validation,p,w\n", "no line is in the test part"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := parse("samples.csv", []byte(test.text), about)
			fails(t, err, test.want)
		})
	}
}

func TestDescribe(t *testing.T) {
	d, err := describe("samples.json", []byte(`{"title": "t", "modalities": {"p": {"kind": "image"}, "a": {"kind": "audio"}, "t": {"kind": "text"},
		"s": {"kind": "sensor", "steps": 5, "channels": ["x"]}}}`))
	must(t, err)
	for name, want := range map[string][]int{"p": {32, 32, 3}, "a": {99, 32, 1}, "t": {1024}, "s": {5, 1}} {
		if got := d.Modalities[name].shape(); !slices.Equal(got, want) {
			t.Errorf("%s has shape %v, want %v", name, got, want)
		}
	}
	for _, test := range []struct{ text, want string }{
		{"", "samples.json: EOF"},
		{"{\n\"modalities\": 7}", "line 2"},
		{`{"modalities": {}}`, "describes no modalities"},
		{two + "{}", "more text"},
		{`{"modalities": {"p": {"kind": "image", "sise": 3}}}`, `unknown field "sise"`},
		{`{"modalities": {"p": {"kind": "video"}}}`, `modality p: there is no kind "video"; use one of audio, image, sensor, text`},
		{`{"modalities": {"p": {}}}`, `no kind ""`},
		{`{"modalities": {"P": {"kind": "image"}}}`, `modality "P": call it otherwise`},
		{`{"modalities": {"head": {"kind": "image"}}}`, `modality "head": call it otherwise`},
		{`{"modalities": {"p": {"kind": "image", "size": 4}}}`, "size is 4; use 8 to 512"},
		{`{"modalities": {"p": {"kind": "image", "bands": 4}}}`, "bands means nothing for image"},
		{`{"modalities": {"p": {"kind": "image", "channels": ["x"]}}}`, "channels mean nothing for image"},
		{`{"modalities": {"p": {"kind": "sensor", "steps": 5}}}`, "there are 0 channels"},
		{`{"modalities": {"p": {"kind": "sensor", "channels": ["x"]}}}`, "steps is 0; use 2 to 65536"},
	} {
		_, err := describe("samples.json", []byte(test.text))
		fails(t, err, test.want, "samples.json")
	}
}

func TestNumbers(t *testing.T) {
	got, err := numbers([]byte("\ufeffx, y\n1, 2\n-3e1,.5\n9,9\n"), 2, 2)
	must(t, err)
	if !slices.Equal(got, []float32{1, 2, -30, 0.5}) {
		t.Errorf("got %v", got)
	}
	for _, test := range []struct{ text, want string }{
		{"", "0 rows of numbers, 2 steps"},
		{"x,y\n", "0 rows"},
		{"1,2\n3\n", "line 2 has 1 columns"},
		{"1,2\nx,y\n", `line 2: "x" is no number`},
		{"1,y\n3,4\n", "line 1 holds numbers and words"},
		{"1,2\n3,NaN\n", `"NaN" is no number`},
		{"1,2\n3,1e99\n", `"1e99" is no number`},
	} {
		_, err := numbers([]byte(test.text), 2, 2)
		fails(t, err, test.want)
	}
}

// Whatever the bytes are: an error, or a table that keeps its promises.
func FuzzParse(f *testing.F) {
	f.Add([]byte(two), []byte("id,label,group,part,photo,words\n1,x,g,train,p,w\n2,y,,test,p,w\n3,y,,validation,p,w\n"))
	f.Add([]byte(two), []byte("id,label,photo,words\n1,x,p,\"a, \"\"b\"\"\"\n2,y,p,w\n"))
	f.Add([]byte(`{"modalities": {"s": {"kind": "sensor", "steps": 5, "channels": ["x"]}}}`), []byte("s,id,label\na,1,x\nb,2,y\n"))
	f.Add([]byte(two), []byte("id;label\n"))
	f.Fuzz(func(t *testing.T, description, text []byte) {
		about, err := describe("samples.json", description)
		if err != nil {
			return
		}
		table, err := parse("samples.csv", text, about)
		if err != nil {
			return
		}
		ids, home := make(map[string]bool), make(map[int]int)
		for _, r := range table.rows {
			if ids[r.id] || r.id == "" || len(r.cells) != len(about.Modalities) || r.class >= len(table.classes) || r.line < 2 {
				t.Errorf("sample %+v", r)
			}
			ids[r.id] = true
			if part, ok := home[r.group]; ok && part != int(r.part) {
				t.Errorf("group %d is torn", r.group)
			}
			home[r.group] = int(r.part)
		}
		for _, c := range table.classes {
			if strings.TrimSpace(c) == "" {
				t.Errorf("classes %q", table.classes)
			}
		}
	})
}

func FuzzNumbers(f *testing.F) {
	f.Add([]byte("x,y\n1,2\n3,4\n"), 2, 2)
	f.Add([]byte("1\n2\n3\n"), 3, 1)
	f.Fuzz(func(t *testing.T, data []byte, steps, channels int) {
		steps, channels = 1+(steps&0xff), 1+(channels&0xf)
		got, err := numbers(data, steps, channels)
		if err == nil && len(got) != steps*channels {
			t.Errorf("%d numbers for %d steps of %d channels", len(got), steps, channels)
		}
	})
}
