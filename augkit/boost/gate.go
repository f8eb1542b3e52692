package boost

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/nn"
)

// Gate is w_network of the authors' earlier commit (966dbf5, model/AudioVideo.py): Linear 1→512, ReLU, Linear 512→64,
// ReLU, Linear 64→1, sigmoid. ratio [n, 1] is the running ratio of each modality's confidence score to the others'; the
// result [n, 1] is in (0, 1).
func Gate(scope *model.Scope, ratio *Node) *Node {
	x := activation.Relu(nn.Dense(scope.At("linear1"), ratio, 512))
	x = activation.Relu(nn.Dense(scope.At("linear2"), x, 64))
	return Sigmoid(nn.Dense(scope.At("linear3"), x, 1))
}

// Gated multiplies the logits [batch, n, classes] of all classifiers but the first by gate, a scalar. No gradient flows
// into the gate.
func Gated(logits, gate *Node) *Node {
	n := logits.Shape().Dimensions[1]
	if n == 1 {
		return logits
	}
	first := Slice(logits, AxisRange(), AxisRange(0, 1))
	added := Slice(logits, AxisRange(), AxisRange(1, n))
	return Concatenate([]*Node{first, Mul(added, StopGradient(gate))}, 1)
}

// GateLoss is the mean squared difference between the gate [n, 1] and what it is trained towards, 1 for a modality that
// is too weak and 0 for one that is not.
func GateLoss(gate, target *Node) *Node { return ReduceAllMean(Square(Sub(gate, target))) }
