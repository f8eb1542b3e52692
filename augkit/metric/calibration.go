package metric

import "math"

// Bin is one bar of a reliability diagram.
type Bin struct {
	Count      int
	Confidence float64 // mean probability of the predicted class
	Accuracy   float64 // share of right predictions
}

// Reliability sorts samples into n ≥ 1 bins of equal width by the probability of the predicted class; bin m holds
// (m/n, (m+1)/n]. Empty bins stay zero. It panics when n < 1.
func (a *Answers) Reliability(n int) []Bin {
	bins := make([]Bin, n)
	for i, y := range a.labels {
		row := a.Row(i)
		guess := Argmax(row)
		p := Softmax(row)[guess]
		b := &bins[min(max(int(math.Ceil(p*float64(n)))-1, 0), n-1)]
		b.Count++
		b.Confidence += p
		if guess == y {
			b.Accuracy++
		}
	}
	for i := range bins {
		if b := &bins[i]; b.Count > 0 {
			b.Confidence /= float64(b.Count)
			b.Accuracy /= float64(b.Count)
		}
	}
	return bins
}

// ECE is the expected calibration error, Σₘ |Bₘ|/N·|acc(Bₘ) − conf(Bₘ)| over n bins of [Answers.Reliability]
// (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equation 3; they use 15 bins).
func (a *Answers) ECE(n int) float64 {
	var sum float64
	for _, b := range a.Reliability(n) {
		sum += float64(b.Count) * math.Abs(b.Accuracy-b.Confidence)
	}
	return sum / float64(a.Len())
}
