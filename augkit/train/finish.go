package train

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/nn"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// finish restores the selected network, reads the test part, and closes the record.
func (r *runner) finish(ctx context.Context) error {
	counts, err := r.net.countsOf(r.state.BestCounts)
	if err != nil {
		return err
	}
	selected := r.net.clone()
	selected.Counts = counts
	// The engine is done with training, so the selected weights take the place of the last ones.
	if err := restoreBest(r.store, r.best); err != nil {
		return err
	}
	eval := r.eval.on(selected)
	validation, err := eval.outputs(ctx, r.ds, datasets.Validation)
	if err != nil {
		return err
	}
	test, err := eval.outputs(ctx, r.ds, datasets.Test)
	if err != nil {
		return err
	}
	result, err := r.result(validation, test)
	if err != nil {
		return err
	}
	result.Parameters = r.net.parameters(r.best)
	weights := filepath.Join(r.log.Dir(), weightsDir)
	if err := os.RemoveAll(weights); err != nil { // of a Finish that was cut short
		return fmt.Errorf("write the weights: %w", err)
	}
	ordered, err := inOrder(r.best.Scope(nn.Scope).IterVariables())
	if err != nil {
		return fmt.Errorf("write the weights: %w", err)
	}
	defer ordered.Finalize()
	if err := saveStore(weights, ordered); err != nil {
		return fmt.Errorf("write the weights: %w", err)
	}
	return r.log.Finish(r.predictions(validation, test), result, checkpointDir)
}

func (r *runner) result(validation, test *Outputs) (runlog.Result, error) {
	reading := r.net.method.Reading()
	res := runlog.Result{
		Protocol: selectionOf(r.exp).protocol, Epoch: r.state.BestEpoch, Epochs: r.exp.Train.Epochs, Fusion: r.exp.Inference.Fusion,
		Classifiers: r.state.BestCounts, Final: byName(r.net, r.net.classifiers()),
		TestSize: len(test.Rows), TrainSize: len(r.ds.Indices(datasets.Train)),
	}
	tuned := tuneWeights(validation)
	headline := r.net.weights(r.exp.Inference)
	if res.Fusion == "validation" {
		headline = tuned
	}
	res.Weights, res.TunedWeights = byName(r.net, headline), byName(r.net, tuned)
	var err error
	if res.Validation, err = validation.record(headline, reading); err != nil {
		return res, fmt.Errorf("validation part: %w", err)
	}
	if res.Test, err = test.record(headline, reading); err != nil {
		return res, fmt.Errorf("test part: %w", err)
	}
	branches := test.branches()
	if res.TestEqual, err = test.fused(branches, r.net.equalWeights()); err != nil {
		return res, err
	}
	res.TestTuned, err = test.fused(branches, tuned)
	return res, err
}

// predictions are those of the validation part, then those of the test part.
func (r *runner) predictions(validation, test *Outputs) []runlog.Prediction {
	return append(validation.predictions(r.ds, datasets.Validation), test.predictions(r.ds, datasets.Test)...)
}

func (o *Outputs) predictions(ds *datasets.Dataset, part datasets.Part) []runlog.Prediction {
	branches := o.branches()
	out := make([]runlog.Prediction, len(o.Rows))
	for k, i := range o.Rows {
		logits := make(map[string][]float32, len(branches))
		for m, name := range o.Modalities {
			logits[name] = branches[m][k*o.Classes : (k+1)*o.Classes]
		}
		out[k] = runlog.Prediction{ID: ds.IDs[i], Part: part.String(), Label: o.Labels[k], Logits: logits}
	}
	return out
}

// parameters counts the trained weights of a network: without batch norm's running statistics.
func (n *Network) parameters(store *model.Store) int {
	sum := 0
	for v := range store.Scope(nn.Scope).IterVariables() { // a checkpoint adds a counter beside it
		if n.trains(v.Path()) {
			sum += v.Shape().Size()
		}
	}
	return sum
}

// peakMemory is the largest resident size of this process so far, in bytes.
func peakMemory() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Maxrss * 1024 // Linux counts in KiB
}
