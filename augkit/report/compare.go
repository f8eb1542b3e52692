package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
)

// FusedEqual picks the fused test accuracy with equal weights; NaN while the run is not complete.
func FusedEqual(run *runlog.Run) float64 {
	return ofResult(run, func(r *runlog.Result) float64 { return r.TestEqual.Accuracy })
}

// FusedTuned picks the fused test accuracy with the weights chosen on validation; NaN while the run is not complete.
func FusedTuned(run *runlog.Run) float64 {
	return ofResult(run, func(r *runlog.Result) float64 { return r.TestTuned.Accuracy })
}

// Branch picks the test accuracy of one modality's branch alone; NaN where the run lacks it or is not complete.
func Branch(modality string) func(*runlog.Run) float64 {
	return func(run *runlog.Run) float64 {
		return ofResult(run, func(r *runlog.Result) float64 {
			s, ok := r.Test.Branch[modality]
			if !ok {
				return math.NaN()
			}
			return s.Accuracy
		})
	}
}

func ofResult(run *runlog.Run, pick func(*runlog.Result) float64) float64 {
	if run.Result == nil {
		return math.NaN()
	}
	return pick(run.Result)
}

// Compare is the 95 % interval of pick(a) − pick(b). The runs are paired by data settings, split and seed; it is an
// error when the pairs do not match, a run is not complete, the protocols differ, or several data sets are mixed. Seeds
// are averaged within a split. Over splits the interval is [stats.CorrectedT]; with a single split it is
// [stats.PairedT] over its seeds and speaks of that split only, as its Method says.
func Compare(a, b []*runlog.Run, pick func(*runlog.Run) float64) (stats.Interval, error) {
	ps, err := pairs(a, b)
	if err != nil {
		return stats.Interval{}, fmt.Errorf("report: compare: %w", err)
	}
	x, y := map[int][]float64{}, map[int][]float64{} // by split, or by seed where there is one split
	splits := map[int]bool{}
	for _, p := range ps {
		splits[p.a.Experiment.Data.Split] = true
	}
	test, train := 0, 0
	for i, p := range ps {
		unit := i
		if len(splits) > 1 {
			unit = p.a.Experiment.Data.Split
		}
		va, vb := pick(p.a), pick(p.b)
		for run, v := range map[*runlog.Run]float64{p.a: va, p.b: vb} {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return stats.Interval{}, fmt.Errorf("report: compare: the number picked from %s is %v: does this run have that modality?",
					run.Dir, v)
			}
		}
		x[unit], y[unit] = append(x[unit], va), append(y[unit], vb)
		test, train = test+p.a.Result.TestSize, train+p.a.Result.TrainSize
	}
	var am, bm []float64
	for _, unit := range slices.Sorted(maps.Keys(x)) {
		am, bm = append(am, stats.Mean(x[unit])), append(bm, stats.Mean(y[unit]))
	}
	var iv stats.Interval
	if len(splits) > 1 {
		iv, err = stats.CorrectedT(am, bm, test, train, stats.Level)
		iv.Method += " over splits"
	} else {
		iv, err = stats.PairedT(am, bm, stats.Level)
		iv.Method += " over the seeds of one split"
	}
	if err != nil {
		return stats.Interval{}, fmt.Errorf("report: compare: %w", err)
	}
	return iv, nil
}

// pair is two runs on the same data, split and seed.
type pair struct{ a, b *runlog.Run }

// pairKey is what the two runs of a pair share.
type pairKey struct {
	data  string // name and settings
	split int
	seed  int64
}

func (k pairKey) String() string {
	return fmt.Sprintf("data %s, split %d, seed %d", k.data, k.split, k.seed)
}

func pairs(a, b []*runlog.Run) ([]pair, error) {
	left, err := byKey(a)
	if err != nil {
		return nil, err
	}
	right, err := byKey(b)
	if err != nil {
		return nil, err
	}
	var out []pair
	for _, r := range a { // in the order given, so the outcome does not depend on a map
		k := keyOf(r)
		o := right[k]
		if o == nil {
			return nil, fmt.Errorf("%s has no partner with %s: run it for both sides or leave it out of both", r.Dir, k)
		}
		if err := matched(r, o); err != nil {
			return nil, err
		}
		if first := a[0]; k.data != keyOf(first).data {
			return nil, fmt.Errorf("%s and %s are on different data: compare one data set at a time", first.Dir, r.Dir)
		}
		out = append(out, pair{r, o})
	}
	for k, r := range right {
		if left[k] == nil {
			return nil, fmt.Errorf("%s has no partner with %s: run it for both sides or leave it out of both", r.Dir, k)
		}
	}
	return out, nil
}

func byKey(runs []*runlog.Run) (map[pairKey]*runlog.Run, error) {
	if len(runs) == 0 {
		return nil, fmt.Errorf("no runs on one side: train them first")
	}
	out := map[pairKey]*runlog.Run{}
	for _, r := range runs {
		if r.Result == nil {
			return nil, fmt.Errorf("%s is not complete: resume it first", r.Dir)
		}
		if o := out[keyOf(r)]; o != nil {
			return nil, fmt.Errorf("%s and %s both are %s: pass the runs of one method only", o.Dir, r.Dir, keyOf(r))
		}
		out[keyOf(r)] = r
	}
	return out, nil
}

func keyOf(r *runlog.Run) pairKey {
	d := r.Experiment.Data
	settings, _ := json.Marshal(d.Settings) // strings only; sorted
	return pairKey{d.Name + " " + string(settings), d.Split, r.Experiment.Train.Seed}
}

// matched refuses pairs whose numbers mean different things.
func matched(a, b *runlog.Run) error {
	switch {
	case a.Result.Protocol != b.Result.Protocol:
		return fmt.Errorf("%s and %s have different protocols, %q and %q: they cannot be compared",
			a.Dir, b.Dir, a.Result.Protocol, b.Result.Protocol)
	case a.Result.TestSize != b.Result.TestSize || a.Result.TrainSize != b.Result.TrainSize:
		return fmt.Errorf("%s and %s have parts of different sizes: they are not from the same split", a.Dir, b.Dir)
	// The hash covers the modalities that were read, so it is comparable only where they are the same.
	case slices.Equal(a.Experiment.Data.Modalities, b.Experiment.Data.Modalities) && a.Meta.DataHash != b.Meta.DataHash:
		return fmt.Errorf("%s and %s were trained on different versions of the data: train one of them again", a.Dir, b.Dir)
	}
	return nil
}
