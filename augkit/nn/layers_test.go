package nn_test

import (
	"math"
	"slices"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/device/devicetest"
	"github.com/augkit/aug/augkit/nn"
)

// run applies a graph function once.
func run(t *testing.T, store *model.Store, x *tensors.Tensor, f func(scope *model.Scope, x *Node) *Node) *tensors.Tensor {
	t.Helper()
	exec, err := model.NewExec(devicetest.Backend(t), store, f)
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	y, err := exec.Call1(x)
	if err != nil {
		t.Fatal(err)
	}
	return y
}

// count makes 1, 2, 3, … of a shape.
func count(dims ...int) *tensors.Tensor {
	n := 1
	for _, d := range dims {
		n *= d
	}
	data := make([]float32, n)
	for i := range data {
		data[i] = float32(i + 1)
	}
	return tensors.FromFlatDataAndDimensions(data, dims...)
}

func TestShapes(t *testing.T) {
	for _, c := range []struct {
		name    string
		in, out []int
		f       func(scope *model.Scope, x *Node) *Node
	}{
		{"dense", []int{5, 3}, []int{5, 7}, func(s *model.Scope, x *Node) *Node { return nn.Dense(s, x, 7) }},
		{"3×3", []int{2, 5, 6, 3}, []int{2, 5, 6, 4}, func(s *model.Scope, x *Node) *Node { return nn.Conv(s, x, 4, 3, 1) }},
		{"3×3/2", []int{2, 5, 6, 3}, []int{2, 3, 3, 4}, func(s *model.Scope, x *Node) *Node { return nn.Conv(s, x, 4, 3, 2) }},
		{"1×1", []int{2, 5, 6, 3}, []int{2, 5, 6, 4}, func(s *model.Scope, x *Node) *Node { return nn.Conv(s, x, 4, 1, 1) }},
		{"1×1/2", []int{2, 5, 6, 3}, []int{2, 3, 3, 4}, func(s *model.Scope, x *Node) *Node { return nn.Conv(s, x, 4, 1, 2) }},
		{"7×7/2", []int{2, 9, 8, 1}, []int{2, 5, 4, 4}, func(s *model.Scope, x *Node) *Node { return nn.Conv(s, x, 4, 7, 2) }},
		{"7×7/2 on a picture smaller than it", []int{1, 1, 2, 1}, []int{1, 1, 1, 4}, func(s *model.Scope, x *Node) *Node { return nn.Conv(s, x, 4, 7, 2) }},
		{"maximum, odd", []int{2, 5, 7, 3}, []int{2, 2, 3, 3}, func(_ *model.Scope, x *Node) *Node { return nn.MaxPool2(x) }},
		{"unit", []int{2, 5, 6, 3}, []int{2, 3, 3, 4}, func(s *model.Scope, x *Node) *Node { return nn.ConvBatchNorm(s, x, 4, 3, 2) }},
	} {
		y := run(t, seeded(0), count(c.in...), c.f)
		if got := y.Shape().Dimensions; !slices.Equal(got, c.out) {
			t.Errorf("%s of %v has shape %v, want %v", c.name, c.in, got, c.out)
		}
	}
}

// A convolution with a kernel of ones sums the neighbourhood; beyond the edge are zeros.
func TestConvSumsItsNeighbourhood(t *testing.T) {
	store := seeded(0)
	store.Scope(nn.Scope).VariableWithValue("kernel", tensors.FromFlatDataAndDimensions(slices.Repeat([]float32{1}, 9), 3, 3, 1, 1))
	y := run(t, store, count(1, 3, 3, 1), func(s *model.Scope, x *Node) *Node { return nn.Conv(s.Store().Scope(nn.Scope), x, 1, 3, 1) })
	want := []float32{12, 21, 16, 27, 45, 33, 24, 39, 28}
	if got := tensors.MustCopyFlatData[float32](y); !slices.Equal(got, want) {
		t.Errorf("sums %v, want %v", got, want)
	}
}

func TestMaxPool2DropsTheRest(t *testing.T) {
	y := run(t, seeded(0), count(1, 3, 5, 1), func(_ *model.Scope, x *Node) *Node { return nn.MaxPool2(x) })
	if got := tensors.MustCopyFlatData[float32](y); !slices.Equal(got, []float32{7, 9}) {
		t.Errorf("maxima %v, want [7 9]", got)
	}
}

// Training normalises with the batch and moves the running values; evaluation uses them and leaves them alone.
func TestBatchNormSwitch(t *testing.T) {
	store := seeded(0)
	x := tensors.FromFlatDataAndDimensions([]float32{1, 2, 3, 6}, 4, 1) // mean 3, variance 3.5, unbiased 14/3
	norm := func(training bool) []float32 {
		y := run(t, store, x, func(s *model.Scope, x *Node) *Node {
			s.Store().SetTraining(x.Graph(), training)
			return nn.BatchNorm(s.Store().Scope(nn.Scope), x)
		})
		return tensors.MustCopyFlatData[float32](y)
	}
	running := func() (mean, variance float64) {
		s := store.Scope(nn.Scope)
		return float64(flat(t, s.GetVariable("running_mean"))[0]), float64(flat(t, s.GetVariable("running_var"))[0])
	}
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
			t.Errorf("%s is %g, want %g", what, got, want)
		}
	}
	near("evaluation before training", float64(norm(false)[0]), 1/math.Sqrt(1+1e-5))
	mean, variance := running()
	near("running mean at first", mean, 0)
	near("running variance at first", variance, 1)
	near("training", float64(norm(true)[0]), -2/math.Sqrt(3.5+1e-5))
	mean, variance = running()
	near("running mean", mean, 0.3)
	near("running variance", variance, 0.9+0.1*14/3)
	near("evaluation", float64(norm(false)[3]), (6-0.3)/math.Sqrt(0.9+1.4/3+1e-5))
	again, _ := running()
	near("running mean after evaluation", again, mean)
	if v := store.Scope(nn.Scope).GetVariable("running_mean"); v.Trainable {
		t.Error("the optimizer would train the running mean")
	}
}
