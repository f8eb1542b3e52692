package train

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

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
	for m, run := range alone {
		if err := fits(run, exp, net.Modalities[m]); err != nil {
			return nil, fmt.Errorf("late fusion: %w", err)
		}
	}
	outputs := make(map[datasets.Part]*Outputs, 2)
	for _, part := range []datasets.Part{datasets.Validation, datasets.Test} {
		if outputs[part], err = lateOutputs(net, ds, part, alone); err != nil {
			return nil, fmt.Errorf("late fusion: %w", err)
		}
	}
	r := &runner{engine: &engine{net: net}, exp: exp, opts: opts, ds: ds}
	r.state.BestCounts = byName(net, net.classifiers())
	result, err := r.result(outputs[datasets.Validation], outputs[datasets.Test])
	if err != nil {
		return nil, fmt.Errorf("late fusion: %w", err)
	}
	for _, run := range alone {
		result.Parameters += run.Result.Parameters
	}
	predictions := r.predictions(outputs[datasets.Validation], outputs[datasets.Test])
	// Nothing is written before there is all to write.
	if err := r.begin(); err != nil {
		if r.log != nil {
			r.log.Close()
		}
		return nil, err
	}
	if err := r.log.Finish(predictions, result); err != nil {
		return nil, errors.Join(fmt.Errorf("late fusion: %w", err), r.log.Close())
	}
	return runlog.Open(opts.Dir)
}

// begin starts the record of late fusion, or takes up what an interrupted one left.
func (r *runner) begin() (err error) {
	r.log, _, err = runlog.Resume(r.opts.Dir, r.exp)
	if errors.Is(err, runlog.ErrNotBegun) || errors.Is(err, os.ErrNotExist) {
		r.log, err = runlog.Create(r.opts.Dir, r.exp, r.opts.Meta)
		return err
	}
	if err == nil {
		_, err = r.sameData()
	}
	return err
}

// fits reports a run that is not the one of this modality alone on the same split and seed.
func fits(run *runlog.Run, exp experiment.Experiment, modality string) error {
	if run.Result == nil {
		return fmt.Errorf("the run in %s is not complete; finish it first", run.Dir)
	}
	e := run.Experiment
	if !slices.Equal(e.Data.Modalities, []string{modality}) {
		return fmt.Errorf("the run in %s is on %s, where one on %s alone is due", run.Dir, strings.Join(e.Data.Modalities, ", "), modality)
	}
	if e.Data.Name != exp.Data.Name || e.Data.Split != exp.Data.Split || e.Train.Seed != exp.Train.Seed {
		return fmt.Errorf("the run in %s is on %s, split %d, seed %d, where %s, split %d, seed %d is due",
			run.Dir, e.Data.Name, e.Data.Split, e.Train.Seed, exp.Data.Name, exp.Data.Split, exp.Train.Seed)
	}
	return nil
}

// lateOutputs reads log-probabilities from the runs' predictions.
func lateOutputs(net *Network, ds *datasets.Dataset, part datasets.Part, alone []*runlog.Run) (*Outputs, error) {
	rows := ds.Indices(part)
	out := &Outputs{Modalities: net.Modalities, Classes: net.Classes, Counts: net.classifiers(), Rows: rows,
		Labels: make([]int, len(rows)), Logits: make([][]float32, len(net.Modalities))}
	for m, name := range net.Modalities {
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
