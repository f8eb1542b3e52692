package report

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
)

// Across is the 95 % interval of pick(a) − pick(b) where the two sides differ in a setting of the data on purpose, such
// as the kind of split, so that [Compare] refuses them. Seeds are averaged within a split, and splits are paired by their
// number: they hold different samples, so a pair has less in common than one of Compare. The interval is
// [stats.CorrectedT], with the sizes of b's parts.
func Across(a, b []*runlog.Run, pick func(*runlog.Run) float64) (stats.Interval, error) {
	x, _, err := bySplit(a, pick)
	if err != nil {
		return stats.Interval{}, err
	}
	y, sizes, err := bySplit(b, pick)
	if err != nil {
		return stats.Interval{}, err
	}
	splits := slices.Sorted(maps.Keys(x))
	if other := slices.Sorted(maps.Keys(y)); !slices.Equal(splits, other) {
		return stats.Interval{}, fmt.Errorf("report: across: one side has the splits %v, the other %v: run the same on both", splits, other)
	}
	if p, q := a[0].Result.Protocol, b[0].Result.Protocol; p != q {
		return stats.Interval{}, fmt.Errorf("report: across: the protocols differ, %q and %q: they cannot be compared", p, q)
	}
	var am, bm []float64
	for _, k := range splits {
		am, bm = append(am, stats.Mean(x[k])), append(bm, stats.Mean(y[k]))
	}
	iv, err := stats.CorrectedT(am, bm, sizes[0], sizes[1], stats.Level)
	if err != nil {
		return stats.Interval{}, fmt.Errorf("report: across: %w", err)
	}
	iv.Method += " over splits of two kinds"
	return iv, nil
}

// bySplit picks a number from each run, with the sizes of all test and all training parts.
func bySplit(runs []*runlog.Run, pick func(*runlog.Run) float64) (out map[int][]float64, sizes [2]int, err error) {
	out = map[int][]float64{}
	if _, err := byKey(runs); err != nil {
		return nil, sizes, fmt.Errorf("report: across: %w", err)
	}
	for _, r := range runs {
		v := pick(r)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, sizes, fmt.Errorf("report: across: the number picked from %s is %v: does this run have that modality?", r.Dir, v)
		}
		out[r.Experiment.Data.Split] = append(out[r.Experiment.Data.Split], v)
		sizes[0], sizes[1] = sizes[0]+r.Result.TestSize, sizes[1]+r.Result.TrainSize
	}
	return out, sizes, nil
}
