package report

import (
	"fmt"
	"math"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
)

// Within is the 95 % interval of a(run) − b(run) over the runs of one method, such as the accuracy with chosen fusion
// weights less that with equal ones. Seeds are averaged within a split; the interval is that of [Compare].
func Within(runs []*runlog.Run, a, b func(*runlog.Run) float64) (stats.Interval, error) {
	other := make([]*runlog.Run, len(runs))
	of := make(map[*runlog.Run]bool, len(runs))
	for i, r := range runs {
		twin := *r
		other[i] = &twin
		of[&twin] = true
	}
	return Compare(runs, other, func(r *runlog.Run) float64 {
		if of[r] {
			return b(r)
		}
		return a(r)
	})
}

// NewestGains is a row of [Forest] for each modality: the test accuracy of its whole stack less that of the stack without
// its newest classifier (the question of the paper's Figure 3), over the runs whose selected network has two or more of
// them. A modality with fewer than two such runs is left out.
func NewestGains(m Method) ([]Difference, error) {
	runs := completed(m.Runs)
	var rows []Difference
	for _, name := range modalities(runs...) {
		var grown []*runlog.Run
		for _, r := range runs {
			if r.Result.Classifiers[name] > 1 {
				grown = append(grown, r)
			}
		}
		if len(grown) < 2 {
			continue
		}
		iv, err := Within(grown, Branch(name), func(r *runlog.Run) float64 {
			s, ok := r.Result.Test.Previous[name]
			if !ok {
				return math.NaN()
			}
			return s.Accuracy
		})
		if err != nil {
			return nil, fmt.Errorf("%s without its newest classifier: %w", name, err)
		}
		rows = append(rows, Difference{Name: fmt.Sprintf("%s, %s", name, count(len(grown), "run")), Modality: name, Interval: iv})
	}
	return rows, nil
}
