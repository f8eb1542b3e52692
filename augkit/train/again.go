package train

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	"github.com/gomlx/compute"

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
	eval, err := reopen(backend, ds, run)
	if err != nil {
		return nil, err
	}
	defer eval.store.Finalize()
	defer eval.free()
	again := &Again{}
	recorded := make(map[string]map[string][]float32)
	for _, p := range run.Predictions {
		recorded[p.Part+" "+p.ID] = p.Logits
	}
	for part, to := range map[datasets.Part]*runlog.PartRecord{datasets.Validation: &again.Validation, datasets.Test: &again.Test} {
		out, err := eval.whole(ctx, ds, part, filepath.Join(run.Dir, weightsDir))
		if err != nil {
			return nil, err
		}
		if *to, err = out.record(eval.net.weights(run.Experiment.Inference), eval.net.method.Reading()); err != nil {
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
