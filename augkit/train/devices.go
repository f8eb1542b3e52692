package train

import (
	"fmt"
	"iter"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/distributed"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/dtensor"
	"github.com/gomlx/gomlx/ml/model"
	gomlx "github.com/gomlx/gomlx/ml/train"

	"github.com/augkit/aug/augkit/device"
)

// devices are those that share a run: the first ones of the backend. Each has a copy of the weights and takes an equal
// part of every mini-batch. The graph is that of one device; GoMLX's AutoSharding has XLA divide it, and sum over the
// devices wherever it sums over samples. So losses, gradients and the statistics of batch normalisation are those of the
// whole mini-batch. nil is one device, without any of this.
type devices struct {
	parts, copies *distributed.ShardingSpec // how a tensor lies on them: divided by samples, or whole on each
}

// newDevices returns n of the backend's devices; 0 is one.
func newDevices(backend compute.Backend, n int) (*devices, error) {
	if n < 0 {
		return nil, fmt.Errorf("%d devices cannot train", n)
	}
	if n <= 1 {
		return nil, nil
	}
	if err := device.CheckSeveral(backend, n); err != nil {
		return nil, err
	}
	const axis = "samples"
	mesh, err := distributed.NewDeviceMesh([]int{n}, []string{axis})
	if err != nil {
		return nil, fmt.Errorf("arrange %d devices: %w", n, err)
	}
	parts, err := distributed.BuildSpec(mesh).S(axis).Done()
	if err != nil {
		return nil, fmt.Errorf("divide samples between %d devices: %w", n, err)
	}
	return &devices{parts: parts, copies: distributed.NewReplicatedShardingSpec(mesh)}, nil
}

func (d *devices) count() int {
	if d == nil {
		return 1
	}
	return d.parts.Mesh.NumDevices()
}

// divides reports a mini-batch that the devices cannot share equally.
func (d *devices) divides(batch int) error {
	n := d.count()
	if batch%n == 0 {
		return nil
	}
	if batch < n {
		return fmt.Errorf("%d devices cannot share mini-batches of %d; take fewer devices", n, batch)
	}
	return fmt.Errorf("%d devices cannot share mini-batches of %d equally; set train.batch to a multiple of %d, such as %d, or take another number of devices", n, batch, n, batch-batch%n)
}

// batches makes the batches of an epoch those of the devices.
func (d *devices) batches(e *epochBatches) gomlx.Dataset {
	if d == nil {
		return e
	}
	return sharedBatches{e, d}
}

// sharedBatches is the train.DistributedDataset of one epoch.
type sharedBatches struct {
	*epochBatches
	devices *devices
}

// Strategy implements train.DistributedDataset.
func (sharedBatches) Strategy() distributed.Strategy { return distributed.AutoSharding }

// DeviceAssignment implements train.DistributedDataset: nil are the first devices, in order.
func (sharedBatches) DeviceAssignment() []compute.DeviceNum { return nil }

// DistributedIter implements train.DistributedDataset.
func (s sharedBatches) DistributedIter() iter.Seq2[gomlx.DistributedBatch, error] {
	return func(yield func(gomlx.DistributedBatch, error) bool) {
		for batch, err := range s.Iter() {
			var shared gomlx.DistributedBatch
			if err == nil {
				shared, err = s.share(batch)
			}
			if !yield(shared, err) || err != nil {
				return
			}
		}
	}
}

// share divides a mini-batch by samples. That of the gate has none: it is whole on every device.
func (s sharedBatches) share(batch gomlx.Batch) (shared gomlx.DistributedBatch, err error) {
	layout := s.devices.parts
	if s.net.plans[batch.Spec.(Spec)].gate {
		layout = s.devices.copies
	}
	shared.Spec = batch.Spec
	if shared.Inputs, err = shareAll(layout, batch.Inputs); err != nil {
		return shared, err
	}
	if shared.Labels, err = shareAll(layout, batch.Labels); err != nil {
		return shared, err
	}
	return shared, batch.Finalize()
}

func shareAll(layout *distributed.ShardingSpec, all []*tensors.Tensor) ([]*dtensor.Tensor, error) {
	out := make([]*dtensor.Tensor, len(all))
	for i, t := range all {
		var err error
		if out[i], err = dtensor.ShardTensor(layout, t); err != nil {
			return nil, fmt.Errorf("share a mini-batch: %w", err)
		}
	}
	return out, nil
}

// prepare makes an evaluation's graph one of the devices.
func (d *devices) prepare(exec *model.Exec) *model.Exec {
	if d == nil {
		return exec
	}
	return exec.AutoSharding(d.parts.Mesh).WithInputShardingSpecs(d.parts).WithOutputShardingSpecs(d.parts)
}

// call1 runs a prepared graph of one input and one output, both by samples.
func (d *devices) call1(exec *model.Exec, input *tensors.Tensor) (*tensors.Tensor, error) {
	if d == nil {
		return exec.Call1(input)
	}
	shared, err := dtensor.ShardTensor(d.parts, input)
	if err != nil {
		return nil, err
	}
	defer shared.Finalize()
	out, err := exec.DistributedExec(shared)
	if err != nil {
		return nil, err
	}
	defer out[0].Finalize()
	return out[0].Merge()
}

// together keeps two runs from training on several devices at the same time: if each had one device and waited for the
// other, both would wait for ever.
var together sync.Mutex

// turn waits until the devices are free to train, and returns what gives them up.
func (d *devices) turn() func() {
	if d == nil {
		return func() {}
	}
	together.Lock()
	return together.Unlock
}
