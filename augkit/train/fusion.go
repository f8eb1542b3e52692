package train

import (
	"math"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/metric"
)

// equalWeights gives every modality the same weight: 1 each where the method was trained on the sum, else 1/M.
func (n *Network) equalWeights() []float64 {
	w := 1 / float64(len(n.Modalities))
	if n.method.SumFusion() {
		w = 1
	}
	out := make([]float64, len(n.Modalities))
	for i := range out {
		out[i] = w
	}
	return out
}

// weights are the ones that select the epoch: those given, normalised to sum to one, or equal ones.
func (n *Network) weights(inf experiment.Inference) []float64 {
	if inf.Fusion != "given" {
		return n.equalWeights()
	}
	out := make([]float64, len(n.Modalities))
	sum := 0.0
	for i, m := range n.Modalities {
		out[i] = inf.Weights[m]
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

// tuneWeights returns the weights, in tenths and summing to one, with the best accuracy on the given outputs (the
// validation part); of equally good ones the nearest to equal weights.
func tuneWeights(o *Outputs) []float64 {
	branches := o.branches()
	var best []float64
	bestHits, bestDistance := -1, math.Inf(1)
	for w := range simplex(len(branches), 10) {
		fused := fuse(branches, w)
		hits := 0
		for i, y := range o.Labels {
			if metric.Argmax(fused[i*o.Classes:(i+1)*o.Classes]) == y {
				hits++
			}
		}
		distance := 0.0
		for _, x := range w {
			distance += (x - 1/float64(len(w))) * (x - 1/float64(len(w)))
		}
		if hits > bestHits || hits == bestHits && distance < bestDistance-1e-12 {
			best, bestHits, bestDistance = w, hits, distance
		}
	}
	return best
}

// simplex yields every vector of m non-negative multiples of 1/parts that sums to one.
func simplex(m, parts int) func(yield func([]float64) bool) {
	return func(yield func([]float64) bool) {
		w := make([]float64, m)
		var fill func(i, left int) bool
		fill = func(i, left int) bool {
			if i == m-1 {
				w[i] = float64(left) / float64(parts)
				return yield(append([]float64(nil), w...))
			}
			for k := 0; k <= left; k++ {
				w[i] = float64(k) / float64(parts)
				if !fill(i+1, left-k) {
					return false
				}
			}
			return true
		}
		fill(0, parts)
	}
}
