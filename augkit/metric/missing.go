package metric

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// Branches are the logits of every modality's branch for the same samples, and the weights that fuse them.
type Branches struct {
	IDs     []string    // unique; a sample's draws depend on its id alone
	Labels  []int       // [samples]
	Logits  [][]float32 // by modality: [samples, classes], flat
	Weights []float64   // by modality
	Classes int
}

// Fused is the weighted sum of the branches' logits, [samples, classes] flat; as package train fuses them, in float32.
func (b Branches) Fused() []float32 { return b.without(-1) }

// without is the weighted sum of all branches but one; −1 leaves out none. A branch that is left alone answers whatever
// its weight.
func (b Branches) without(missing int) []float32 {
	out := make([]float32, len(b.Labels)*b.Classes)
	left := len(b.Logits)
	if missing >= 0 {
		left--
	}
	for m, logits := range b.Logits {
		if m == missing {
			continue
		}
		w := float32(b.Weights[m])
		if left == 1 {
			w = 1
		}
		for i, z := range logits {
			out[i] += w * z
		}
	}
	return out
}

// Any lets [Branches.Missing] draw the modality that a sample lacks, each with the same probability.
const Any = -1

// Missing is the accuracy when a share of the samples lacks one modality (which, or [Any]) and the others answer without
// it. It returns the mean and the standard deviation over draws; a sample's draw is a function of its id and the number
// of the draw, so it is the same for every method, and who lacks a modality at a small share lacks it at every larger
// one. The expectation needs no draw: it is the line from the accuracy with all modalities (share 0) to the mean
// accuracy without one (share 1); the draws say how far one test set strays from it.
func (b Branches) Missing(shares []float64, which, draws int) (mean, std []float64, err error) {
	right, err := b.right()
	if err != nil {
		return nil, nil, err
	}
	if which < Any || which >= len(b.Logits) {
		return nil, nil, fmt.Errorf("metric: modality %d is missing, of %d", which, len(b.Logits))
	}
	if draws < 2 {
		return nil, nil, fmt.Errorf("metric: %d draw(s): a spread needs two or more", draws)
	}
	for _, s := range shares {
		if !(s >= 0 && s <= 1) {
			return nil, nil, fmt.Errorf("metric: a share of %v of the samples: want 0 to 1", s)
		}
	}
	accuracy := make([][]float64, len(shares)) // by share and draw
	for i := range accuracy {
		accuracy[i] = make([]float64, draws)
	}
	for n, id := range b.IDs {
		h := fnv.New64a()
		h.Write([]byte(id))
		seed := h.Sum64()
		for d := range draws {
			rng := rand.New(rand.NewPCG(seed, uint64(d)))
			threshold, lacks := rng.Float64(), rng.IntN(len(b.Logits))
			if which != Any {
				lacks = which
			}
			for i, s := range shares {
				answers := right[0]
				if threshold < s { // never at 0, always at 1
					answers = right[1+lacks]
				}
				if answers[n] {
					accuracy[i][d]++ // a count as yet
				}
			}
		}
	}
	for _, a := range accuracy {
		floats.Scale(1/float64(len(b.IDs)), a)
		m, s := stat.MeanStdDev(a, nil)
		mean, std = append(mean, m), append(std, s)
	}
	return mean, std, nil
}

// right tells for each sample whether the answer is right: with all modalities, then without each one.
func (b Branches) right() ([][]bool, error) {
	if len(b.Logits) < 2 {
		return nil, fmt.Errorf("metric: %d modality: one can be missing only where there are two or more", len(b.Logits))
	}
	if len(b.Weights) != len(b.Logits) || len(b.IDs) != len(b.Labels) {
		return nil, fmt.Errorf("metric: %d weights for %d modalities, %d ids for %d samples", len(b.Weights), len(b.Logits), len(b.IDs), len(b.Labels))
	}
	for m, w := range b.Weights {
		if math.IsNaN(w) || math.IsInf(w, 0) {
			return nil, fmt.Errorf("metric: weight %v of modality %d", w, m)
		}
		if _, err := New(b.Labels, b.Logits[m], b.Classes); err != nil {
			return nil, fmt.Errorf("modality %d: %w", m, err)
		}
	}
	out := make([][]bool, 1+len(b.Logits))
	for i := range out {
		a, err := New(b.Labels, b.without(i-1), b.Classes)
		if err != nil {
			return nil, err
		}
		out[i] = make([]bool, a.Len())
		for n, guess := range a.Predictions() {
			out[i][n] = guess == b.Labels[n]
		}
	}
	return out, nil
}
