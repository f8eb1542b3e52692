package train

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/boost"
	"github.com/augkit/aug/augkit/metric"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// evalBatch is the number of samples in a forward pass, or a few more if devices share it.
const evalBatch = 64

// Outputs are the logits of every classifier for the samples of one part.
type Outputs struct {
	Modalities []string
	Classes    int
	Counts     []int
	Rows       []int // indices into the data set
	Labels     []int
	Logits     [][]float32 // by modality: [len(Rows), Counts[m], Classes]
}

// evaluator runs the network in evaluation mode: a graph for each modality and size of its stack.
type evaluator struct {
	backend compute.Backend
	devices *devices
	store   *model.Store
	net     *Network
	execs   map[stack]*model.Exec
}

// stack names a modality with a number of classifiers.
type stack struct{ modality, count int }

func newEvaluator(backend compute.Backend, store *model.Store, net *Network) *evaluator {
	return &evaluator{backend: backend, store: store, net: net, execs: make(map[stack]*model.Exec)}
}

// on is the evaluator of another structure on the same weights.
func (e *evaluator) on(net *Network) *evaluator {
	other := *e
	other.net = net
	return &other
}

// outputs runs the samples of a part through the network.
func (e *evaluator) outputs(ctx context.Context, ds *datasets.Dataset, part datasets.Part) (*Outputs, error) {
	rows, devices := ds.Indices(part), e.devices.count()
	batch := (evalBatch + devices - 1) / devices * devices
	out := &Outputs{Modalities: e.net.Modalities, Classes: e.net.Classes, Counts: e.net.classifiers(), Rows: rows,
		Labels: make([]int, len(rows)), Logits: make([][]float32, len(e.net.Modalities))}
	for k, i := range rows {
		out.Labels[k] = ds.Labels[i]
	}
	for m, mod := range ds.Modalities {
		exec, err := e.exec(stack{m, out.Counts[m]})
		if err != nil {
			return nil, err
		}
		size := out.Counts[m] * e.net.Classes
		for chunk, input := range passes(mod, rows, batch) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			result, err := e.devices.call1(exec, input)
			if err != nil {
				return nil, fmt.Errorf("evaluate %s on the %s part: %w", mod.Name, part, err)
			}
			err = tensors.ConstFlatData(result, func(flat []float32) {
				out.Logits[m] = append(out.Logits[m], flat[:len(chunk)*size]...)
			})
			if err != nil {
				return nil, fmt.Errorf("read the logits of %s on the %s part: %w", mod.Name, part, err)
			}
			result.MustFinalizeAll()
		}
	}
	return out, nil
}

// passes yields rows with their tensor, batch by batch. The tensors are of one size, so that one graph serves: the last is
// filled up with copies of its first sample. Each lives until the next one.
func passes(m *datasets.Modality, rows []int, batch int) iter.Seq2[[]int, *tensors.Tensor] {
	return func(yield func([]int, *tensors.Tensor) bool) {
		for chunk := range slices.Chunk(rows, batch) {
			filled := slices.Clone(chunk)
			for len(filled) < batch {
				filled = append(filled, chunk[0])
			}
			input := gather(m, filled)
			more := yield(chunk, input)
			input.MustFinalizeAll()
			if !more {
				return
			}
		}
	}
}

func (e *evaluator) exec(s stack) (*model.Exec, error) {
	if exec := e.execs[s]; exec != nil {
		return exec, nil
	}
	exec, err := model.NewExec(e.backend, e.store, func(scope *model.Scope, x *Node) *Node {
		return e.net.logits(scope, s.modality, s.count, x)
	})
	if err != nil {
		return nil, fmt.Errorf("prepare evaluation: %w", err)
	}
	e.execs[s] = e.devices.prepare(exec).WithName(fmt.Sprintf("evaluate %s×%d", e.net.Modalities[s.modality], s.count))
	return exec, nil
}

func (e *evaluator) free() {
	for _, exec := range e.execs {
		exec.Finalize()
	}
}

// Sum returns the summed logits of a modality's classifiers from (included) to to (excluded), [samples, classes].
func (o *Outputs) Sum(m, from, to int) []float32 {
	k, n := o.Classes, o.Counts[m]
	out := make([]float32, len(o.Rows)*k)
	for i := range o.Rows {
		for t := from; t < to; t++ {
			row := o.Logits[m][(i*n+t)*k:]
			for c := range k {
				out[i*k+c] += row[c]
			}
		}
	}
	return out
}

