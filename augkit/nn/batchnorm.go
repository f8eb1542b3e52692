package nn

import (
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
	g := x.Graph()
	rank := x.Rank()
	channels := x.Shape().Dimensions[rank-1]
	scale := Weight(scope, g, "scale", channels)
	offset := Weight(scope, g, "offset", channels)
	runningMean := Variable(scope, "running_mean", channels).SetTrainable(false)
	runningVar := Variable(scope, "running_var", channels).SetTrainable(false)

	axes := make([]int, rank-1)
	for i := range axes {
		axes[i] = i
	}
	spread := func(v *Node) *Node { return ExpandLeftToRank(v, rank) }

	mean, variance := runningMean.NodeValue(g), runningVar.NodeValue(g)
	if scope.IsTraining(g) {
		mean = ReduceMean(x, axes...)
		variance = ReduceMean(Square(Sub(x, spread(mean))), axes...)
		n := float64(x.Shape().Size() / channels)
		runningMean.SetNodeValue(blend(runningMean.NodeValue(g), StopGradient(mean)))
		runningVar.SetNodeValue(blend(runningVar.NodeValue(g), MulScalar(StopGradient(variance), n/(n-1))))
	}
	factor := Mul(scale, Inverse(Sqrt(AddScalar(variance, batchNormEpsilon))))
	return Add(Mul(Sub(x, spread(mean)), spread(factor)), spread(offset))
}

func blend(running, batch *Node) *Node {
	return Add(MulScalar(running, 1-batchNormMomentum), MulScalar(batch, batchNormMomentum))
}
