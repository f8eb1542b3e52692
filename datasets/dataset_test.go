package datasets_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/datasets"
)

// small is a valid data set of six samples, two a part, one group each.
func small() *datasets.Dataset {
	return &datasets.Dataset{
		Name: "small",
		Modalities: []*datasets.Modality{
			{Name: "a", Kind: datasets.Sensor, Shape: []int{2, 1}, Data: []float32{0, 2, 4, 6, 1, 1, 1, 1, 1, 1, 1, 1}},
			{Name: "b", Kind: datasets.Text, Shape: []int{1}, Data: []float32{1, 2, 3, 4, 5, 6}},
		},
		Classes:  []string{"x", "y"},
		Labels:   []int{0, 1, 0, 1, 0, 1},
		IDs:      []string{"0", "1", "2", "3", "4", "5"},
		Captions: make([]string, 6),
		Groups:   []int{0, 1, 2, 3, 4, 5},
		Parts:    []datasets.Part{0, 0, 1, 1, 2, 2},
	}
}

func TestValidate(t *testing.T) {
	tests := []struct {
		name string
		edit func(d *datasets.Dataset)
		want string // empty: valid
	}{
		{"valid", func(*datasets.Dataset) {}, ""},
		{"no samples", func(d *datasets.Dataset) { d.Labels = nil }, "no samples"},
		{"no modalities", func(d *datasets.Dataset) { d.Modalities = nil }, "no modalities"},
		{"short data", func(d *datasets.Dataset) { d.Modalities[0].Data = d.Modalities[0].Data[:11] }, "modality a holds 11 values"},
		{"short ids", func(d *datasets.Dataset) { d.IDs = d.IDs[:5] }, "5 ids"},
		{"label too large", func(d *datasets.Dataset) { d.Labels[3] = 2 }, "sample 3 has label 2"},
		{"label negative", func(d *datasets.Dataset) { d.Labels[3] = -1 }, "sample 3 has label -1"},
		{"id twice", func(d *datasets.Dataset) { d.IDs[4] = "1" }, "id 1 occurs twice"},
		{"group on two sides", func(d *datasets.Dataset) { d.Groups[4] = 0 }, "group 0 of sample 4 is in both train and test"},
		{"empty part", func(d *datasets.Dataset) { d.Parts[2], d.Parts[3] = 2, 2 }, "validation part of split 0 is empty"},
		{"one class", func(d *datasets.Dataset) { d.Labels[5] = 0 }, "test part of split 0 holds a single class"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := small()
			tt.edit(d)
			checkError(t, d.Validate(), tt.want)
		})
	}
	d := small()
	d.Parts[2], d.Parts[3] = 2, 2
	if err := d.Validate(); !errors.Is(err, datasets.ErrPart) {
		t.Errorf("an empty part gives %v, which is not ErrPart", err)
	}
}

func TestSelect(t *testing.T) {
	tests := []struct {
		names []string
		keep  []string
		want  string
	}{
		{nil, []string{"a", "b"}, ""},
		{[]string{"b"}, []string{"b"}, ""},
		{[]string{"b", "a"}, []string{"b", "a"}, ""},
		{[]string{"c"}, nil, `no modality "c"; it has a, b`},
		{[]string{"a", "a"}, nil, "named twice"},
	}
	for _, tt := range tests {
		d, err := small().Select(tt.names...)
		checkError(t, err, tt.want)
		if err == nil && !slices.Equal(d.Names(), tt.keep) {
			t.Errorf("Select(%v) keeps %v, want %v", tt.names, d.Names(), tt.keep)
		}
	}
}

func TestFinish(t *testing.T) {
	d, err := small().Finish(datasets.Request{})
	if err != nil {
		t.Fatal(err)
	}
	// The training part holds 0, 2, 4, 6: mean 3, variance 5.
	m := d.Modalities[0]
	if m.Mean[0] != 3 || math.Abs(float64(m.Std[0])-math.Sqrt(5)) > 1e-6 {
		t.Errorf("mean %v and std %v, want 3 and √5", m.Mean, m.Std)
	}
	got := make([]float32, m.Size())
	m.Read(got, 1)
	if want := float32(1 / math.Sqrt(5)); math.Abs(float64(got[0]-want)) > 1e-6 {
		t.Errorf("Read gives %v, want %v first", got, want)
	}
	if d.Modalities[1].Mean != nil {
		t.Error("text is scaled; it must stay as it is")
	}

	again, err := small().Finish(datasets.Request{})
	if err != nil {
		t.Fatal(err)
	}
	if again.Hash != d.Hash || len(d.Hash) != 64 {
		t.Errorf("hashes %q and %q of the same data set", d.Hash, again.Hash)
	}
	for name, edit := range map[string]func(*datasets.Dataset){
		"value": func(d *datasets.Dataset) { d.Modalities[1].Data[0]++ },
		"label": func(d *datasets.Dataset) { d.Labels[0] = 1 },
		"id":    func(d *datasets.Dataset) { d.IDs[0] = "new" },
		"part":  func(d *datasets.Dataset) { d.Parts[0] = datasets.Test },
	} {
		other := small()
		edit(other)
		if other.Seal(); other.Hash == d.Hash {
			t.Errorf("another %s leaves the hash as it was", name)
		}
	}
}

func TestStandardizeConstant(t *testing.T) {
	d := small()
	for i := range d.Modalities[0].Data {
		d.Modalities[0].Data[i] = 7
	}
	d.Standardize()
	if got := d.Modalities[0].Std[0]; got != 1 {
		t.Errorf("a constant channel has std %v, want 1", got)
	}
}

func TestResolve(t *testing.T) {
	s := datasets.Source{Name: "s", Modalities: []string{"a", "b"}, Splits: 2, Settings: []datasets.Setting{
		{Name: "size", Default: "small", Allowed: []string{"small", "large"}},
	}}
	tests := []struct {
		name string
		req  datasets.Request
		size string
		want string
	}{
		{"zero", datasets.Request{}, "small", ""},
		{"set", datasets.Request{Settings: map[string]string{"size": "large"}, Split: 1}, "large", ""},
		{"unknown setting", datasets.Request{Settings: map[string]string{"colour": "red"}}, "", `no setting "colour"; it has size`},
		{"unknown value", datasets.Request{Settings: map[string]string{"size": "huge"}}, "", `setting size is "huge"; use one of small, large`},
		{"split too large", datasets.Request{Split: 2}, "", "no split 2; use 0 to 1"},
		{"split negative", datasets.Request{Split: -1}, "", "no split -1"},
		{"modality", datasets.Request{Modalities: []string{"a", "c"}}, "", `no modality "c"; it has a, b`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := s.Resolve(tt.req)
			checkError(t, err, tt.want)
			if err == nil && got["size"] != tt.size {
				t.Errorf("size is %q, want %q", got["size"], tt.size)
			}
		})
	}
}

func checkError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("unexpected error: %v", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("error %v, want one with %q", err, want)
	}
}
