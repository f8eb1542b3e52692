package train

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// Again is a second look at a finished run through its weights.
type Again struct {
	Validation runlog.PartRecord `json:"validation"`
	Test       runlog.PartRecord `json:"test"`
	Difference float64           `json:"difference"` // largest, between a logit now and on record
}

// Evaluate loads the weights that a finished run selected and predicts its validation and test part again.
func Evaluate(ctx context.Context, backend compute.Backend, ds *datasets.Dataset, run *runlog.Run) (*Again, error) {
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
	defer store.Finalize()
	dir := filepath.Join(run.Dir, weightsDir)
	if err := loadStore(dir, store, nil); err != nil {
		return nil, err
	}
	loaded := store.NumVariables()
	eval := newEvaluator(backend, store, net)
	defer eval.free()
	again := &Again{}
	recorded := make(map[string]map[string][]float32)
	for _, p := range run.Predictions {
		recorded[p.Part+" "+p.ID] = p.Logits
	}
	for part, to := range map[datasets.Part]*runlog.PartRecord{datasets.Validation: &again.Validation, datasets.Test: &again.Test} {
		out, err := eval.outputs(ctx, ds, part)
		if err != nil {
			return nil, fmt.Errorf("weights in %s: %w", dir, err)
		}
		if store.NumVariables() != loaded {
			return nil, fmt.Errorf("the weights in %s are of another network: this experiment needs %d variables that are not there", dir, store.NumVariables()-loaded)
		}
		if *to, err = out.record(net.weights(run.Experiment.Inference), net.method.Reading()); err != nil {
			return nil, err
		}
		if err := again.compare(ds, out, part, recorded); err != nil {
			return nil, fmt.Errorf("run %s: %w", run.Dir, err)
		}
	}
	return again, nil
}

func (a *Again) compare(ds *datasets.Dataset, out *Outputs, part datasets.Part, recorded map[string]map[string][]float32) error {
	for m, name := range out.Modalities {
		branch := out.Branch(m)
		for k, i := range out.Rows {
			old := recorded[part.String()+" "+ds.IDs[i]][name]
			if len(old) != out.Classes {
				return fmt.Errorf("there is no recorded %s prediction of %s for %s", part, name, ds.IDs[i])
			}
			for c, x := range old {
				a.Difference = max(a.Difference, math.Abs(float64(x-branch[k*out.Classes+c])))
			}
		}
	}
	return nil
}
