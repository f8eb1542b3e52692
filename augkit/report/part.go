package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit/metric"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
	"github.com/augkit/aug/datasets"
)

// partNames are the words for a part in titles and axes.
var partNames = map[datasets.Part]string{datasets.Train: "training", datasets.Validation: "validation", datasets.Test: "test"}

// record is the state of one part after an epoch; nil where the epoch did not measure it.
func record(e runlog.Epoch, part datasets.Part) *runlog.PartRecord {
	switch part {
	case datasets.Train:
		return &e.Train
	case datasets.Validation:
		return &e.Validation
	case datasets.Test:
		return e.Test
	}
	return nil
}

// perSplit picks one number from each run and averages it over the seeds of a split; where there is a single split it is
// one number a seed. Runs without that number (NaN) are left out.
func perSplit(runs []*runlog.Run, pick func(*runlog.Run) float64) []float64 {
	bySplit := map[int][]float64{}
	var all []float64
	for _, r := range runs {
		if v := pick(r); !math.IsNaN(v) {
			all = append(all, v)
			bySplit[r.Experiment.Data.Split] = append(bySplit[r.Experiment.Data.Split], v)
		}
	}
	if len(bySplit) < 2 {
		return all
	}
	var out []float64
	for _, split := range slices.Sorted(maps.Keys(bySplit)) {
		out = append(out, stats.Mean(bySplit[split]))
	}
	return out
}

// spreadOf is the standard deviation of values; 0 for a single one, which is then drawn without a spread.
func spreadOf(values []float64) float64 {
	if len(values) < 2 {
		return 0
	}
	return stats.Std(values)
}

// completed leaves out the runs that have no result.
func completed(runs []*runlog.Run) []*runlog.Run {
	return slices.DeleteFunc(slices.Clone(runs), func(r *runlog.Run) bool { return r == nil || r.Result == nil })
}

// basis says in a caption what the runs of a figure have in common: data, splits and seeds, protocol.
func basis(runs []*runlog.Run) string {
	var data, protocols []string
	splits, seeds := map[int]bool{}, map[int64]bool{}
	for _, r := range runs {
		if name := r.Experiment.Data.Name; !slices.Contains(data, name) {
			data = append(data, name)
		}
		if r.Result != nil && !slices.Contains(protocols, r.Result.Protocol) {
			protocols = append(protocols, r.Result.Protocol)
		}
		splits[r.Experiment.Data.Split], seeds[r.Experiment.Train.Seed] = true, true
	}
	s := fmt.Sprintf("%s, %s, %s", strings.Join(data, " and "), count(len(splits), "split"), count(len(seeds), "seed"))
	if len(protocols) > 0 {
		s += "; protocol " + strings.Join(protocols, " and ")
	}
	return s + "."
}

// count is a number with its noun, such as "1 split" or "5 splits".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// answers are the predictions of a run for its test part, as package metric takes them.
type answers struct {
	metric.Branches
	modalities []string // in the order of Branches.Logits
}

// testAnswers reads the predictions of a complete run; where [runlog.List] left them in the folder it opens it again.
func testAnswers(run *runlog.Run) (answers, error) {
	if run.Result == nil {
		return answers{}, fmt.Errorf("the run %s is not complete: resume it first", run.Dir)
	}
	predictions := run.Predictions
	if len(predictions) == 0 {
		again, err := runlog.Open(run.Dir)
		if err != nil {
			return answers{}, err
		}
		predictions = again.Predictions
	}
	a := answers{modalities: run.Experiment.Data.Modalities}
	a.Logits = make([][]float32, len(a.modalities))
	for _, m := range a.modalities {
		a.Weights = append(a.Weights, run.Result.Weights[m])
	}
	for _, p := range predictions {
		if p.Part != datasets.Test.String() {
			continue
		}
		a.IDs, a.Labels = append(a.IDs, p.ID), append(a.Labels, p.Label)
		for i, m := range a.modalities {
			z := p.Logits[m]
			if a.Classes == 0 {
				a.Classes = len(z)
			}
			if len(z) != a.Classes || len(z) == 0 {
				return answers{}, fmt.Errorf("%s: sample %s has %d logits of %s, not %d: the record is damaged", run.Dir, p.ID, len(z), m, a.Classes)
			}
			a.Logits[i] = append(a.Logits[i], z...)
		}
	}
	if len(a.Labels) == 0 {
		return answers{}, fmt.Errorf("the run %s holds no predictions of the test part", run.Dir)
	}
	return a, nil
}

// of are the answers of one modality's branch, or of "fused": the weighted sum that the run's result was measured on.
func (a answers) of(which string) (*metric.Answers, error) {
	logits := a.Fused()
	if which != fusedName {
		i := slices.Index(a.modalities, which)
		if i < 0 {
			return nil, fmt.Errorf("there is no modality %q; ask for %s or %s", which, strings.Join(a.modalities, ", "), fusedName)
		}
		logits = a.Logits[i]
	}
	return metric.New(a.Labels, logits, a.Classes)
}
