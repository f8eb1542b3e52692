// Package nn holds the few layers that GoMLX lacks, does otherwise than PyTorch, or is slow at: weights drawn on the
// host from one seed, convolution in the form that is fastest for its shape, pooling, and PyTorch's batch normalisation.
//
// Variables are float32. Layers take float32 or bfloat16 and return what they were given; in bfloat16 they convert their weights
// as PyTorch's autocast does, and sums over places are taken in float32.
package nn

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"
)

// ParamSeed is the root parameter (int64) of a Store that all initial weights come from.
const ParamSeed = "init_seed"

// Scope is the path below which the variables of a network live.
const Scope = "/model"

// initial draws the first values of a variable, row-major. Which one a variable gets is decided by its name, as
// weight_init of the released code decides it by the layer's type (train_CREMAD.py).
type initial func(rng *rand.Rand, dims []int) []float32

var initials = map[string]initial{
	"kernel":       kaimingFanOut, // [height, width, in, out]
	"weights":      xavierNormal,  // [in, out]
	"biases":       constant(0),
	"scale":        constant(1),
	"offset":       constant(0),
	"running_mean": constant(0),
	"running_var":  constant(1),
	"ratio":        constant(0), // what the gate network is asked with
}

// Variable returns the float32 variable of that name in scope, with its first values if it is new. They are drawn on
// the host from (seed, path) alone and do not depend on the backend nor on the order in which variables are made: two
// methods with the same seed start from the same network, and so does a classifier that is added later.
func Variable(scope *model.Scope, name string, dims ...int) *model.Variable {
	if v := scope.GetVariable(name); v != nil {
		if !slices.Equal(v.Shape().Dimensions, dims) {
			exceptions.Panicf("variable %s is %v, this network wants %v: the weights are of another network", v.Path(), v.Shape().Dimensions, dims)
		}
		return v
	}
	return scope.VariableWithValue(name, first(scope.Store(), model.JoinPath(scope.Scope(), name), dims))
}

// Weight is the value of a [Variable] in the graph.
func Weight(scope *model.Scope, g *Graph, name string, dims ...int) *Node {
	return Variable(scope, name, dims...).NodeValue(g)
}

// Reset gives every variable of a Store its first value again: those of the network for the Store's seed, the others
// (the optimizer's, counters, running metrics) zero.
func Reset(store *model.Store) error {
	for v := range store.IterVariables() {
		value := tensors.FromShape(v.Shape())
		if strings.HasPrefix(v.Path(), Scope+"/") {
			value = first(store, v.Path(), v.Shape().Dimensions)
		}
		if err := v.SetValue(value); err != nil {
			return fmt.Errorf("reset %s: %w", v.Path(), err)
		}
	}
	return nil
}

func first(store *model.Store, path string, dims []int) *tensors.Tensor {
	h := fnv.New64a()
	h.Write([]byte(path))
	seed := model.GetRootParamOr(store, ParamSeed, int64(0))
	rng := rand.New(rand.NewPCG(uint64(seed), h.Sum64()))
	draw := initials[model.BasePath(path)]
	return tensors.FromFlatDataAndDimensions(draw(rng, dims), dims...)
}

// xavierNormal is Glorot and Bengio's N(0, 2/(in+out)).
func xavierNormal(rng *rand.Rand, dims []int) []float32 {
	return normal(rng, dims, math.Sqrt(2/float64(dims[0]+dims[1])))
}

// kaimingFanOut is He's N(0, 2/(height·width·out)).
func kaimingFanOut(rng *rand.Rand, dims []int) []float32 {
	return normal(rng, dims, math.Sqrt(2/float64(dims[0]*dims[1]*dims[3])))
}

func constant(c float32) initial {
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

// Dense is x·W + b for x [batch, in] → [batch, out], with "weights" [in, out] and "biases" [out], computed in x's dtype.
func Dense(scope *model.Scope, x *Node, out int) *Node {
	g := x.Graph()
	w := ConvertDType(Weight(scope, g, "weights", x.Shape().Dimensions[1], out), x.DType())
	return Add(Dot(x, w).Product(), ExpandAxes(ConvertDType(Weight(scope, g, "biases", out), x.DType()), 0))
}
