package train

import (
	"errors"
	"fmt"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/metric"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// Late makes the run of late fusion from finished runs of each modality alone, in the order of the data set's
// modalities, on the same split and seed: each net is selected on its own validation accuracy, and the fused score is
// the sum of the log-probabilities. Nothing is trained; the run has no epochs of its own.
func Late(ds *datasets.Dataset, exp experiment.Experiment, alone []*runlog.Run, opts Options) (*runlog.Run, error) {
	net, err := NewNetwork(exp, ds)
	if err != nil {
		return nil, err
	}
	if len(alone) != len(net.Modalities) {
		return nil, fmt.Errorf("late fusion of %d modalities needs as many runs alone, got %d", len(net.Modalities), len(alone))
	}
	log, err := runlog.Create(opts.Dir, exp, opts.Meta)
	if err != nil {
		return nil, err
	}
	r := &runner{engine: &engine{net: net}, exp: exp, opts: opts, ds: ds, log: log}
	r.state.BestCounts = byName(net, net.Counts)
	fail := func(err error) (*runlog.Run, error) {
		return nil, errors.Join(fmt.Errorf("late fusion: %w", err), log.Close())
	}
	outputs := make(map[datasets.Part]*Outputs, 2)
	for _, part := range []datasets.Part{datasets.Validation, datasets.Test} {
		if outputs[part], err = lateOutputs(net, ds, part, alone); err != nil {
			return fail(err)
		}
	}
	result, err := r.result(outputs[datasets.Validation], outputs[datasets.Test])
	if err != nil {
		return fail(err)
	}
	for _, run := range alone {
		result.Parameters += run.Result.Parameters
	}
	predictions := append(r.predictions(outputs[datasets.Validation], datasets.Validation),
		r.predictions(outputs[datasets.Test], datasets.Test)...)
	if err := log.Finish(predictions, result); err != nil {
		return fail(err)
	}
	return runlog.Open(opts.Dir)
}

// lateOutputs reads log-probabilities from the runs' predictions.
func lateOutputs(net *Network, ds *datasets.Dataset, part datasets.Part, alone []*runlog.Run) (*Outputs, error) {
	rows := ds.Indices(part)
	out := &Outputs{Modalities: net.Modalities, Classes: net.Classes, Counts: net.Counts, Rows: rows,
		Labels: make([]int, len(rows)), Logits: make([][]float32, len(net.Modalities))}
	for m, name := range net.Modalities {
		if alone[m].Result == nil {
			return nil, fmt.Errorf("the run in %s is not complete", alone[m].Dir)
		}
		byID := make(map[string][]float32)
		for _, p := range alone[m].Predictions {
			if p.Part == part.String() {
				byID[p.ID] = p.Logits[name]
			}
		}
		for k, i := range rows {
			logits, ok := byID[ds.IDs[i]]
			if !ok || len(logits) != net.Classes {
				return nil, fmt.Errorf("the run in %s has no %s prediction for sample %s of %s", alone[m].Dir, part, ds.IDs[i], name)
			}
			out.Labels[k] = ds.Labels[i]
			for _, x := range metric.LogSoftmax(logits) {
				out.Logits[m] = append(out.Logits[m], float32(x))
			}
		}
	}
	return out, nil
}
