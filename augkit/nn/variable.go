// Package nn holds the few layers that GoMLX lacks, does otherwise than PyTorch, or is slow at: weights drawn on the
// host from one seed, convolution as patches and one matrix product, and PyTorch's batch normalisation.
package nn

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// ParamSeed is the root parameter (int64) of a Store that all initial weights come from.
const ParamSeed = "init_seed"

// Init draws the initial values of a weight of the given dimensions, row-major.
type Init func(rng *rand.Rand, dims []int) []float32

// Weight returns the value of a trainable float32 variable, drawn by init when it is first asked for. Values are drawn
// on the host from (seed, path) alone: they do not depend on the backend nor on the order in which variables are made,
// so two methods with the same seed start from the same network, and so does a classifier added later.
func Weight(scope *model.Scope, g *Graph, name string, init Init, dims ...int) *Node {
	return variable(scope, name, init, dims...).NodeValue(g)
}

func variable(scope *model.Scope, name string, init Init, dims ...int) *model.Variable {
	if v := scope.GetVariable(name); v != nil {
		return v
	}
	h := fnv.New64a()
	h.Write([]byte(model.JoinPath(scope.Scope(), name)))
	seed := model.GetRootParamOr(scope.Store(), ParamSeed, int64(0))
	rng := rand.New(rand.NewPCG(uint64(seed), h.Sum64()))
	return scope.VariableWithValue(name, tensors.FromFlatDataAndDimensions(init(rng, dims), dims...))
}

// XavierNormal is Glorot and Bengio's: N(0, 2/(in+out)), for a [in, out] weight; the released code uses it for every
// fully connected layer (train_CREMAD.py, weight_init).
func XavierNormal(rng *rand.Rand, dims []int) []float32 {
	return normal(rng, dims, math.Sqrt(2/float64(dims[0]+dims[1])))
}

// KaimingFanOut is He's initialisation by fan-out: N(0, 2/(height·width·out)), for a [height, width, in, out] kernel;
// the released code uses it for every convolution.
func KaimingFanOut(rng *rand.Rand, dims []int) []float32 {
	return normal(rng, dims, math.Sqrt(2/float64(dims[0]*dims[1]*dims[3])))
}

// Constant fills with c.
func Constant(c float32) Init {
	return func(_ *rand.Rand, dims []int) []float32 {
		out := make([]float32, size(dims))
		for i := range out {
			out[i] = c
		}
		return out
	}
}

func normal(rng *rand.Rand, dims []int, std float64) []float32 {
	out := make([]float32, size(dims))
	for i := range out {
		out[i] = float32(std * rng.NormFloat64())
	}
	return out
}

func size(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// Dense is x·W + b for x [batch, in] → [batch, out], Xavier-normal weights "weights" [in, out] and zero "biases".
func Dense(scope *model.Scope, x *Node, out int) *Node {
	g := x.Graph()
	w := Weight(scope, g, "weights", XavierNormal, x.Shape().Dimensions[1], out)
	b := Weight(scope, g, "biases", Constant(0), out)
	return Add(Dot(x, w).Product(), ExpandAxes(b, 0))
}
