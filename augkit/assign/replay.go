package assign

import "errors"

// Replay asks a rule about scores that were recorded under another one: scores[e] are those after epoch e+1, one a
// modality. For each epoch it returns whom the rule gives a classifier, nil also where it is not asked.
//
// It is a thought experiment. What a classifier does to later scores is in the record only as long as both rules give
// the same: after the first difference the answers are about a run that would have gone another way. A random rule is
// refused, since a record has nothing to tell it.
func Replay(r Rule, scores [][]float64, interval int, first bool) ([][]int, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	if r.By == "random" {
		return nil, errors.New("a random assignment does not look at scores; train with it instead of replaying it")
	}
	out := make([][]int, len(scores))
	for e, s := range scores {
		if Due(e+1, interval, first) {
			out[e] = r.Next(s)
		}
	}
	return out, nil
}
