package nn

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Conv is a bias-free 2-D convolution with a k×k "kernel" [k, k, in, out], stride s and symmetric
// padding (k−1)/2, PyTorch's padding=k//2: x [batch, height, width, in] → [batch, ⌈height/s⌉, ⌈width/s⌉, out].
//
// It gathers the patches by k² strided slices and makes one matrix product of them. On XLA's CPU that is up to ten
// times faster than its own convolution on small maps, and it is the only form the pure-Go backend trains in good time.
func Conv(scope *model.Scope, x *Node, out, k, s int) *Node {
	in := x.Shape().Dimensions[3]
	w := Weight(scope, x.Graph(), "kernel", k, k, in, out)
	patches := Patches(x, k, s)
	d := patches.Shape().Dimensions
	y := Dot(Reshape(patches, -1, k*k*in), Reshape(w, k*k*in, out)).Product()
	return Reshape(y, d[0], d[1], d[2], out)
}

// Patches lays the k×k neighbourhood of every output place along the last axis, in the order (row, column, channel):
// x [batch, height, width, in] → [batch, ⌈height/s⌉, ⌈width/s⌉, k·k·in], zero-padded by (k−1)/2 (k is odd).
func Patches(x *Node, k, s int) *Node {
	d := x.Shape().Dimensions
	outH, outW := (d[1]+s-1)/s, (d[2]+s-1)/s
	if k == 1 {
		if s == 1 {
			return x
		}
		return Slice(x, AxisRange(), AxisRange().Stride(s), AxisRange().Stride(s), AxisRange())
	}
	x = zeroPad(zeroPad(x, 1, k/2), 2, k/2)
	parts := make([]*Node, 0, k*k)
	for i := range k {
		for j := range k {
			parts = append(parts, Slice(x, AxisRange(),
				AxisRange(i, i+(outH-1)*s+1).Stride(s), AxisRange(j, j+(outW-1)*s+1).Stride(s), AxisRange()))
		}
	}
	return Concatenate(parts, -1)
}

// zeroPad adds n zeros on both sides of an axis. GoMLX's Pad has no gradient, Concatenate has.
func zeroPad(x *Node, axis, n int) *Node {
	shape := x.Shape().Clone()
	shape.Dimensions[axis] = n
	zeros := Zeros(x.Graph(), shape)
	return Concatenate([]*Node{zeros, x, zeros}, axis)
}

// MaxPool2 takes the maximum of each 2×2 block; an odd last row or column is dropped, as PyTorch does:
// x [batch, height, width, c] → [batch, ⌊height/2⌋, ⌊width/2⌋, c].
func MaxPool2(x *Node) *Node {
	d := x.Shape().Dimensions
	h, w := 2*(d[1]/2), 2*(d[2]/2)
	corner := func(i, j int) *Node {
		return Slice(x, AxisRange(), AxisRange(i, h).Stride(2), AxisRange(j, w).Stride(2), AxisRange())
	}
	return Max(Max(corner(0, 0), corner(0, 1)), Max(corner(1, 0), corner(1, 1)))
}

// ConvBatchNorm is the unit that every convolutional encoder here is made of: [Conv], then [BatchNorm].
func ConvBatchNorm(scope *model.Scope, x *Node, out, k, s int) *Node {
	return BatchNorm(scope.At("norm"), Conv(scope.At("conv"), x, out, k, s))
}
