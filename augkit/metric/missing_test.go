package metric

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// branches has n samples of two classes, all of class 0: the fused answer is always right, branch 0 alone is right for
// three of four samples, branch 1 for one of four.
func branches(n int) Branches {
	b := Branches{Logits: make([][]float32, 2), Weights: []float64{0.5, 0.5}, Classes: 2}
	for i := range n {
		b.IDs, b.Labels = append(b.IDs, fmt.Sprintf("r%03d/w%02d", i/10, i%10)), append(b.Labels, 0)
		first, second := []float32{1, 0}, []float32{0, 0.5}
		if i%4 == 0 {
			first, second = []float32{0, 1}, []float32{2, 0}
		}
		b.Logits[0], b.Logits[1] = append(b.Logits[0], first...), append(b.Logits[1], second...)
	}
	return b
}

func TestMissing(t *testing.T) {
	b := branches(2000)
	shares := []float64{0, 0.25, 0.5, 1}
	for _, c := range []struct {
		name  string
		which int
		alone float64 // expected accuracy with every sample lacking a modality
		exact bool
	}{{"first missing", 0, 0.25, true}, {"second missing", 1, 0.75, true}, {"any missing", Any, 0.5, false}} {
		mean, std, err := b.Missing(shares, c.which, 10)
		if err != nil {
			t.Fatal(err)
		}
		if !near(mean[0], 1) || std[0] > 1e-12 {
			t.Errorf("%s: %v ± %v with none missing, want 1 ± 0", c.name, mean[0], std[0])
		}
		if c.exact && (!near(mean[3], c.alone) || std[3] > 1e-12) {
			t.Errorf("%s: %v ± %v with all missing, want %v ± 0", c.name, mean[3], std[3], c.alone)
		}
		for i, s := range shares {
			// 10 draws of 2,000 samples: five standard errors are below 0.02.
			if want := 1 - s*(1-c.alone); math.Abs(mean[i]-want) > 0.02 {
				t.Errorf("%s: %v at a share of %v, expected %v", c.name, mean[i], s, want)
			}
		}
	}
	a, s, _ := b.Missing(shares, Any, 10)
	for i, j := 0, len(b.IDs)-1; i < j; i, j = i+1, j-1 { // all labels are 0
		b.IDs[i], b.IDs[j] = b.IDs[j], b.IDs[i]
		for _, z := range b.Logits {
			z[2*i], z[2*j], z[2*i+1], z[2*j+1] = z[2*j], z[2*i], z[2*j+1], z[2*i+1]
		}
	}
	again, same, _ := b.Missing(shares, Any, 10)
	for i := range a {
		if !near(a[i], again[i]) || math.Abs(s[i]-same[i]) > 1e-12 {
			t.Errorf("another order of the samples gives %v ± %v, not %v ± %v", again, same, a, s)
		}
	}
}

func TestMissingThree(t *testing.T) {
	b := Branches{IDs: []string{"a"}, Labels: []int{0}, Classes: 2, Weights: []float64{1, 0.25, 1},
		Logits: [][]float32{{0, 1}, {3, 0}, {0, 0}}}
	if got := b.Fused(); !slices.Equal(got, []float32{0.75, 1}) {
		t.Errorf("Fused = %v", got)
	}
	for which, want := range []float64{1, 0, 0} {
		mean, _, err := b.Missing([]float64{1}, which, 2)
		if err != nil || mean[0] != want {
			t.Errorf("without modality %d: %v, %v; want %v", which, mean, err, want)
		}
	}
}

func TestMissingRefuses(t *testing.T) {
	for _, c := range []struct {
		want  string
		edit  func(b *Branches)
		share float64
		which int
		draws int
	}{
		{"two or more", func(b *Branches) { b.Logits = b.Logits[:1] }, 0, 0, 2},
		{"1 weights for 2", func(b *Branches) { b.Weights = b.Weights[:1] }, 0, 0, 2},
		{"weight NaN", func(b *Branches) { b.Weights[1] = math.NaN() }, 0, 0, 2},
		{"3 ids for 4", func(b *Branches) { b.IDs = b.IDs[:3] }, 0, 0, 2},
		{"modality 1: metric: logit", func(b *Branches) { b.Logits[1][3] = float32(math.Inf(1)) }, 0, 0, 2},
		{"share of 1.5", nil, 1.5, 0, 2},
		{"share of NaN", nil, math.NaN(), 0, 2},
		{"modality 2 is missing", nil, 0, 2, 2},
		{"modality -2 is missing", nil, 0, -2, 2},
		{"1 draw", nil, 0, 0, 1},
	} {
		b := branches(4)
		if c.edit != nil {
			c.edit(&b)
		}
		if _, _, err := b.Missing([]float64{c.share}, c.which, c.draws); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

// The draws of one sample must look uniform and independent of one another.
func TestMissingDrawsAreSpread(t *testing.T) {
	b := branches(1)
	// Sample 0 is right only with its second modality, so the mean over many draws is the share that keeps it.
	mean, _, err := b.Missing([]float64{0.1, 0.5, 0.9}, 1, 4000)
	if err != nil {
		t.Fatal(err)
	}
	if d := []float64{mean[0] - 0.9, mean[1] - 0.5, mean[2] - 0.1}; stat.StdDev(d, nil) > 0.03 || math.Abs(stat.Mean(d, nil)) > 0.03 {
		t.Errorf("shares %v over 4,000 draws of one sample, want about 0.9, 0.5, 0.1", mean)
	}
}
