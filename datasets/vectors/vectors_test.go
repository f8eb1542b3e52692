package vectors

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/datasets"
)

func open(t testing.TB, split int, settings map[string]string, modalities ...string) *datasets.Dataset {
	t.Helper()
	d, err := Source().Open(context.Background(), datasets.Request{Split: split, Settings: settings, Modalities: modalities})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestContent(t *testing.T) {
	s, d := Source(), open(t, 0, nil)
	if d.Len() != s.Samples || len(d.Classes) != s.Classes || !slices.Equal(d.Names(), s.Modalities) {
		t.Errorf("%d samples, %d classes, modalities %v differ from the source's", d.Len(), len(d.Classes), d.Names())
	}
	for _, m := range d.Modalities {
		if !slices.Equal(m.Shape, []int{1, 32}) || m.Kind != s.Kinds[m.Name] || len(m.Mean) != 32 {
			t.Errorf("modality %s: shape %v, kind %s, %d means", m.Name, m.Shape, m.Kind, len(m.Mean))
		}
	}
	if d.IDs[0] != "g000000/0" || d.Captions[0] != "class000" {
		t.Errorf("sample 0 is %s: %s", d.IDs[0], d.Captions[0])
	}
}

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		settings map[string]string
		samples  int
		classes  int
		width    int
	}{
		{map[string]string{"samples": "1000"}, 1000, 10, 32},
		{map[string]string{"samples": "3000", "classes": "310"}, 3000, 310, 32},
		{map[string]string{"samples": "1000", "classes": "2", "width": "8"}, 1000, 2, 8},
	} {
		d := open(t, 0, c.settings, "view1", "view2")
		if d.Len() != c.samples || len(d.Classes) != c.classes || d.Modalities[1].Size() != c.width {
			t.Errorf("%v opens with %d samples, %d classes, width %d", c.settings, d.Len(), len(d.Classes), d.Modalities[1].Size())
		}
		count := make([]int, c.classes)
		for _, y := range d.Labels {
			count[y]++
		}
		if even := c.samples / c.classes; slices.Min(count) < even/3 || slices.Max(count) > even*3+3 {
			t.Errorf("%v: classes have %d … %d samples", c.settings, slices.Min(count), slices.Max(count))
		}
	}
}

// The nearest mean of the training part answers the test part from each view, and from the first better than from the last.
func TestLearnable(t *testing.T) {
	d := open(t, 0, nil)
	var accuracy []float64
	for _, m := range d.Modalities {
		accuracy = append(accuracy, nearestMean(d, m))
	}
	if chance := 1.0 / float64(len(d.Classes)); slices.Min(accuracy) < 3*chance || accuracy[0] < accuracy[5]+0.1 || accuracy[0] > 0.99 {
		t.Errorf("accuracy by view %.3f: want all above chance, falling, and the first not perfect", accuracy)
	}
}

func nearestMean(d *datasets.Dataset, m *datasets.Modality) float64 {
	n := m.Size()
	mean, count := make([]float64, len(d.Classes)*n), make([]float64, len(d.Classes))
	for _, i := range d.Indices(datasets.Train) {
		y := d.Labels[i]
		count[y]++
		for k, x := range m.Raw(i) {
			mean[y*n+k] += float64(x)
		}
	}
	hits, tested := 0, d.Indices(datasets.Test)
	for _, i := range tested {
		best, nearest := 0.0, -1
		for y := range d.Classes {
			distance := 0.0
			for k, x := range m.Raw(i) {
				e := float64(x) - mean[y*n+k]/count[y]
				distance += e * e
			}
			if nearest < 0 || distance < best {
				best, nearest = distance, y
			}
		}
		if nearest == d.Labels[i] {
			hits++
		}
	}
	return float64(hits) / float64(len(tested))
}

func TestSplits(t *testing.T) {
	small := map[string]string{"samples": "1000"}
	tested := make([]int, 1000)
	for split := range Source().Splits {
		d := open(t, split, small, "view1")
		home := make(map[int]datasets.Part)
		for i, p := range d.Parts {
			if q, ok := home[d.Groups[i]]; ok && q != p {
				t.Fatalf("split %d: group %d is in %s and %s", split, d.Groups[i], q, p)
			}
			home[d.Groups[i]] = p
			if p == datasets.Test {
				tested[i]++
			}
		}
	}
	if slices.Min(tested) != 1 || slices.Max(tested) != 1 {
		t.Errorf("samples are tested %d … %d times, want once", slices.Min(tested), slices.Max(tested))
	}
}

func TestDeterministic(t *testing.T) {
	const golden = "1a885ad6"
	d := open(t, 0, nil)
	if !strings.HasPrefix(d.Hash, golden) {
		t.Errorf("hash %s, want %s…: if data or split were meant to change, say so in the README", d.Hash, golden)
	}
	if open(t, 0, nil).Hash != d.Hash {
		t.Error("opened twice, it differs")
	}
	for what, other := range map[string]*datasets.Dataset{
		"split": open(t, 1, nil), "samples": open(t, 0, map[string]string{"samples": "3000"}), "classes": open(t, 0, map[string]string{"classes": "5"}),
	} {
		if other.Hash == d.Hash {
			t.Errorf("another %s has the same hash", what)
		}
	}
	alone := open(t, 0, nil, "view5", "view2")
	if !slices.Equal(alone.Names(), []string{"view5", "view2"}) || !slices.Equal(alone.Modalities[1].Data, d.Modalities[1].Data) {
		t.Error("a view depends on those that are opened with it")
	}
}

func TestOpenErrors(t *testing.T) {
	for what, req := range map[string]datasets.Request{
		"split":    {Split: 5},
		"setting":  {Settings: map[string]string{"samples": "12"}},
		"modality": {Modalities: []string{"view7"}},
	} {
		if _, err := Source().Open(context.Background(), req); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v, want one that names %s", what, err, name)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Source().Open(ctx, datasets.Request{}); err == nil {
		t.Error("a cancelled context opens")
	}
}

// BenchmarkOpen is what `make bench` says of the largest size.
func BenchmarkOpen(b *testing.B) {
	for range b.N {
		open(b, 0, map[string]string{"samples": "1000000"}, "view1", "view2")
	}
}
