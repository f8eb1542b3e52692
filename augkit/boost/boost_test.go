package boost_test

import (
	"math"
	"math/rand/v2"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/boost"
	"github.com/augkit/aug/augkit/device/devicetest"
)

const (
	batch   = 5
	classes = 3
)

// sample is random logits [batch, n, classes] and labels.
type sample struct {
	n      int
	logits []float64
	labels []int
}

func draw(seed uint64, n int) sample {
	rng := rand.New(rand.NewPCG(seed, 1))
	s := sample{n: n, logits: make([]float64, batch*n*classes), labels: make([]int, batch)}
	for i := range s.logits {
		s.logits[i] = 2 * rng.NormFloat64()
	}
	for i := range s.labels {
		s.labels[i] = rng.IntN(classes)
	}
	return s
}

func (s sample) oneHot() []float64 {
	out := make([]float64, batch*classes)
	for i, y := range s.labels {
		out[i*classes+y] = 1
	}
	return out
}

// sum adds the logits of classifiers from … to−1 for a sample of the batch.
func (s sample) sum(i, from, to int) []float64 {
	out := make([]float64, classes)
	for t := from; t < to; t++ {
		for k := range out {
			out[k] += s.logits[(i*s.n+t)*classes+k]
		}
	}
	return out
}

func softmax(z []float64) []float64 {
	p, total := make([]float64, len(z)), 0.0
	for k, v := range z {
		p[k] = math.Exp(v)
		total += p[k]
	}
	for k := range p {
		p[k] /= total
	}
	return p
}

// crossEntropy is the mean over the batch of weight·CE of the classifiers from … to−1.
func (s sample) crossEntropy(from, to int, weight func(i int) float64) float64 {
	total := 0.0
	for i, y := range s.labels {
		total -= weight(i) * math.Log(softmax(s.sum(i, from, to))[y])
	}
	return total / batch
}

func one(int) float64 { return 1 }

// evaluate runs a function of (logits, labels) in float64.
func (s sample) evaluate(t *testing.T, f func(logits, labels *Node) []*Node) []*tensors.Tensor {
	t.Helper()
	exec, err := model.NewExec(devicetest.Backend(t), model.NewStore(), func(_ *model.Scope, in []*Node) []*Node { return f(in[0], in[1]) })
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	out, err := exec.Call(tensors.FromFlatDataAndDimensions(s.logits, batch, s.n, classes), tensors.FromFlatDataAndDimensions(s.oneHot(), batch, classes))
	if err != nil {
		t.Fatalf("in float64: %v", err)
	}
	return out
}

func (s sample) scalars(t *testing.T, f func(logits, labels *Node) []*Node) []float64 {
	t.Helper()
	var out []float64
	for _, v := range s.evaluate(t, f) {
		out = append(out, tensors.ToScalar[float64](v))
	}
	return out
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*(1+math.Abs(want))) {
		t.Errorf("%s is %.12g, want %.12g", what, got, want)
	}
}

// The losses against plain Go. ε is the mean of (1 − λ·p_true)·CE, since the residual label is the label scaled.
func TestLossesAreWhatThePaperSays(t *testing.T) {
	for _, n := range []int{2, 3, 10} {
		for _, lambda := range []float64{0, 0.33, 1} {
			s := draw(uint64(n), n)
			got := s.scalars(t, func(logits, labels *Node) []*Node {
				newest, all, previous := boost.Losses(logits, labels, lambda)
				return []*Node{newest, all, previous, boost.Loss(logits, labels, lambda)}
			})
			weight := func(i int) float64 { return 1 - lambda*softmax(s.sum(i, 0, n-1))[s.labels[i]] }
			near(t, "ε", got[0], s.crossEntropy(n-1, n, weight), 1e-12)
			near(t, "ε_all", got[1], s.crossEntropy(0, n, one), 1e-12)
			near(t, "ε_pre", got[2], s.crossEntropy(0, n-1, one), 1e-12)
			near(t, "L", got[3], got[0]+got[1]+got[2], 1e-12)
			if lambda == 0 {
				near(t, "ε with λ = 0", got[0], s.crossEntropy(n-1, n, one), 1e-12)
			}
		}
	}
}

func TestOneClassifierHasOneCrossEntropy(t *testing.T) {
	s := draw(1, 1)
	for _, lambda := range []float64{0, 0.5, 1} {
		got := s.scalars(t, func(logits, labels *Node) []*Node { return []*Node{boost.Loss(logits, labels, lambda)} })
		near(t, "L", got[0], s.crossEntropy(0, 1, one), 1e-12)
	}
}

// The residual label is in [1 − λ, 1] at the true class and 0 elsewhere.
func TestResidualLabel(t *testing.T) {
	s := draw(2, 3)
	for _, lambda := range []float64{0, 0.5, 1} {
		out := s.evaluate(t, func(logits, labels *Node) []*Node {
			return []*Node{boost.ResidualLabel(boost.Sum(logits, 0, 2), labels, lambda)}
		})
		for j, v := range tensors.MustCopyFlatData[float64](out[0]) {
			i, k := j/classes, j%classes
			want := 0.0
			if k == s.labels[i] {
				want = 1 - lambda*softmax(s.sum(i, 0, 2))[k]
			}
			near(t, "ŷ", v, want, 1e-12)
			if v < 0 || v > 1 {
				t.Errorf("ŷ is %g, outside [0, 1]", v)
			}
		}
	}
}

// Gradients in float64 against central differences. The residual label is held at its value, since none flows through it.
func TestGradientsByFiniteDifferences(t *testing.T) {
	const step, lambda = 1e-5, 0.5
	for _, n := range []int{2, 3} {
		s := draw(uint64(10+n), n)
		out := s.evaluate(t, func(logits, labels *Node) []*Node {
			newest, all, previous := boost.Losses(logits, labels, lambda)
			return []*Node{Gradient(newest, logits)[0], Gradient(all, logits)[0], Gradient(previous, logits)[0],
				Gradient(boost.Loss(logits, labels, lambda), logits)[0]}
		})
		fixed := make([]float64, batch)
		for i, y := range s.labels {
			fixed[i] = 1 - lambda*softmax(s.sum(i, 0, n-1))[y]
		}
		losses := []func(sample) float64{
			func(s sample) float64 { return s.crossEntropy(n-1, n, func(i int) float64 { return fixed[i] }) },
			func(s sample) float64 { return s.crossEntropy(0, n, one) },
			func(s sample) float64 { return s.crossEntropy(0, n-1, one) },
		}
		total := make([]float64, len(s.logits))
		for l, name := range []string{"ε", "ε_all", "ε_pre"} {
			grad := tensors.MustCopyFlatData[float64](out[l])
			for j := range s.logits {
				up, down := s.moved(j, step), s.moved(j, -step)
				want := (losses[l](up) - losses[l](down)) / (2 * step)
				near(t, name+"'s gradient", grad[j], want, 1e-9)
				total[j] += grad[j]
			}
		}
		for j, v := range tensors.MustCopyFlatData[float64](out[3]) {
			near(t, "L's gradient", v, total[j], 1e-14)
		}
	}
}

// moved is the sample with one logit changed.
func (s sample) moved(j int, by float64) sample {
	s.logits = append([]float64(nil), s.logits...)
	s.logits[j] += by
	return s
}
