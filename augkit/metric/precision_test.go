package metric

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// byDefinition sorts all samples and adds a term at every distinct score.
func byDefinition(positive []bool, scores []float64) float64 {
	order := make([]int, len(scores))
	total := 0
	for i := range order {
		order[i] = i
		if positive[i] {
			total++
		}
	}
	if total == 0 {
		return 0
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(scores[j], scores[i]) })
	var ap float64
	hits, before := 0, 0
	for n, i := range order {
		if positive[i] {
			hits++
		}
		if n+1 < len(order) && scores[order[n+1]] == scores[i] {
			continue
		}
		ap += float64(hits-before) / float64(total) * float64(hits) / float64(n+1)
		before = hits
	}
	return ap
}

// The quick way gives the same bits, ties included.
func TestAveragePrecisionIsItsDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for range 500 {
		n := 1 + rng.IntN(80)
		positive, scores := make([]bool, n), make([]float64, n)
		levels := 1 + rng.IntN(100) // few: many ties
		share := rng.Float64()
		for i := range n {
			positive[i], scores[i] = rng.Float64() < share, float64(rng.IntN(levels))/float64(levels)
		}
		if got, want := AveragePrecision(positive, scores), byDefinition(positive, scores); got != want {
			t.Fatalf("%v of positives %v with scores %v, by definition %v", got, positive, scores, want)
		}
	}
}

// BenchmarkMAP is the dearest part of a score where there are many classes.
func BenchmarkMAP(b *testing.B) {
	const n, classes = 7000, 310
	rng := rand.New(rand.NewPCG(1, 0))
	labels, logits := make([]int, n), make([]float32, n*classes)
	for i := range labels {
		labels[i] = i % classes
	}
	for i := range logits {
		logits[i] = float32(rng.NormFloat64())
	}
	a, err := New(labels, logits, classes)
	if err != nil {
		b.Fatal(err)
	}
	for range b.N {
		a.MAP()
	}
}
