package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
	"github.com/augkit/aug/datasets"
)

// FromPeak lets [GapBounds] begin each run where its gap is largest.
const FromPeak = 0

// GapBounds counts over the runs of each method in how many the bound of Theorem 1, fitted by [FitGap] from an epoch on
// (1: the first; [FromPeak]: each run's own), describes the gap on a part: whether some c > 0 holds at all, that is,
// whether every later gap is smaller than the one there; and how well the least squares fit. Median [smallest, largest]
// over the runs; c and R² are of those runs that have three epochs or more from there on.
func GapBounds(part datasets.Part, start int, methods ...Method) Table {
	t := Table{Header: []string{"method", "runs", "G first [nats]", "G largest", "at epoch", "G last", "some c > 0 holds", "c, least squares", "R²"}}
	var all []*runlog.Run
	for _, m := range methods {
		var first, largest, when, last, c, r2 []float64
		holds := 0
		for _, r := range m.Runs {
			var epochs []int
			var gap []float64
			for _, e := range r.Epochs {
				if p := record(e, part); p != nil {
					epochs, gap = append(epochs, e.Epoch), append(gap, p.Gap)
				}
			}
			if len(gap) == 0 {
				continue // late fusion has no epochs
			}
			all = append(all, r)
			peak := slices.Max(gap)
			at := slices.Index(gap, peak)
			first, last, largest = append(first, gap[0]), append(last, gap[len(gap)-1]), append(largest, peak)
			when = append(when, float64(epochs[at]))
			from := at
			if start != FromPeak {
				from = max(0, slices.Index(epochs, start))
			}
			b, err := FitGap(epochs[from:], gap[from:])
			if err != nil {
				continue // it is largest at the end
			}
			c, r2 = append(c, b.C), append(r2, b.R2)
			if b.Holds > 0 {
				holds++
			}
		}
		if len(first) == 0 {
			t.Rows = append(t.Rows, []string{m.Name, "0"})
			continue
		}
		t.Rows = append(t.Rows, []string{m.Name, fmt.Sprint(len(first)), middle("%.2f", first), middle("%.2f", largest), middle("%.0f", when),
			middle("%.2f", last), fmt.Sprintf("%d of %d", holds, len(first)), middle("%.2g", c), middle("%.2f", r2)})
	}
	from := fmt.Sprintf("T = 0 at epoch %d", start)
	if start == FromPeak {
		from = "T = 0 where a run's gap is largest"
	}
	t.Caption = fmt.Sprintf("Gap on %s, %s; median [smallest, largest] over runs. c in 1/(nat·epoch); where it is 0 the gap does not close. %s", partNames[part], from, basis(all))
	return t
}

// middle writes the median of values with their range.
func middle(format string, values []float64) string {
	s := slices.Sorted(slices.Values(values))
	n := len(s)
	if n == 0 {
		return none
	}
	median := stats.Median(s)
	number := func(v float64) string {
		if math.Abs(v) < 1e-12 {
			v = 0 // no −0
		}
		return minus(fmt.Sprintf(format, v))
	}
	if n == 1 {
		return number(median)
	}
	return fmt.Sprintf("%s [%s, %s]", number(median), number(s[0]), number(s[n-1]))
}
