package nn

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

const (
	batchNormEpsilon  = 1e-5 // PyTorch's defaults
	batchNormMomentum = 0.1
)

// BatchNorm normalises x [batch, …, channels] over all axes but the last, as PyTorch's BatchNorm1d/2d do:
//
//	training    (x − mean)/√(var + 1e-5)·scale + offset with the batch's mean and biased variance, through which the
//	            gradient flows; running ← 0.9·running + 0.1·batch, where the running variance takes the unbiased one
//	evaluation  the same with the running values
//
// GoMLX's own differs in both (it debiases the running mean, keeps the biased variance, and on the pure-Go backend
// stops the gradient at mean and variance), so this one is built from elementary operations that every backend has.
func BatchNorm(scope *model.Scope, x *Node) *Node {
	g, dtype := x.Graph(), x.DType()
	x = ConvertDType(x, dtypes.Float32)
	rank := x.Rank()
	channels := x.Shape().Dimensions[rank-1]
	scale := Weight(scope, g, "scale", channels)
	offset := Weight(scope, g, "offset", channels)
	runningMean := Variable(scope, "running_mean", channels).SetTrainable(false)
	runningVar := Variable(scope, "running_var", channels).SetTrainable(false)

	if !scope.IsTraining(g) {
		factor := Mul(scale, Inverse(Sqrt(AddScalar(runningVar.NodeValue(g), batchNormEpsilon))))
		return ConvertDType(affine(Sub(x, ExpandLeftToRank(runningMean.NodeValue(g), rank)), factor, offset), dtype)
	}
	y, mean, variance := normalise(x, scale, offset)
	n := float64(x.Shape().Size() / channels)
	runningMean.SetNodeValue(blend(runningMean.NodeValue(g), StopGradient(mean)))
	runningVar.SetNodeValue(blend(runningVar.NodeValue(g), MulScalar(StopGradient(variance), n/(n-1))))
	return ConvertDType(y, dtype)
}

// normalise is batch normalisation by the batch itself; also its mean and biased variance, [channels].
//
// The gradients are written out: with n places, u = x − mean and r = 1/√(variance + 1e-5),
//
//	Σ dy for offset, r·Σ dy·u for scale, scale·r·(dy − (Σ dy + u·r²·Σ dy·u)/n) for x.
//
// GoMLX derives the same from mean and variance, with one sum over all places more and twice as many tensors of x's size.
func normalise(x, scale, offset *Node) (y, mean, variance *Node) {
	rank := x.Rank()
	axes := make([]int, rank-1)
	for i := range axes {
		axes[i] = i
	}
	n := float64(x.Shape().Size() / x.Shape().Dimensions[rank-1])
	mean = ReduceMean(x, axes...)
	u := Sub(x, ExpandLeftToRank(mean, rank))
	variance = ReduceMean(Square(u), axes...)
	r := Inverse(Sqrt(AddScalar(variance, batchNormEpsilon)))

	var dy, sum, sumU *Node
	byX := IdentityWithCustomGradient(x, func(_, _ *Node) *Node {
		slope := MulScalar(Mul(Square(r), sumU), 1/n)
		return Mul(ExpandLeftToRank(Mul(scale, r), rank),
			Sub(dy, Add(ExpandLeftToRank(MulScalar(sum, 1/n), rank), Mul(u, ExpandLeftToRank(slope, rank)))))
	})
	byScale := IdentityWithCustomGradient(scale, func(_, _ *Node) *Node { return Mul(r, sumU) })
	byOffset := IdentityWithCustomGradient(offset, func(_, _ *Node) *Node { return sum })
	// Through mean and variance no gradient flows: all of it is in the three above.
	y = affine(Sub(byX, ExpandLeftToRank(StopGradient(mean), rank)), Mul(byScale, StopGradient(r)), byOffset)
	y = onGradient(y, func(v *Node) {
		dy, sum, sumU = v, ReduceSum(v, axes...), ReduceSum(Mul(v, u), axes...)
	})
	return y, mean, variance
}

// affine is u·factor + offset, where the two are [channels].
func affine(u, factor, offset *Node) *Node {
	return Add(Mul(u, ExpandLeftToRank(factor, u.Rank())), ExpandLeftToRank(offset, u.Rank()))
}

func blend(running, batch *Node) *Node {
	return Add(MulScalar(running, 1-batchNormMomentum), MulScalar(batch, batchNormMomentum))
}
