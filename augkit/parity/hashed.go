package parity

import (
	"hash/fnv"
	"math"
	"strings"

	"github.com/gomlx/gomlx/ml/model"
)

// splitMix is the output of Steele, Lea and Flood's SplitMix64 for the state x.
func splitMix(x uint64) uint64 {
	z := x + 0x9E3779B97F4A7C15
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// hashedWeight is the weight of that name for a weights_seed: "Weights from a seed" in the package's documentation.
func hashedWeight(seed uint64, name string, dims []int) []float32 {
	h := fnv.New64a()
	h.Write([]byte(name))
	key := splitMix(seed ^ h.Sum64())
	centre, spread := 0.0, 0.1
	switch last := name[strings.LastIndexByte(name, '/')+1:]; {
	case last == "kernel" && len(dims) == 4:
		spread = math.Sqrt(6 / float64(dims[0]*dims[1]*dims[3]))
	case last == "weights" && len(dims) == 2:
		spread = math.Sqrt(6 / float64(dims[0]+dims[1]))
	case last == "scale" || last == "running_var":
		centre = 1
	}
	out := make([]float32, product(dims))
	for i := range out {
		u := float64(splitMix(key+uint64(i))>>40)/(1<<23) - 1
		// The conversion keeps processors with a fused multiply-add from rounding once instead of twice.
		out[i] = float32(centre + float64(spread*u))
	}
	return out
}

// summaryLength is the number of entries of a summary.
const summaryLength = 18

// summary is the root mean square, the mean and 16 entries of an array: "Summaries" in the package's documentation.
func summary(values []float64) []float64 {
	var sum, squares float64
	for _, v := range values {
		sum += v
		squares += v * v
	}
	n := float64(len(values))
	out := make([]float64, 2, summaryLength)
	out[0], out[1] = math.Sqrt(squares/n), sum/n
	for k := uint64(1); k <= 16; k++ {
		out = append(out, values[splitMix(k)%uint64(len(values))])
	}
	return out
}

// weightName is a variable's path without the scope of the network: the name that case files use.
func weightName(v *model.Variable) string {
	return strings.TrimPrefix(v.Path(), networkScope+"/")
}
