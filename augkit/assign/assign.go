// Package assign decides which modality gets the next classifier: adaptive classifier assignment, section 3.3 of the
// paper. It is plain Go on a handful of numbers, so the rule can be read and tested without a network.
//
// The rule, for any number of modalities M ≥ 2, asked every t_N epochs:
//
//  1. s_o is the confidence score of modality o: the mean, over the training samples, of the probability that the sum
//     of all its classifiers gives to the true class.
//  2. Let a be the modality with the largest score and b the one with the smallest; of equal scores the one named
//     first counts.
//  3. If s_a − σ·s_b > τ, then b, the weakest, gets one classifier. Otherwise nobody does.
//
// For M = 2 this is the paper's rule in words (its Algorithm 1 prints the two branches swapped; the text and the
// released code agree with the rule here). For M > 2 the paper gives no rule; the released NVGesture script lets
// several modalities grow at once. One at a time keeps the meaning of t_N: at most one new classifier a check.
//
// Rule offers the other readings, as switches.
package assign

import (
	"fmt"
	"slices"
	"strings"
)

// Rule holds the constants of the assignment and how the scores are compared with them. Asked of two modalities, with
// the one named first in front:
//
//	difference  s_a − σ·s_b > τ, for a the stronger and b the weaker: the paper's, and what By "" means
//	ratio       s_1/s_2 > σ + τ: the second is too weak; s_1/s_2 < σ − τ: the first (train_CREMAD.py, lines 96, 220–228)
//	share       of any M: r_o, the score over the sum of the others, is below 1/((M−1)·σ) − τ: o is too weak. All r are
//	            1/(M−1) where the scores are equal; σ = 1 and τ = 0.1 are the 0.4 of train_NVGesture.py
//	random      one of them, whatever the scores; it takes neither constant. none: nobody
//
// Of M > 2, difference and ratio compare the strongest with the weakest.
type Rule struct {
	Sigma float64 // σ ≥ 1: how much stronger the strong modality must be, as a factor
	Tau   float64 // τ ≥ 0: the dead zone, in probability
	By    string  // difference, ratio, share, random or none
	Draw  uint64  // for random: the number that decides this check, any at all
	// Stronger gives the classifier to the other side: to the stronger of the two that are compared, as Algorithm 1 is
	// printed; by share, to whom has most, if it is above σ/(M−1) + τ.
	Stronger bool
	// Several lets everyone grow who is too weak (compared with the strongest, by difference and ratio), not the
	// weakest only. With Stronger and share it is everyone who is too strong.
	Several bool
}

// comparisons by name: which of the modalities that may grow do.
var comparisons = map[string]func(r Rule, scores []float64) []int{
	"": byPairs(difference), "difference": byPairs(difference), "ratio": byPairs(ratio), "share": byShare,
	"random": func(r Rule, scores []float64) []int { return []int{int(r.Draw % uint64(len(scores)))} },
	"none":   func(Rule, []float64) []int { return nil },
}

// Validate reports a constant outside its range, or a comparison that does not exist.
func (r Rule) Validate() error {
	if !(r.Sigma >= 1) {
		return fmt.Errorf("sigma is %v; it must be at least 1 (the paper uses 1)", r.Sigma)
	}
	if !(r.Tau >= 0 && r.Tau < 1) {
		return fmt.Errorf("tau is %v; it must be in [0, 1) (the paper uses 0.01)", r.Tau)
	}
	if comparisons[r.By] == nil {
		var names []string
		for name := range comparisons {
			if name != "" {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return fmt.Errorf("assign.by is %q; use one of %s", r.By, strings.Join(names, ", "))
	}
	return nil
}

// Next returns the indices, rising, of the modalities that get a classifier; none is the usual answer. It needs at least
// two scores; with fewer, or with a score that is not a number, nobody grows.
func (r Rule) Next(scores []float64) []int {
	if len(scores) < 2 {
		return nil
	}
	for _, s := range scores {
		if s != s {
			return nil
		}
	}
	out := comparisons[r.By](r, scores)
	slices.Sort(out)
	return slices.Compact(out)
}

// extremes are the first largest and the first smallest.
func extremes(values []float64) (largest, smallest int) {
	for i, v := range values {
		if v > values[largest] {
			largest = i
		}
		if v < values[smallest] {
			smallest = i
		}
	}
	return largest, smallest
}

// pair compares two modalities and says which of them is too weak, and which is the other; ok is false where none is.
type pair func(r Rule, scores []float64, strong, weak int) (low, high int, ok bool)

func difference(r Rule, scores []float64, strong, weak int) (low, high int, ok bool) {
	return weak, strong, scores[strong]-r.Sigma*scores[weak] > r.Tau
}

// With σ above 1 the ratio aimed at is σ: the stronger one can be the one that is too weak.
func ratio(r Rule, scores []float64, strong, weak int) (low, high int, ok bool) {
	first, second := min(strong, weak), max(strong, weak)
	switch q := scores[first] / scores[second]; {
	case q > r.Sigma+r.Tau:
		return second, first, true
	case q < r.Sigma-r.Tau:
		return first, second, true
	}
	return 0, 0, false
}

func byPairs(compare pair) func(Rule, []float64) []int {
	return func(r Rule, scores []float64) []int {
		strong, weakest := extremes(scores)
		if weakest == strong { // all are equal
			weakest = 1
		}
		others := []int{weakest}
		if r.Several {
			others = others[:0]
			for i := range scores {
				others = append(others, i)
			}
		}
		var out []int
		for _, other := range others {
			if other == strong {
				continue
			}
			low, high, ok := compare(r, scores, strong, other)
			switch {
			case ok && r.Stronger:
				out = append(out, high)
			case ok:
				out = append(out, low)
			}
		}
		return out
	}
}

func byShare(r Rule, scores []float64) []int {
	sum := 0.0
	for _, s := range scores {
		sum += s
	}
	shares := make([]float64, len(scores))
	for i, s := range scores {
		shares[i] = s / (sum - s)
	}
	balance := 1 / float64(len(scores)-1)
	grows := func(i int) bool { return shares[i] < balance/r.Sigma-r.Tau }
	largest, smallest := extremes(shares)
	only := smallest
	if r.Stronger {
		grows = func(i int) bool { return shares[i] > balance*r.Sigma+r.Tau }
		only = largest
	}
	var out []int
	for i := range shares {
		if grows(i) && (r.Several || i == only) {
			out = append(out, i)
		}
	}
	return out
}

// Due reports whether the assignment is asked after epoch (from 1) of a run that asks every interval epochs, and after
// the first one too where first is true.
func Due(epoch, interval int, first bool) bool {
	return interval > 0 && epoch%interval == 0 || first && epoch == 1
}
