package augkit

import (
	"context"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/train"
	"github.com/augkit/aug/datasets"
)

// Classifiers loads the weights of a finished run and returns the logits of every single classifier for the samples of a
// part; the record holds their sums.
func Classifiers(ctx context.Context, run *runlog.Run, part datasets.Part) (*train.Outputs, error) {
	ds, backend, err := openWithBackend(ctx, run.Experiment.Data)
	if err != nil {
		return nil, err
	}
	return train.Classifiers(ctx, backend, ds, run, part)
}
