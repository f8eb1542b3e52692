package nn

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// Mean is the mean over all places: x [batch, …, channels] → [batch, channels] float32.
func Mean(x *Node) *Node {
	axes := make([]int, x.Rank()-2)
	for i := range axes {
		axes[i] = i + 1
	}
	return ReduceMean(ConvertDType(x, dtypes.Float32), axes...)
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

// MaxPool3 takes the maximum of the 3×3 window around every second place, with a border that never wins:
// x [batch, height, width, c] → [batch, ⌈height/2⌉, ⌈width/2⌉, c].
//
// A window's gradient goes to the first of its largest numbers, in the order of rows, as in PyTorch. GoMLX derives
// a scatter, which XLA's CPU plug-in computes number by number: 55 to 80 ms for 8 pictures of 112²×64, and this
// one takes 11. It finds the place of each window's maximum, and puts the gradients of the windows in their places
// by whether row and column are even. Comparing with the maximum itself is not enough: XLA may compute x twice, once
// rounded otherwise, and then no number equals it.
func MaxPool3(x *Node) *Node {
	var dy *Node
	if _, isXLA := xlaCPU(x.Graph()); !isXLA { // the pure-Go backend walks windows number by number
		largest, winner := windows3(x)
		hooked := IdentityWithCustomGradient(x, func(_, _ *Node) *Node { return maxPool3Gradient(x, winner, dy) })
		// The numbers in the middle of the windows change no maximum; through them the gradient reaches x.
		middle := Slice(hooked, AxisRange(), AxisRange().Stride(2), AxisRange().Stride(2), AxisRange())
		return onGradient(Max(largest, middle), func(v *Node) { dy = v })
	}
	hooked := IdentityWithCustomGradient(x, func(_, _ *Node) *Node {
		_, winner := windows3(x)
		return maxPool3Gradient(x, winner, dy)
	})
	y := MaxPool(hooked).Window(3).Strides(2).PadSame().Done()
	return onGradient(y, func(v *Node) { dy = v })
}

// windows3 are the largest number of each of MaxPool3's windows, and the place of it in its window. It has no gradient.
func windows3(x *Node) (largest, winner *Node) {
	x = StopGradient(x)
	d := x.Shape().Dimensions
	h, w := strided(d[1], 2), strided(d[2], 2)
	edge := func(n, size int) PadAxis { return PadAxis{Start: 1, End: 2*n - size} } // three numbers for every window
	bordered := Pad(x, Infinity(x.Graph(), x.DType(), -1), PadAxis{}, edge(h, d[1]), edge(w, d[2]), PadAxis{})
	for i, number := range neighbours(bordered, 1, 3, 2, h, w) {
		if largest == nil {
			largest, winner = number, ZerosLike(number)
			continue
		}
		wins := GreaterThan(number, largest)
		largest, winner = Where(wins, number, largest), Where(wins, ConstAs(winner, i), winner)
	}
	return largest, winner
}

func maxPool3Gradient(x, winner, dy *Node) *Node {
	d, n := x.Shape().Dimensions, dy.Shape().Dimensions
	var gradient [3][3]*Node // of the number at row i and column j of each window
	for i := range 3 {
		for j := range 3 {
			gradient[i][j] = Where(Equal(winner, ConstAs(winner, 3*i+j)), dy, ZerosLike(dy))
		}
	}
	// Row 2a of x is row 1 of window a; row 2a+1 is row 2 of window a and row 0 of the next. Columns likewise.
	row := func(i int) *Node {
		odd := Add(gradient[i][2], next(gradient[i][0], 2))
		return Reshape(Stack([]*Node{gradient[i][1], odd}, 3), n[0], n[1], 2*n[2], n[3])
	}
	all := Stack([]*Node{row(1), Add(row(2), next(row(0), 1))}, 2)
	all = Reshape(all, n[0], 2*n[1], 2*n[2], n[3])
	return Slice(all, AxisRange(), AxisRange(0, d[1]), AxisRange(0, d[2]), AxisRange())
}

// next moves everything one place forward on an axis; the last place gets zeros.
func next(x *Node, axis int) *Node {
	if x.Shape().Dimensions[axis] == 1 {
		return ZerosLike(x)
	}
	ranges := make([]SliceAxisSpec, x.Rank())
	for i := range ranges {
		ranges[i] = AxisRange()
	}
	ranges[axis] = AxisRange(1)
	shape := x.Shape().Clone()
	shape.Dimensions[axis] = 1
	return Concatenate([]*Node{Slice(x, ranges...), Zeros(x.Graph(), shape)}, axis)
}
