package emoji8

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/augkit/aug/datasets"
	"github.com/augkit/aug/datasets/emoji8/internal/pack"
)

func open(t *testing.T, req datasets.Request) *datasets.Dataset {
	t.Helper()
	d, err := Source().Open(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestSettings(t *testing.T) {
	tests := []struct {
		settings         map[string]string
		samples, classes int
		last             string // class
	}{
		{nil, 3272, 8, "Travel & Places"},
		{map[string]string{"flags": "yes"}, 3812, 9, "Flags"},
		{map[string]string{"labels": "subcategory"}, 2364, 40, "transport-ground"},
		{map[string]string{"labels": "subcategory", "flags": "yes"}, 2882, 41, "country-flag"},
	}
	for _, tt := range tests {
		d := open(t, datasets.Request{Settings: tt.settings, Modalities: []string{"text"}})
		if d.Len() != tt.samples || len(d.Classes) != tt.classes || d.Classes[len(d.Classes)-1] != tt.last {
			t.Errorf("%v: %d samples, classes %q; want %d, and %d with %s last", tt.settings, d.Len(), d.Classes, tt.samples, tt.classes, tt.last)
		}
	}
	s, d := Source(), open(t, datasets.Request{})
	if s.Samples != d.Len() || s.Classes != len(d.Classes) || !slices.Equal(s.Modalities, d.Names()) {
		t.Errorf("the source says %d samples, %d classes, modalities %v", s.Samples, s.Classes, s.Modalities)
	}
	for _, m := range d.Modalities {
		if m.Kind != s.Kinds[m.Name] {
			t.Errorf("modality %s is of kind %s; the source says %s", m.Name, m.Kind, s.Kinds[m.Name])
		}
	}
	want := map[string]string{"labels": "category", "text": "name", "stopwords": "keep", "flags": "no"}
	if !maps.Equal(d.Settings, want) {
		t.Errorf("settings %v, want %v", d.Settings, want)
	}
}

func TestSplits(t *testing.T) {
	tested := make(map[string]int)
	for split := range Source().Splits {
		d := open(t, datasets.Request{Split: split, Modalities: []string{"text"}})
		count := make(map[[2]int]int)
		drawn := make(map[string]datasets.Part)
		for i, p := range d.Parts {
			count[[2]int{d.Labels[i], int(p)}]++
			_, code, _ := strings.Cut(d.IDs[i], "/")
			if q, ok := drawn[code]; ok && p != q {
				t.Errorf("split %d: the drawings of %s are in %s and %s", split, code, p, q)
			}
			drawn[code] = p
			if p == datasets.Test {
				tested[d.IDs[i]]++
			}
		}
		for c, name := range d.Classes {
			for _, p := range datasets.Parts {
				if count[[2]int{c, int(p)}] == 0 {
					t.Errorf("split %d: no %s in the %s part", split, name, p)
				}
			}
		}
		for p, limits := range [][2]float64{{0.68, 0.72}, {0.09, 0.11}, {0.19, 0.21}} {
			share := float64(len(d.Indices(datasets.Part(p)))) / float64(d.Len())
			if share < limits[0] || share > limits[1] {
				t.Errorf("split %d: the %s part holds %.3f of the samples, want %v", split, datasets.Part(p), share, limits)
			}
		}
	}
	if len(tested) != Source().Samples {
		t.Errorf("%d samples are tested in some split, want all %d", len(tested), Source().Samples)
	}
	for id, n := range tested {
		if n != 1 {
			t.Errorf("sample %s is tested in %d splits, want 1", id, n)
		}
	}
}

// Results with other settings compare only if the split stays.
func TestSplitIndependentOfSettings(t *testing.T) {
	for _, split := range []int{0, 3} {
		home := make(map[string]datasets.Part)
		for _, settings := range []map[string]string{nil, {"labels": "subcategory", "flags": "yes"}} {
			d := open(t, datasets.Request{Split: split, Settings: settings, Modalities: []string{"text"}})
			for i, id := range d.IDs {
				if p, ok := home[id]; ok && p != d.Parts[i] {
					t.Fatalf("split %d: %s is in %s and %s", split, id, p, d.Parts[i])
				}
				home[id] = d.Parts[i]
			}
		}
	}
}

// What the file stores must be what the rules give.
func TestStoredSplitAndGroups(t *testing.T) {
	b, err := block()
	if err != nil {
		t.Fatal(err)
	}
	var names, codes []string
	for _, it := range b.Items {
		names, codes = append(names, it.Name), append(codes, it.Code)
	}
	groups := pack.Groups(names, codes)
	parts := datasets.FoldSplit(b.Subcategories(), groups, 0)
	for i, it := range b.Items {
		if it.Group != groups[i] || it.Part != parts[i].String() {
			t.Fatalf("item %s is stored with group %d, part %s; the rules give %d, %s: run convert again", it.Code, it.Group, it.Part, groups[i], parts[i])
		}
	}
	if n := slices.Max(groups) + 1; n != 1527 {
		t.Errorf("%d groups, want 1527", n)
	}
}

func TestDeterministic(t *testing.T) {
	const golden = "b516d6a8"
	for range 2 {
		if d := open(t, datasets.Request{}); !strings.HasPrefix(d.Hash, golden) {
			t.Errorf("hash %s, want %s…: if data or split were meant to change, say so in the README", d.Hash, golden)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	for name, req := range map[string]datasets.Request{
		"split":      {Split: 5},
		"setting":    {Settings: map[string]string{"size": "64"}},
		"value":      {Settings: map[string]string{"labels": "name"}},
		"modality":   {Modalities: []string{"audio"}},
		"named once": {Modalities: []string{"text", "text"}},
	} {
		if _, err := Source().Open(context.Background(), req); err == nil || !strings.Contains(err.Error(), "emoji8") {
			t.Errorf("%s: error %v, want one that names emoji8", name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Source().Open(ctx, datasets.Request{}); err == nil {
		t.Error("a cancelled context opens")
	}
}

func TestText(t *testing.T) {
	dog := pack.Item{Name: "dog face", Keywords: []string{"dog_face", "animal", "animals", ":D", "man’s best friend"}}
	classes := []string{"Animals & Nature", "Food & Drink"}
	tests := []struct{ text, stopwords, want string }{
		{"name", "keep", "dog face"},
		{"name", "drop", "dog"},
		{"keywords", "keep", "dog face animal animals mans best friend"},
		{"keywords", "drop", "dog mans best friend"},
	}
	for _, tt := range tests {
		words := textOf(map[string]string{"text": tt.text, "stopwords": tt.stopwords}, classes)
		if got := strings.Join(words(dog), " "); got != tt.want {
			t.Errorf("text=%s stopwords=%s: %q, want %q", tt.text, tt.stopwords, got, tt.want)
		}
	}
}

func TestDamagedFile(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"cut off": func(b []byte) []byte { return b[:len(b)-1000] },
		"a byte changed": func(b []byte) []byte {
			b = slices.Clone(b)
			b[len(b)/2] ^= 1
			return b
		},
		"empty": func([]byte) []byte { return nil },
	} {
		if _, err := pack.Decode(damage(file)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestOpensFast(t *testing.T) {
	start := time.Now()
	if _, err := pack.Decode(file); err != nil {
		t.Fatal(err)
	}
	open(t, datasets.Request{})
	// The aim is half a second; the limit leaves room for a busy machine and the race detector.
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("decoding and opening took %v", took)
	}
}
