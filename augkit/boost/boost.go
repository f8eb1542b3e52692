// Package boost is the paper's sustained boosting as graph functions: the configurable classifier, the residual label
// and the three losses, equations (2) to (5). Everything is differentiable and nothing is frozen: that is what
// "sustained" means, in contrast to gradient boosting.
//
// Read it top to bottom beside section 3.2 of the paper. Where the paper writes a sum of predictions p, the sum is of
// logits and softmax comes after it, as in the released code (train_CREMAD.py, lines 53–58 and 66–71): a literal sum of
// probabilities can exceed one and make the residual label negative.
package boost

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/nn"
)

// Hidden is the width between the two layers of a classifier (section 4.1: 256).
const Hidden = 256

// Layer1 is how the scope of a classifier's own layer begins; its number, from 1, follows.
const Layer1 = "layer1_"

// Classifiers applies a modality's stack of n configurable classifiers to its feature [batch, width] and returns
// their logits [batch, n, classes], oldest first. Classifier t is
//
//	Layer2(ReLU(Layer1_t(feature)))
//
// with its own Layer1 (width×256) in scope, and one Layer2 (256×classes) in head that all classifiers of all
// modalities share. So an added classifier costs one Layer1. The n first layers are one matrix product.
func Classifiers(scope, head *model.Scope, feature *Node, n, classes int) *Node {
	g := feature.Graph()
	batch, width := feature.Shape().Dimensions[0], feature.Shape().Dimensions[1]
	weights, biases := make([]*Node, n), make([]*Node, n)
	for t := range n {
		layer := scope.At("%s%02d", Layer1, t+1)
		weights[t] = nn.Weight(layer, g, "weights", width, Hidden)
		biases[t] = nn.Weight(layer, g, "biases", Hidden)
	}
	hidden := Add(Dot(feature, Concatenate(weights, 1)).Product(), ExpandAxes(Concatenate(biases, 0), 0))
	hidden = Reshape(activation.Relu(hidden), batch*n, Hidden)
	return Reshape(nn.Dense(head, hidden, classes), batch, n, classes)
}

// Sum adds the logits [batch, n, classes] of classifiers from (included) to to (excluded): [batch, classes].
func Sum(logits *Node, from, to int) *Node {
	return ReduceSum(Slice(logits, AxisRange(), AxisRange(from, to), AxisRange()), 1)
}

// CrossEntropy is ℓ of equation (1) with softmax inside: the mean over the batch of −Σ_k label_k·log softmax(logits)_k.
// Labels [batch, classes] need not sum to one, as a residual label does not. It returns a scalar.
func CrossEntropy(logits, labels *Node) *Node {
	return Neg(ReduceAllMean(ReduceSum(Mul(labels, LogSoftmax(logits)), -1)))
}

// ResidualLabel is ŷ = y − λ·(y ⊙ p), with p the probabilities of the earlier classifiers together: softmax of their
// summed logits previous [batch, classes]. Labels are one-hot [batch, classes]. No gradient flows through it.
//
// Since ŷ is y scaled at the true class, cross entropy against it weighs each sample by 1 − λ·p_true: samples that the
// earlier classifiers already get right count less.
func ResidualLabel(previous, labels *Node, lambda float64) *Node {
	return StopGradient(Sub(labels, MulScalar(Mul(labels, Softmax(previous)), lambda)))
}

// Losses are the three terms for a stack of n ≥ 2 classifiers with logits [batch, n, classes], as scalars:
//
//	newest    ε      equation (2): the newest classifier against the residual label
//	all       ε_all  equation (3): the sum of all against the label
//	previous  ε_pre  equation (4): the sum of all but the newest against the label
func Losses(logits, labels *Node, lambda float64) (newest, all, previous *Node) {
	n := logits.Shape().Dimensions[1]
	earlier, last := Sum(logits, 0, n-1), Sum(logits, n-1, n)
	newest = CrossEntropy(last, ResidualLabel(earlier, labels, lambda))
	all = CrossEntropy(Add(earlier, last), labels)
	previous = CrossEntropy(earlier, labels)
	return newest, all, previous
}

// Loss is L = ε + ε_all + ε_pre, equation (5). With a single classifier there is nothing earlier and the loss is one
// cross entropy, as in the released code (line 58); equation (5) read literally would count it twice.
func Loss(logits, labels *Node, lambda float64) *Node {
	if logits.Shape().Dimensions[1] == 1 {
		return CrossEntropy(Sum(logits, 0, 1), labels)
	}
	newest, all, previous := Losses(logits, labels, lambda)
	return Add(Add(newest, all), previous)
}
