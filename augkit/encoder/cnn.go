package encoder

import (
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/nn"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/activation"
)

// CNN is a small convolutional network for 32×32 pictures and spectrograms of like size:
// x [batch, height, width, channels] → [batch, 128], the mean over places of the last map.
func CNN(scope *model.Scope, x *Node) *Node {
	block := func(k, out, stride int) {
		x = activation.Relu(nn.ConvBatchNorm(scope.At("block%d", k), x, out, 3, stride))
	}
	block(1, 32, 2)
	block(2, 64, 2)
	block(3, 128, 2)
	return nn.Mean(x)
}

// CNN1D is a small convolutional network over time: x [batch, steps, channels] → [batch, 64].
func CNN1D(scope *model.Scope, x *Node) *Node {
	x = activation.Relu(conv1D(scope.At("block1"), x, 32, 7, 3))
	x = activation.Relu(conv1D(scope.At("block2"), x, 64, 5, 2))
	return nn.Mean(x)
}

// conv1D is a convolution over time with batch norm: windows of k steps every s steps, no padding.
func conv1D(scope *model.Scope, x *Node, out, k, s int) *Node {
	d := x.Shape().Dimensions
	steps := (d[1]-k)/s + 1
	windows := make([]*Node, k)
	for i := range k {
		windows[i] = Slice(x, AxisRange(), AxisRange(i, i+(steps-1)*s+1).Stride(s), AxisRange())
	}
	y := nn.Dense(scope.At("conv"), Reshape(Concatenate(windows, -1), -1, k*d[2]), out)
	return nn.BatchNorm(scope.At("norm"), Reshape(y, d[0], steps, out))
}

// MLP is Linear → BatchNorm → ReLU on the flattened input: x [batch, …] → [batch, 128].
func MLP(scope *model.Scope, x *Node) *Node {
	x = Reshape(x, x.Shape().Dimensions[0], -1)
	return activation.Relu(nn.BatchNorm(scope.At("norm"), nn.Dense(scope.At("linear"), x, 128)))
}
