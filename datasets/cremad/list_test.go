package cremad

import (
	"strings"
	"testing"
)

func TestParseList(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"as published", "1001_IEO_ANG_LO,ANG\r\n1002_DFA_NEU_XX,NEU\r\n", "1001_IEO_ANG_LO 5 1002_DFA_NEU_XX 0"},
		{"byte order mark", "\ufeff1001_IEO_ANG_LO,ANG\n", "1001_IEO_ANG_LO 5"},
		{"without labels", "1001_IEO_ANG_LO\n1002_DFA_NEU_XX", "1001_IEO_ANG_LO 5 1002_DFA_NEU_XX 0"},
		{"blank lines and blanks", "\n1001_IEO_ANG_LO, ANG \n\n", "1001_IEO_ANG_LO 5"},
		{"quotes", "\"1001_IEO_ANG_LO\",\"ANG\"\n", "1001_IEO_ANG_LO 5"},
	} {
		t.Run(test.name, func(t *testing.T) {
			rows, err := parseList([]byte(test.text))
			must(t, err)
			var got []string
			for _, r := range rows {
				got = append(got, r.id, string(rune('0'+r.class)))
			}
			if s := strings.Join(got, " "); s != test.want {
				t.Errorf("got %s", s)
			}
		})
	}
	const good = "1001_IEO_ANG_LO,ANG\n"
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "names no clip"},
		{"only a mark", "\ufeff\n", "names no clip"},
		{"a header", "clip,label\n", `line 1: "clip" is no clip`},
		{"no clip", good + "..,ANG\n", `line 2: ".." is no clip`},
		{"a path", good + "../1001_IEO_ANG_LO,ANG\n", "line 2"},
		{"with its ending", good + "1002_IEO_ANG_LO.wav,ANG\n", "line 2"},
		{"no such emotion", good + "\n1001_IEO_JOY_LO,JOY\n", "line 3: clip 1001_IEO_JOY_LO has emotion JOY"},
		{"another label", good + "1002_IEO_ANG_LO,SAD\n", `line 2: clip 1002_IEO_ANG_LO is labelled "SAD", but its name says ANG`},
		{"a number as label", good + "1002_IEO_ANG_LO,5\n", `labelled "5"`},
		{"three columns", good + "1002_IEO_ANG_LO,ANG,1\n", "line 2: 3 columns"},
		{"twice", good + "1002_IEO_ANG_LO,ANG\n" + good, "line 3: clip 1001_IEO_ANG_LO is in line 1 already"},
		{"a stray quote", good + "1002\"_IEO,ANG\n", "line 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := parseList([]byte(test.text))
			fails(t, err, test.want)
		})
	}
}

func FuzzParseList(f *testing.F) {
	for _, s := range []string{
		"1001_IEO_ANG_LO,ANG\r\n1002_DFA_NEU_XX,NEU\r\n", "\ufeff1001_IEO_ANG_LO\n", "\"1001_IEO_ANG_LO\",\"ANG\"",
		"1001_IEO_ANG_LO,SAD", "a,b,c", "\"", ",,,\n", "../x,ANG", "1001_IEO_ANG_LO,ANG\n1001_IEO_ANG_LO,ANG",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := parseList(data)
		if err != nil {
			if len(rows) > 0 || !strings.Contains(err.Error(), "line") {
				t.Errorf("%d rows and %v", len(rows), err)
			}
			return
		}
		seen := map[string]bool{}
		for _, r := range rows {
			c := clip{ID: r.id}
			named := strings.Contains(r.id, "_"+classes[r.class]+"_")
			if !clipName.MatchString(r.id) || seen[r.id] || !named || c.actor() < 0 || c.caption() == "" {
				t.Errorf("row %+v", r)
			}
			seen[r.id] = true
		}
		if len(seen) == 0 {
			t.Error("no rows and no error")
		}
	})
}

func TestCaption(t *testing.T) {
	for id, want := range map[string]string{
		"1091_IEO_SAD_HI": "actor 1091: It's eleven o'clock. (SAD, high)",
		"1040_WSI_NEU_XX": "actor 1040: We'll stop in a couple of minutes. (NEU)",
		"1040_ABC_NEU_MD": "actor 1040: ABC (NEU, medium)",
	} {
		if got := (clip{ID: id}).caption(); got != want {
			t.Errorf("%s: %q", id, got)
		}
	}
}
