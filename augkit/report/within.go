package report

import (
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
