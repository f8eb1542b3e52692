package train

import (
	"context"

	"github.com/augkit/aug/datasets"
)

// Probe looks into a run while it goes: it is called after each optimizer step, and once more after an epoch at whose end a
// classifier was added, before that has learnt anything. Predict runs a part of the data through the network as it is, in
// evaluation mode. A probe changes nothing in the run; an error ends it.
type Probe func(p Position, predict func(datasets.Part) (*Outputs, error)) error

// probe asks the run's probe, if it has one.
func (r *runner) probe(ctx context.Context, p Position) error {
	if r.opts.Probe == nil {
		return nil
	}
	return r.opts.Probe(p, func(part datasets.Part) (*Outputs, error) { return r.eval.outputs(ctx, r.ds, part) })
}
