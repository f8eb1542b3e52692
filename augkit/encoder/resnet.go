package encoder

import (
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/nn"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/activation"
)

// ResNet18 is the paper's encoder (He et al. 2016, without the last layer), for pictures with 3 channels and
// spectrograms with 1: x [batch, height, width, channels] → [batch, 512]. Layers as in the released model/Resnet.py:
// 7×7/2 convolution, 3×3/2 maximum, four stages of two basic blocks, mean over places.
func ResNet18(scope *model.Scope, x *Node) *Node {
	x = activation.Relu(nn.ConvBatchNorm(scope.At("stem"), x, 64, 7, 2))
	x = nn.MaxPool3(x)
	for stage, width := range []int{64, 128, 256, 512} {
		for block := range 2 {
			stride := 1
			if stage > 0 && block == 0 {
				stride = 2
			}
			x = basicBlock(scope.At("stage%d", stage+1).At("block%d", block+1), x, width, stride)
		}
	}
	return nn.Mean(x)
}

// basicBlock is two 3×3 convolutions with a shortcut, which is a 1×1 convolution where the shape changes.
func basicBlock(scope *model.Scope, x *Node, width, stride int) *Node {
	y := activation.Relu(nn.ConvBatchNorm(scope.At("first"), x, width, 3, stride))
	y = nn.ConvBatchNorm(scope.At("second"), y, width, 3, 1)
	if stride != 1 || x.Shape().Dimensions[3] != width {
		x = nn.ConvBatchNorm(scope.At("shortcut"), x, width, 1, stride)
	}
	return activation.Relu(Add(x, y))
}
