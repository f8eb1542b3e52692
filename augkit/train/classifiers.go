package train

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/metric"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// Classifiers loads the weights that a finished run selected and returns the logits of every classifier of its stacks
// for the samples of a part, [samples, n, classes] by modality, oldest first. The record of a run holds their sums only.
func Classifiers(ctx context.Context, backend compute.Backend, ds *datasets.Dataset, run *runlog.Run, part datasets.Part) (*Outputs, error) {
	eval, err := reopen(backend, ds, run)
	if err != nil {
		return nil, err
	}
	defer eval.store.Finalize()
	defer eval.free()
	return eval.whole(ctx, ds, part, filepath.Join(run.Dir, weightsDir))
}

// reopen is the evaluator of a finished run on the weights that it selected. The caller frees it, and then its store.
func reopen(backend compute.Backend, ds *datasets.Dataset, run *runlog.Run) (*evaluator, error) {
	switch {
	case run.Result == nil:
		return nil, fmt.Errorf("the run in %s is not complete; finish it first with the command that started it", run.Dir)
	case run.Experiment.Method.Name == "late":
		return nil, fmt.Errorf("the run in %s is a late fusion and has no weights of its own; evaluate the runs alone beside it", run.Dir)
	case run.Meta.DataHash != ds.Hash:
		return nil, fmt.Errorf("the run in %s was trained on other data (hash %.12s, now %.12s); get the version it names in experiment.json", run.Dir, run.Meta.DataHash, ds.Hash)
	}
	net, err := NewNetwork(run.Experiment, ds)
	if err != nil {
		return nil, err
	}
	if net.Counts, err = net.countsOf(run.Result.Classifiers); err != nil {
		return nil, err
	}
	store := model.NewStore()
	if err := loadStore(filepath.Join(run.Dir, weightsDir), store, nil); err != nil {
		store.Finalize()
		return nil, err
	}
	return newEvaluator(backend, store, net), nil
}

// whole are the outputs for a part, if the weights in dir were all that the network needs.
func (e *evaluator) whole(ctx context.Context, ds *datasets.Dataset, part datasets.Part, dir string) (*Outputs, error) {
	loaded := e.store.NumVariables()
	out, err := e.outputs(ctx, ds, part)
	if err != nil {
		return nil, fmt.Errorf("weights in %s: %w", dir, err)
	}
	if n := e.store.NumVariables() - loaded; n != 0 {
		return nil, fmt.Errorf("the weights in %s are of another network: this experiment needs %d variables that are not there", dir, n)
	}
	return out, nil
}

// Single is the accuracy of each classifier of a modality asked alone, oldest first.
func (o *Outputs) Single(modality string) ([]float64, error) {
	return o.accuracies(modality, func(t int) (from, to int) { return t, t + 1 })
}

// Cumulated is the accuracy of the summed logits of a modality's first classifiers: of the first alone, of the first
// two, and so on; the last is that of its branch.
func (o *Outputs) Cumulated(modality string) ([]float64, error) {
	return o.accuracies(modality, func(t int) (from, to int) { return 0, t + 1 })
}

func (o *Outputs) accuracies(modality string, of func(t int) (from, to int)) ([]float64, error) {
	m := slices.Index(o.Modalities, modality)
	if m < 0 {
		return nil, fmt.Errorf("there is no modality %q; there are %s", modality, strings.Join(o.Modalities, ", "))
	}
	out := make([]float64, o.Counts[m])
	for t := range out {
		from, to := of(t)
		answers, err := metric.New(o.Labels, o.Sum(m, from, to), o.Classes)
		if err != nil {
			return nil, fmt.Errorf("classifiers %d … %d of %s: %w", from+1, to, modality, err)
		}
		out[t] = answers.Accuracy()
	}
	return out, nil
}
