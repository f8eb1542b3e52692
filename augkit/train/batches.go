package train

import (
	"context"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/gomlx/gomlx/core/tensors"
	gomlx "github.com/gomlx/gomlx/ml/train"

	"github.com/augkit/aug/augkit/method"
	"github.com/augkit/aug/datasets"
)

// epochBatches is the train.Dataset of one epoch: each mini-batch is yielded once for every step of the method, with
// that step's Spec. The order of samples depends on seed and epoch alone, so an epoch can be taken up at any step.
type epochBatches struct {
	ctx   context.Context
	net   *Network
	ds    *datasets.Dataset
	order []int
	batch int
	start int                                   // first step to yield, counting optimizer steps
	gate  func() (input, label *tensors.Tensor) // the batch of the gate's step, when it is due

	waited time.Duration // for batches
}

// newEpoch shuffles the training part. The last, incomplete batch is left out, as long as there is a complete one: the
// samples in it differ from epoch to epoch, and a graph is compiled for each batch size.
func newEpoch(ctx context.Context, net *Network, ds *datasets.Dataset, batch int, seed int64, epoch int) *epochBatches {
	order := ds.Indices(datasets.Train)
	rng := rand.New(rand.NewPCG(uint64(seed), uint64(epoch)))
	rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	batch = min(batch, len(order))
	return &epochBatches{ctx: ctx, net: net, ds: ds, order: order[:len(order)/batch*batch], batch: batch}
}

// Steps is the number of optimizer steps of the epoch.
func (e *epochBatches) Steps() int { return len(e.order) / e.batch * len(e.net.steps) }

// Name implements train.Dataset.
func (e *epochBatches) Name() string { return "train" }

// Iter implements train.Dataset. A goroutine prepares the next batches while a step runs.
func (e *epochBatches) Iter() iter.Seq2[gomlx.Batch, error] {
	specs := make([]Spec, len(e.net.steps))
	for i, s := range e.net.steps {
		specs[i] = e.net.spec(s)
	}
	return func(yield func(gomlx.Batch, error) bool) {
		stop := make(chan struct{})
		defer close(stop)
		prepared := e.prepare(stop)
		for k := e.start; k < e.Steps(); k++ {
			if err := e.ctx.Err(); err != nil {
				yield(gomlx.Batch{}, err)
				return
			}
			s := k % len(specs)
			before := time.Now()
			batch := <-prepared
			e.waited += time.Since(before)
			if e.net.steps[s].Name == method.GateStep { // what the steps before it have left is asked now, not ahead
				input, label := e.gate()
				batch = gomlx.Batch{Inputs: []*tensors.Tensor{input}, Labels: []*tensors.Tensor{label}}
			}
			batch.Spec = specs[s]
			if !yield(batch, nil) {
				return
			}
		}
	}
}

// batchesAhead is the number of batches that are prepared and wait for their step.
const batchesAhead = 2

// prepare makes the batches of the epoch in order, without their Spec; those of the gate are empty. It ends with stop.
func (e *epochBatches) prepare(stop <-chan struct{}) <-chan gomlx.Batch {
	out := make(chan gomlx.Batch, batchesAhead)
	go func() {
		for k := e.start; k < e.Steps(); k++ {
			b, step := k/len(e.net.steps), e.net.steps[k%len(e.net.steps)]
			var batch gomlx.Batch
			if step.Name != method.GateStep {
				rows := e.order[b*e.batch : (b+1)*e.batch]
				for _, m := range step.Modalities {
					batch.Inputs = append(batch.Inputs, gather(e.ds.Modalities[m], rows))
				}
				batch.Labels = []*tensors.Tensor{oneHot(e.ds, rows)}
			}
			select {
			case out <- batch:
			case <-stop:
				return
			}
		}
	}()
	return out
}

// gather makes the tensor [len(rows), shape…] of standardised values.
func gather(m *datasets.Modality, rows []int) *tensors.Tensor {
	n := m.Size()
	data := make([]float32, len(rows)*n)
	for k, i := range rows {
		m.Read(data[k*n:(k+1)*n], i)
	}
	return tensors.FromFlatDataAndDimensions(data, append([]int{len(rows)}, m.Shape...)...)
}

func oneHot(ds *datasets.Dataset, rows []int) *tensors.Tensor {
	k := len(ds.Classes)
	data := make([]float32, len(rows)*k)
	for r, i := range rows {
		data[r*k+ds.Labels[i]] = 1
	}
	return tensors.FromFlatDataAndDimensions(data, len(rows), k)
}
