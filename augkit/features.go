package augkit

import (
	"context"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/train"
	"github.com/augkit/aug/datasets"
)

// Features loads the weights of a finished run and returns what its encoders make of the samples of a part: [samples,
// width] by modality.
func Features(ctx context.Context, run *runlog.Run, part datasets.Part) (*train.Encoded, error) {
	ds, err := Open(ctx, run.Experiment.Data)
	if err != nil {
		return nil, err
	}
	backend, err := Backend()
	if err != nil {
		return nil, err
	}
	return train.Features(ctx, backend, ds, run, part)
}

// FirstFeatures is Features with the weights that training begins with, before any step.
func FirstFeatures(ctx context.Context, exp experiment.Experiment, part datasets.Part) (*train.Encoded, error) {
	ds, err := Open(ctx, exp.Data)
	if err != nil {
		return nil, err
	}
	backend, err := Backend()
	if err != nil {
		return nil, err
	}
	return train.FirstFeatures(ctx, backend, ds, exp, part)
}
