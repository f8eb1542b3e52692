package train

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/nn"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// Encoded are the encoders' outputs for the samples of one part: the feature u^o = φ^o(x^o) of the paper, section 3.1,
// in evaluation mode.
type Encoded struct {
	Modalities []string
	Rows       []int                  // indices into the data set
	Labels     []int                  // of those samples
	Of         map[string][][]float32 // by modality: [samples, width]
}

// Features encodes a part with the weights that a finished run selected.
func Features(ctx context.Context, backend compute.Backend, ds *datasets.Dataset, run *runlog.Run, part datasets.Part) (*Encoded, error) {
	eval, err := reopen(backend, ds, run)
	if err != nil {
		return nil, err
	}
	defer eval.store.Finalize()
	loaded := eval.store.NumVariables()
	out, err := eval.features(ctx, ds, part)
	if err != nil {
		return nil, err
	}
	if n := eval.store.NumVariables() - loaded; n != 0 {
		return nil, fmt.Errorf("the weights in %s are of another network: the encoders need %d variables that are not there", filepath.Join(run.Dir, weightsDir), n)
	}
	return out, nil
}

// FirstFeatures encodes a part with the weights that training begins with. They depend on the seed alone, so they are
// the same for every method.
func FirstFeatures(ctx context.Context, backend compute.Backend, ds *datasets.Dataset, exp experiment.Experiment, part datasets.Part) (*Encoded, error) {
	net, err := NewNetwork(exp, ds)
	if err != nil {
		return nil, err
	}
	store := model.NewStore()
	defer store.Finalize()
	store.SetParam("/"+nn.ParamSeed, exp.Train.Seed)
	return newEvaluator(backend, store, net).features(ctx, ds, part)
}

// features runs the samples of a part through the encoders.
func (e *evaluator) features(ctx context.Context, ds *datasets.Dataset, part datasets.Part) (*Encoded, error) {
	out := &Encoded{Modalities: e.net.Modalities, Rows: ds.Indices(part), Of: make(map[string][][]float32)}
	for _, i := range out.Rows {
		out.Labels = append(out.Labels, ds.Labels[i])
	}
	for m, mod := range ds.Modalities {
		var err error
		if out.Of[mod.Name], err = e.encode(ctx, m, mod, out.Rows); err != nil {
			return nil, fmt.Errorf("encode %s of the %s part: %w", mod.Name, part, err)
		}
	}
	return out, nil
}

// encode runs samples of a modality through its encoder: [len(rows), width].
func (e *evaluator) encode(ctx context.Context, m int, mod *datasets.Modality, rows []int) ([][]float32, error) {
	exec, err := model.NewExec(e.backend, e.store, func(scope *model.Scope, x *Node) *Node {
		return e.net.encode(scope.Store().Scope(nn.Scope), m, x)
	})
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	out := make([][]float32, 0, len(rows))
	for chunk, input := range passes(mod, rows, evalBatch) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		result, err := exec.Call1(input)
		if err != nil {
			return nil, err
		}
		width := result.Shape().Dimensions[1]
		err = tensors.ConstFlatData(result, func(flat []float32) {
			for k := range chunk {
				out = append(out, slices.Clone(flat[k*width:(k+1)*width]))
			}
		})
		result.MustFinalizeAll()
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// NearestMean is the share of samples whose feature lies nearest, in Euclidean distance, to the mean feature of their own
// class among the samples of from. It reads a feature without any classifier that was trained on it.
func (e *Encoded) NearestMean(modality string, from *Encoded) float64 {
	means := from.means(modality)
	right := 0
	for i, x := range e.Of[modality] {
		best, least := -1, math.Inf(1)
		for c, mean := range means {
			if mean == nil {
				continue
			}
			d := 0.0
			for k, v := range x {
				d += (float64(v) - mean[k]) * (float64(v) - mean[k])
			}
			if d < least {
				best, least = c, d
			}
		}
		if best == e.Labels[i] {
			right++
		}
	}
	return float64(right) / float64(len(e.Labels))
}

// means is the mean feature of each class; nil for a class without samples.
func (e *Encoded) means(modality string) [][]float64 {
	out := make([][]float64, 1+slices.Max(e.Labels))
	count := make([]float64, len(out))
	for i, x := range e.Of[modality] {
		c := e.Labels[i]
		if out[c] == nil {
			out[c] = make([]float64, len(x))
		}
		for k, v := range x {
			out[c][k] += float64(v)
		}
		count[c]++
	}
	for c, sum := range out {
		for k := range sum {
			sum[k] /= count[c]
		}
	}
	return out
}
