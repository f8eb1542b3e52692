package augkit

import (
	"context"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/train"
	"github.com/augkit/aug/datasets"
)

// Features loads the weights of a finished run and returns what its encoders make of the samples of a part: [samples,
// width] by modality.
func Features(ctx context.Context, run *runlog.Run, part datasets.Part) (*train.Encoded, error) {
	ds, backend, err := openWithBackend(ctx, run.Experiment.Data)
	if err != nil {
		return nil, err
	}
	return train.Features(ctx, backend, ds, run, part)
}

// FirstFeatures is Features with the weights that training begins with, before any step.
func FirstFeatures(ctx context.Context, exp experiment.Experiment, part datasets.Part) (*train.Encoded, error) {
	ds, backend, err := openWithBackend(ctx, exp.Data)
	if err != nil {
		return nil, err
	}
	return train.FirstFeatures(ctx, backend, ds, exp, part)
}

// Separation says, by modality, how far apart the classes lie in the features before and after a finished run was
// trained: the share of the test part that lies nearest to the mean feature of its own class in the training part
// ([train.Encoded.NearestMean]).
func Separation(ctx context.Context, run *runlog.Run) (before, after map[string]float64, err error) {
	ds, backend, err := openWithBackend(ctx, run.Experiment.Data)
	if err != nil {
		return nil, nil, err
	}
	before, err = separation(func(part datasets.Part) (*train.Encoded, error) {
		return train.FirstFeatures(ctx, backend, ds, run.Experiment, part)
	})
	if err != nil {
		return nil, nil, err
	}
	after, err = separation(func(part datasets.Part) (*train.Encoded, error) {
		return train.Features(ctx, backend, ds, run, part)
	})
	return before, after, err
}

func separation(features func(datasets.Part) (*train.Encoded, error)) (map[string]float64, error) {
	means, err := features(datasets.Train)
	if err != nil {
		return nil, err
	}
	test, err := features(datasets.Test)
	if err != nil {
		return nil, err
	}
	out := make(map[string]float64)
	for _, m := range test.Modalities {
		out[m] = test.NearestMean(m, means)
	}
	return out, nil
}

// Network builds a graph: an encoder is one, from [batch, shape of the modality…] to [batch, width].
type Network func(scope *model.Scope, x *graph.Node) *graph.Node

// Encode runs one sample, standardised, through a network with new weights and returns its output, [width], and how many
// weights it has. The weights are drawn from the names of the variables, so the same network gives the same output.
func Encode(m *datasets.Modality, sample int, network Network) (feature []float32, weights int, err error) {
	backend, err := Backend()
	if err != nil {
		return nil, 0, err
	}
	store := model.NewStore()
	defer store.Finalize()
	exec, err := model.NewExec(backend, store, func(scope *model.Scope, x *graph.Node) *graph.Node {
		return network(scope.At("encoder"), x)
	})
	if err != nil {
		return nil, 0, err
	}
	defer exec.Finalize()
	x := make([]float32, m.Size())
	m.Read(x, sample)
	out, err := exec.Call1(tensors.FromFlatDataAndDimensions(x, append([]int{1}, m.Shape...)...))
	if err != nil {
		return nil, 0, err
	}
	err = tensors.ConstFlatData(out, func(flat []float32) { feature = append(feature, flat...) })
	return feature, int(store.NumParameters()), err
}
