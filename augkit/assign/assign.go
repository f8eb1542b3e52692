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
package assign

import "fmt"

// Rule holds the constants of the assignment.
type Rule struct {
	Sigma float64 // σ ≥ 1: how much stronger the strong modality must be, as a factor
	Tau   float64 // τ ≥ 0: the dead zone, in probability
}

// Validate reports a constant outside its range.
func (r Rule) Validate() error {
	if !(r.Sigma >= 1) {
		return fmt.Errorf("sigma is %v; it must be at least 1 (the paper uses 1)", r.Sigma)
	}
	if !(r.Tau >= 0 && r.Tau < 1) {
		return fmt.Errorf("tau is %v; it must be in [0, 1) (the paper uses 0.01)", r.Tau)
	}
	return nil
}

// Next returns the index of the modality that gets a classifier, or −1. It needs at least two scores; with fewer, or
// with a score that is not a number, nobody grows.
func (r Rule) Next(scores []float64) int {
	if len(scores) < 2 {
		return -1
	}
	strong, weak := 0, 0
	for i, s := range scores {
		if s != s {
			return -1
		}
		if s > scores[strong] {
			strong = i
		}
		if s < scores[weak] {
			weak = i
		}
	}
	if scores[strong]-r.Sigma*scores[weak] > r.Tau {
		return weak
	}
	return -1
}

// Due reports whether the assignment is asked after epoch (from 1) of a run that asks every interval epochs.
func Due(epoch, interval int) bool { return interval > 0 && epoch%interval == 0 }
