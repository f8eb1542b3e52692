package nn

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// form is a way to compute a convolution or one of its gradients. All give the same numbers but for rounding.
type form int

const (
	// stock is the backend's own convolution, and the gradient that GoMLX derives from it.
	stock form = iota
	// patches gathers the neighbourhood of every place, [Patches], and makes one matrix product of them.
	patches
	// reversed is for the kernel's gradient, which is a convolution whose kernel is as large as the picture. oneDNN, which
	// XLA's CPU plug-in hands convolutions to, is slow at it, and XLA hands over none whose kernel is a reversed
	// tensor. So both operands are turned round, and Eigen computes it.
	reversed
	// across is for the kernel's gradient too: a product of patches that lie across, a column for each place. The pure-Go
	// backend multiplies only along the last axis of the left operand, and transposes number by number what is not so:
	// here that is the picture, not its k² times as many patches.
	across
)

// forms are those of a convolution, of its gradient by the input, and of its gradient by the kernel.
type forms struct{ forward, input, kernel form }

// Bounds between the forms on XLA's CPU plug-in, from `make bench` (BenchmarkConv; the table in BENCHMARKS.md).
const (
	smallPicture   = 8       // rows or columns below which patches win throughout: 70 times faster at 2×2
	manySamples    = 16      // from here on oneDNN computes a kernel's gradient in good time, for it sums over samples innermost
	largestPatches = 4 << 20 // numbers in a matrix of patches; larger ones leave the caches, and memory sets the pace
)

// formsOf chooses by backend and shape. The pure-Go backend trains only with patches in good time, and a GPU has cuDNN.
func formsOf(x, w *Node, s int) forms {
	onCPU, isXLA := xlaCPU(x.Graph())
	switch {
	case !isXLA:
		return forms{patches, stock, across}
	case !onCPU:
		return forms{}
	}
	d := x.Shape().Dimensions
	f := cpuForms(d[0], d[1], d[2], d[3], w.Shape().Dimensions[0], s)
	if x.DType() == dtypes.BFloat16 { // in other forms XLA computes the gradients in float32
		f.input, f.kernel = patches, patches
	}
	return f
}

// xlaCPU reports whether the graph is for XLA, and there for the CPU. What answers is not named, for a program may be
// built without XLA.
func xlaCPU(g *Graph) (onCPU, isXLA bool) {
	xla, isXLA := g.Backend().(interface{ IsCPU() bool })
	return isXLA && xla.IsCPU(), isXLA
}

// cpuForms are the fastest on XLA's CPU plug-in for samples [height, width, in], a k×k kernel and stride s.
func cpuForms(batch, height, width, in, k, s int) forms {
	if k == 1 || min(height, width) < smallPicture {
		return forms{patches, patches, patches}
	}
	f := forms{input: patches, kernel: patches}
	if s == 1 {
		f.input = stock
	}
	outputs := batch * strided(height, s) * strided(width, s)
	switch {
	case s == 1 && batch >= manySamples:
		f.kernel = stock
	case outputs*k*k*in > largestPatches:
		f.kernel = reversed
	}
	return f
}

// convByPatches is the convolution as one matrix product.
func convByPatches(x, w *Node, s int) *Node {
	d := w.Shape().Dimensions // [k, k, in, out]
	p := Patches(x, d[0], s)
	places := p.Shape().Dimensions
	y := Dot(Reshape(p, -1, places[3]), Reshape(w, -1, d[3])).Product()
	return Reshape(y, places[0], places[1], places[2], d[3])
}

// kernelGradientByPatches sums, over all places, the products of a place's patch and its gradient dy.
func kernelGradientByPatches(x, w, dy *Node, s int) *Node {
	d := w.Shape().Dimensions
	p := Patches(x, d[0], s)
	return Reshape(DotGeneral(
		Reshape(p, -1, p.Shape().Dimensions[3]), []int{0}, nil,
		Reshape(dy, -1, d[3]), []int{0}, nil), d...)
}

// kernelGradientAcross is kernelGradientByPatches with patches [k·k·in, places].
func kernelGradientAcross(x, w, dy *Node, s int) *Node {
	d, n := w.Shape().Dimensions, dy.Shape().Dimensions
	x = zeroPad(zeroPad(TransposeAllAxes(x, 3, 0, 1, 2), 2, d[0]/2), 3, d[0]/2)
	rows := neighbours(x, 2, d[0], s, n[1], n[2])
	for i, row := range rows {
		rows[i] = Reshape(row, d[2], -1)
	}
	return Reshape(Dot(Concatenate(rows, 0), Reshape(dy, -1, d[3])).Product(), d...)
}

