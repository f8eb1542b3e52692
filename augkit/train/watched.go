package train

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
)

// watched is a backend that tells when a graph is built and about to be compiled, for which GoMLX has no hook. A tensor
// belongs to the backend that its buffer names, so buffers are wrapped too.
type watched struct {
	compute.Backend
	self  compute.Backend // the whole of which this is a part
	built func()
}

// watch returns such a backend. It says whether it is XLA on the CPU (package nn asks) if the other one does.
func watch(backend compute.Backend, built func()) compute.Backend {
	w := &watched{Backend: backend, built: built}
	w.self = w
	if xla, ok := backend.(isCPU); ok {
		w.self = &watchedXLA{w, xla}
	}
	return w.self
}

type isCPU interface{ IsCPU() bool }

type watchedXLA struct {
	*watched
	isCPU
}

// Builder implements compute.Backend.
func (w *watched) Builder(name string) compute.Builder {
	return &watchedBuilder{w.Backend.Builder(name), w}
}

// BufferFromFlatData implements compute.DataInterface.
func (w *watched) BufferFromFlatData(device compute.DeviceNum, flat any, shape shapes.Shape) (compute.Buffer, error) {
	return w.wrap(w.Backend.BufferFromFlatData(device, flat, shape))
}

// NewSharedBuffer implements compute.DataInterface.
func (w *watched) NewSharedBuffer(device compute.DeviceNum, shape shapes.Shape) (compute.Buffer, any, error) {
	buffer, flat, err := w.Backend.NewSharedBuffer(device, shape)
	buffer, err = w.wrap(buffer, err)
	return buffer, flat, err
}

func (w *watched) wrap(buffer compute.Buffer, err error) (compute.Buffer, error) {
	if err != nil {
		return nil, err
	}
	return &watchedBuffer{buffer, w}, nil
}

type watchedBuilder struct {
	compute.Builder
	watched *watched
}

// Compile implements compute.Builder.
func (b *watchedBuilder) Compile() (compute.Executable, error) {
	b.watched.built()
	executable, err := b.Builder.Compile()
	if err != nil {
		return nil, err
	}
	return &watchedExecutable{executable, b.watched}, nil
}

type watchedExecutable struct {
	compute.Executable
	watched *watched
}

// Execute implements compute.Executable.
func (e *watchedExecutable) Execute(inputs []compute.Buffer, donate []bool, device compute.DeviceNum) ([]compute.Buffer, error) {
	inner := make([]compute.Buffer, len(inputs))
	for i, buffer := range inputs {
		if wrapped, ok := buffer.(*watchedBuffer); ok {
			buffer = wrapped.Buffer
		}
		inner[i] = buffer
	}
	outputs, err := e.Executable.Execute(inner, donate, device)
	if err != nil {
		return nil, err
	}
	for i, buffer := range outputs {
		outputs[i] = &watchedBuffer{buffer, e.watched}
	}
	return outputs, nil
}

type watchedBuffer struct {
	compute.Buffer
	watched *watched
}

// Backend implements compute.Buffer.
func (b *watchedBuffer) Backend() compute.Backend { return b.watched.self }

// CopyToDevice implements compute.Buffer.
func (b *watchedBuffer) CopyToDevice(device compute.DeviceNum) (compute.Buffer, error) {
	return b.watched.wrap(b.Buffer.CopyToDevice(device))
}