// Branch returns the summed logits of all classifiers of a modality, [samples, classes].
func (o *Outputs) Branch(m int) []float32 { return o.Sum(m, 0, o.Counts[m]) }

// branches are the logits of every modality's branch, in order.
func (o *Outputs) branches() [][]float32 {
	out := make([][]float32, len(o.Modalities))
	for m := range out {
		out[m] = o.Branch(m)
	}
	return out
}

// fused scores the weighted sum of the branches; weights are one a modality.
func (o *Outputs) fused(branches [][]float32, weights []float64) (runlog.Score, error) {
	score, err := metric.Evaluate(o.Labels, fuse(branches, weights), o.Classes)
	if err != nil {
		return runlog.Score{}, fmt.Errorf("fused prediction: %w", err)
	}
	return runlog.Score(score), nil
}

// record measures everything that is kept of a part. Weights are those of the fused prediction, one a modality; the
// reading is that of the training loss.
func (o *Outputs) record(weights []float64, reading boost.Reading) (runlog.PartRecord, error) {
	rec := runlog.PartRecord{
		Branch: make(map[string]runlog.Score), Terms: make(map[string]float64), Confidence: make(map[string]float64),
	}
	branches := o.branches()
	lowest, highest := 0.0, 0.0
	for m, name := range o.Modalities {
		answers, err := metric.New(o.Labels, branches[m], o.Classes)
		if err != nil {
			return rec, fmt.Errorf("branch %s: %w", name, err)
		}
		score := answers.Score()
		rec.Branch[name] = runlog.Score(score)
		rec.Confidence[name] = answers.Confidence()
		rec.Terms[name] = score.Loss
		if o.Counts[m] == 1 && reading.Single > 1 {
			rec.Terms[name] *= float64(reading.Single)
		}
		if n := o.Counts[m]; n > 1 {
			previous, err := metric.New(o.Labels, o.Sum(m, 0, n-1), o.Classes)
			if err != nil {
				return rec, fmt.Errorf("branch %s without its newest classifier: %w", name, err)
			}
			before := previous.Score()
			if rec.Previous == nil {
				rec.Previous = make(map[string]runlog.Score)
			}
			rec.Previous[name] = runlog.Score(before)
			rec.Terms[name] = 0
			if reading.Terms.Has(boost.All) {
				rec.Terms[name] += score.Loss
			}
			if reading.Terms.Has(boost.Previous) {
				rec.Terms[name] += before.Loss
			}
			if reading.Terms.Has(boost.Newest) {
				rec.Terms[name] += o.residualLoss(m, previous, reading)
			}
		}
		if m == 0 || score.Loss < lowest {
			lowest = score.Loss
		}
		if m == 0 || score.Loss > highest {
			highest = score.Loss
		}
	}
	rec.Gap = highest - lowest
	var err error
	rec.Fused, err = o.fused(branches, weights)
	return rec, err
}

// residualLoss is ε, equation (2): since the residual label is the label scaled at the true class, it is the cross
// entropy of the newest classifier weighed by 1 − λ·p_true of the earlier ones.
func (o *Outputs) residualLoss(m int, previous *metric.Answers, reading boost.Reading) float64 {
	k, n := o.Classes, o.Counts[m]
	newest := o.Sum(m, n-1, n)
	sum := 0.0
	for i, y := range o.Labels {
		p := metric.Softmax(previous.Row(i))[y]
		if reading.Probabilities {
			p = 0
			for t := range n - 1 {
				p += metric.Softmax(o.Logits[m][(i*n+t)*k : (i*n+t+1)*k])[y]
			}
		}
		sum -= (1 - reading.Lambda*p) * metric.LogSoftmax(newest[i*k : (i+1)*k])[y]
	}
	return sum / float64(len(o.Labels))
}

// fuse is the weighted sum of the branches' logits.
func fuse(branches [][]float32, weights []float64) []float32 {
	out := make([]float32, len(branches[0]))
	for m, b := range branches {
		w := float32(weights[m])
		for i, x := range b {
			out[i] += w * x
		}
	}
	return out
}