// inputGradientByPatches makes the gradient of every patch by one matrix product, and adds each of its k² places to the
// place of x that it came from.
func inputGradientByPatches(x, w, dy *Node, s int) *Node {
	d, n := x.Shape().Dimensions, dy.Shape().Dimensions
	k, border := w.Shape().Dimensions[0], w.Shape().Dimensions[0]/2
	p := DotGeneral(Reshape(dy, -1, n[3]), []int{1}, nil, Reshape(w, -1, n[3]), []int{1}, nil)
	p = Reshape(p, n[0], n[1], n[2], k*k, d[3])
	var sum *Node
	for i := range k {
		for j := range k {
			part := Squeeze(Slice(p, AxisRange(), AxisRange(), AxisRange(), AxisElem(i*k+j), AxisRange()), 3)
			part = Pad(part, ScalarZero(x.Graph(), x.DType()), PadAxis{}, spread(i, n[1], d[1]+2*border, s), spread(j, n[2], d[2]+2*border, s), PadAxis{})
			if sum == nil {
				sum = part
			} else {
				sum = Add(sum, part)
			}
		}
	}
	return Slice(sum, AxisRange(), AxisRange(border, border+d[1]), AxisRange(border, border+d[2]), AxisRange())
}

// spread lays n numbers s places apart from the first place on, on an axis of so many places.
func spread(first, n, places, s int) PadAxis {
	return PadAxis{Start: first, End: places - first - (n-1)*s - 1, Interior: s - 1}
}

// kernelGradientReversed is the kernel's gradient as a convolution of x, whose channels are its samples, with dy as the
// kernel: both turned round, so that the result is turned round too.
func kernelGradientReversed(x, w, dy *Node, s int) *Node {
	k := w.Shape().Dimensions[0]
	lhs := TransposeAllAxes(Reverse(x, 1, 2), 3, 1, 2, 0)
	kernel := Reverse(TransposeAllAxes(dy, 1, 2, 0, 3), 0, 1)
	// A stride that does not divide the picture leaves rows that no place has seen: here they are the first.
	border := func(n int) [2]int { return [2]int{k/2 - (n+2*(k/2)-k)%s, k / 2} }
	turned := Convolve(lhs, kernel).DilationPerAxis(s, s).
		PaddingPerDim([][2]int{border(x.Shape().Dimensions[1]), border(x.Shape().Dimensions[2])}).Done()
	return Reverse(TransposeAllAxes(turned, 1, 2, 0, 3), 0, 1)
}

// Patches lays the k×k neighbourhood of every output place along the last axis, in the order (row, column, channel):
// x [batch, height, width, in] → [batch, ⌈height/s⌉, ⌈width/s⌉, k·k·in], zero-padded by (k−1)/2 (k is odd).
func Patches(x *Node, k, s int) *Node {
	d := x.Shape().Dimensions
	outH, outW := strided(d[1], s), strided(d[2], s)
	if k == 1 {
		if s == 1 {
			return x
		}
		return Slice(x, AxisRange(), AxisRange().Stride(s), AxisRange().Stride(s), AxisRange())
	}
	x = zeroPad(zeroPad(x, 1, k/2), 2, k/2)
	return Concatenate(neighbours(x, 1, k, s, outH, outW), -1)
}

// neighbours are k² slices of x, which has its border: for each place of a k×k window, row by row, the numbers there in all
// of height×width windows s apart. Rows are on an axis, columns on the next.
func neighbours(x *Node, axis, k, s, height, width int) []*Node {
	ranges := make([]SliceAxisSpec, x.Rank())
	for i := range ranges {
		ranges[i] = AxisRange()
	}
	parts := make([]*Node, 0, k*k)
	for i := range k {
		for j := range k {
			ranges[axis] = AxisRange(i, i+(height-1)*s+1).Stride(s)
			ranges[axis+1] = AxisRange(j, j+(width-1)*s+1).Stride(s)
			parts = append(parts, Slice(x, ranges...))
		}
	}
	return parts
}

// strided is how many of n places a stride of s visits.
func strided(n, s int) int { return (n + s - 1) / s }

// zeroPad adds n zeros on both sides of an axis. GoMLX's Pad has no gradient, Concatenate has.
func zeroPad(x *Node, axis, n int) *Node {
	shape := x.Shape().Clone()
	shape.Dimensions[axis] = n
	zeros := Zeros(x.Graph(), shape)
	return Concatenate([]*Node{zeros, x, zeros}, axis)
}
