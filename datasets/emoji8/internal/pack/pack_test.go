package pack_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/augkit/aug/datasets/emoji8/internal/pack"
	"github.com/augkit/aug/datasets/internal/bundle"
)

func tiny() *pack.Block {
	item := func(code, part string) pack.Item {
		return pack.Item{Code: code, Name: "name", Keywords: []string{"word"}, Category: "c", Subcategory: "s", Part: part}
	}
	return &pack.Block{
		Size: 2, Drawings: []string{"google", "twitter"},
		Items:  []pack.Item{item("1f600", "train"), item("1f601", "test")},
		Pixels: bytes.Repeat([]byte{1, 2, 3, 4}, 12),
	}
}

func encoded(t testing.TB) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := pack.Encode(&buf, tiny()); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestRoundTrip(t *testing.T) {
	b, err := pack.Decode(encoded(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Items) != 2 || b.Items[1].Code != "1f601" || b.Items[1].Keywords[0] != "word" {
		t.Errorf("items come back as %+v", b.Items)
	}
	if got := b.Picture(1, 1); len(got) != 12 || !bytes.Equal(got, tiny().Pixels[36:]) {
		t.Errorf("the last picture comes back as %v", got)
	}
}

func TestEncodeErrors(t *testing.T) {
	for name, edit := range map[string]func(*pack.Block){
		"few pixels": func(b *pack.Block) { b.Pixels = b.Pixels[:5] },
		"no name":    func(b *pack.Block) { b.Items[0].Name = "" },
		"code twice": func(b *pack.Block) { b.Items[1].Code = "1f600" },
		"group":      func(b *pack.Block) { b.Items[0].Group = -1 },
	} {
		b := tiny()
		edit(b)
		if err := pack.Encode(new(bytes.Buffer), b); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	b := tiny()
	b.Items[0].Part = "exam"
	if err := pack.Encode(new(bytes.Buffer), b); !errors.Is(err, pack.ErrPart) {
		t.Errorf("an unknown part gives %v, which is not ErrPart", err)
	}
}

func TestDecodeErrors(t *testing.T) {
	head := func(size, drawings, items int) string {
		one := `{"code":"%d","name":"n","category":"c","subcategory":"s","part":"train"}`
		var list []string
		for i := range items {
			list = append(list, fmt.Sprintf(one, i))
		}
		return fmt.Sprintf(`{"format":1,"size":%d,"drawings":["a"%s],"items":[%s]}`, size, strings.Repeat(`,"b"`, drawings-1), strings.Join(list, ","))
	}
	tests := []struct{ name, items, want string }{
		{"no JSON", "{", "items.json"},
		{"format", `{"format":2}`, "format 2"},
		{"huge size", head(1<<40, 1, 1), "pictures of"},
		{"negative size", head(-1, 1, 1), "pictures of"},
		{"many drawings", head(2, 9, 1), "9 drawings"},
		{"no items", head(2, 1, 0), "0 items"},
		{"many items", head(2, 1, 1<<14+1), "16385 items"},
		{"pixels missing", head(2, 1, 1), "pixels.bin holds 3 bytes"},
		{"one pixel", head(1, 1, 1), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var buf bytes.Buffer
			err := bundle.Write(&buf, bundle.Entry{Name: "items.json", Data: []byte(tt.items)}, bundle.Entry{Name: "pixels.bin", Data: []byte{1, 2, 3}})
			if err != nil {
				t.Fatal(err)
			}
			_, err = pack.Decode(buf.Bytes())
			if tt.want == "" {
				if err != nil {
					t.Errorf("unexpected error: %v", err)
				}
			} else if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "make it again") {
				t.Errorf("error %v, want one with %q and how to mend it", err, tt.want)
			}
		})
	}
}

func TestDecodeDamaged(t *testing.T) {
	data := encoded(t)
	for n := range len(data) {
		if _, err := pack.Decode(data[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes decode", n, len(data))
		}
	}
}

func FuzzDecode(f *testing.F) {
	data := encoded(f)
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := pack.Decode(data)
		if err != nil {
			return
		}
		b.Picture(len(b.Items)-1, len(b.Drawings)-1) // every picture that the header announces is there
	})
}
