package nn

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Conv is a bias-free 2-D convolution with a k×k "kernel" [k, k, in, out], stride s and symmetric
// padding (k−1)/2, PyTorch's padding=k//2: x [batch, height, width, in] → [batch, ⌈height/s⌉, ⌈width/s⌉, out].
func Conv(scope *model.Scope, x *Node, out, k, s int) *Node {
	w := ConvertDType(Weight(scope, x.Graph(), "kernel", k, k, x.Shape().Dimensions[3], out), x.DType())
	return convolve(x, w, s, formsOf(x, w, s))
}

// convolve is the convolution of x [batch, height, width, in] with w [k, k, in, out] at stride s, in these forms. The two
// gradients take the place of those that GoMLX derives, whose nodes are then used by nothing.
func convolve(x, w *Node, s int, f forms) *Node {
	if f == (forms{patches, patches, patches}) && x.DType() == dtypes.Float32 { // the gradients GoMLX derives are products too
		return convByPatches(x, w, s)
	}
	var dy *Node // known once the gradient has come back to y
	byX := IdentityWithCustomGradient(x, func(_, derived *Node) *Node {
		if f.input == patches {
			return inputGradientByPatches(x, w, dy, s)
		}
		return derived
	})
	byW := IdentityWithCustomGradient(w, func(_, derived *Node) *Node {
		switch f.kernel {
		case patches:
			return kernelGradientByPatches(x, w, dy, s)
		case reversed:
			return kernelGradientReversed(x, w, dy, s)
		case across:
			return kernelGradientAcross(x, w, dy, s)
		}
		return derived
	})
	var y *Node
	if f.forward == patches {
		y = convByPatches(byX, byW, s)
	} else {
		y = Convolve(byX, byW).Strides(s).PadSame().Done()
	}
	return onGradient(y, func(v *Node) { dy = v })
}

// onGradient is y, and f is called with y's gradient before those of y's inputs are asked for.
func onGradient(y *Node, f func(dy *Node)) *Node {
	return IdentityWithCustomGradient(y, func(_, dy *Node) *Node {
		f(dy)
		return dy
	})
}

// ConvBatchNorm is the unit that every convolutional encoder here is made of: [Conv], then [BatchNorm].
func ConvBatchNorm(scope *model.Scope, x *Node, out, k, s int) *Node {
	return BatchNorm(scope.At("norm"), Conv(scope.At("conv"), x, out, k, s))
}
