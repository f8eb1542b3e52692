package parity

import (
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/encoder"
	"github.com/augkit/aug/augkit/nn"
)

// layer is one row of the table of layers: the ranks of x that it takes, and its graph.
type layer struct {
	minRank, maxRank int
	graph            func(c *Case, scope *model.Scope, x *Node) *Node
}

var layers = map[string]layer{
	"conv":      {4, 4, func(c *Case, s *model.Scope, x *Node) *Node { return nn.Conv(s, x, c.Width, c.Kernel, c.Stride) }},
	"batchnorm": {2, 4, func(_ *Case, s *model.Scope, x *Node) *Node { return nn.BatchNorm(s, x) }},
	"dense":     {2, 2, func(c *Case, s *model.Scope, x *Node) *Node { return nn.Dense(s, x, c.Width) }},
	"maxpool2":  {4, 4, func(_ *Case, _ *model.Scope, x *Node) *Node { return nn.MaxPool2(x) }},
	"maxpool3": {4, 4, func(_ *Case, _ *model.Scope, x *Node) *Node {
		return MaxPool(x).Window(3).Strides(2).PadSame().Done() // as ResNet18's stem
	}},
	"cnn":      {4, 4, func(_ *Case, s *model.Scope, x *Node) *Node { return encoder.CNN(s, x) }},
	"cnn1d":    {3, 3, func(_ *Case, s *model.Scope, x *Node) *Node { return encoder.CNN1D(s, x) }},
	"mlp":      {2, 5, func(_ *Case, s *model.Scope, x *Node) *Node { return encoder.MLP(s, x) }},
	"resnet18": {4, 4, func(_ *Case, s *model.Scope, x *Node) *Node { return encoder.ResNet18(s, x) }},
}

func (c *Case) checkLayer() error {
	if _, ok := layers[c.Layer]; !ok {
		return c.setting("layer is %q; it must be one of %s", c.Layer, list(layers))
	}
	if c.Layer == "conv" && !(c.Kernel > 0 && c.Kernel%2 == 1 && c.Kernel <= 31 && c.Stride > 0 && c.Stride <= 31) {
		return c.setting("conv has kernel %d and stride %d; the kernel must be odd, both in 1 … 31", c.Kernel, c.Stride)
	}
	if (c.Layer == "conv" || c.Layer == "dense") && !(c.Width > 0 && c.Width <= 4096) {
		return c.setting("width is %d; it must be in 1 … 4096", c.Width)
	}
	return nil
}

// layerInputs are the inputs of each round: x, and the cotangent if there is one.
func (c *Case) layerInputs() ([][]*tensors.Tensor, error) {
	x, err := c.floats("x", 0)
	if err != nil {
		return nil, err
	}
	shape, rounds := x.shape, 1
	if c.Steps > 0 {
		if len(shape) == 0 || shape[0] != c.Steps {
			return nil, c.bad("x", fmt.Sprintf("has shape %v, but steps is %d", shape, c.Steps), "its first axis must be the steps")
		}
		shape, rounds = shape[1:], c.Steps
	}
	if l := layers[c.Layer]; len(shape) < l.minRank || len(shape) > l.maxRank {
		return nil, c.bad("x", fmt.Sprintf("has %d axes for each step, %s takes %d to %d", len(shape), c.Layer, l.minRank, l.maxRank), "see the layouts in `aug parity --help`")
	}
	var cotangent *array
	if c.arrays["cotangent"] != nil {
		if cotangent, err = c.floats("cotangent", 0); err != nil {
			return nil, err
		}
	}
	out := make([][]*tensors.Tensor, rounds)
	for s := range rounds {
		out[s] = append(out[s], part(x, s, shape))
		if cotangent != nil {
			out[s] = append(out[s], part(cotangent, 0, cotangent.shape))
		}
	}
	return out, nil
}

// part is the s-th of the equal parts of an array that have the given shape.
func part(a *array, s int, shape []int) *tensors.Tensor {
	n := product(shape)
	return tensors.FromFlatDataAndDimensions(slices.Clone(a.f32[s*n:(s+1)*n]), shape...)
}

// layerGraph is a layer with, given a cotangent c, the gradients of Σ out·c.
func (c *Case) layerGraph(scope *model.Scope, inputs []*Node) (keys []string, outputs []*Node) {
	store, x := scope.Store(), inputs[0]
	store.SetTraining(x.Graph(), c.Training)
	out := layers[c.Layer].graph(c, store.Scope(networkScope), x)
	if len(inputs) == 1 {
		return []string{"out"}, []*Node{out}
	}
	if !slices.Equal(out.Shape().Dimensions, inputs[1].Shape().Dimensions) {
		panic(fmt.Errorf("the cotangent has shape %v, the output %v", inputs[1].Shape().Dimensions, out.Shape().Dimensions))
	}
	keys, outputs = gradients(ReduceAllSum(Mul(out, inputs[1])), map[string]*Node{"grad_x": x}, trainable(store, networkScope+"/"), "grad/")
	return append(keys, "out"), append(outputs, out)
}

// gradients of a loss with respect to inputs (by their keys) and variables (by prefix and name).
func gradients(loss *Node, inputs map[string]*Node, variables []*model.Variable, prefix string) (keys []string, outputs []*Node) {
	var of []*Node
	for _, key := range sortedKeys(inputs) {
		keys, of = append(keys, key), append(of, inputs[key])
	}
	for _, v := range variables {
		keys, of = append(keys, prefix+weightName(v)), append(of, v.NodeValue(loss.Graph()))
	}
	return keys, Gradient(loss, of...)
}
