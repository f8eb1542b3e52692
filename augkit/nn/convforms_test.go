package nn

import (
	"fmt"
	"math"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/augkit/aug/augkit/device/devicetest"
)

// mixed fills a tensor with numbers in [−1, 1) that look random.
func mixed(seed int, dims ...int) *tensors.Tensor {
	n := 1
	for _, d := range dims {
		n *= d
	}
	data := make([]float32, n)
	for i := range data {
		data[i] = float32((i+seed)*2654435761>>7%65536)/32768 - 1
	}
	return tensors.FromFlatDataAndDimensions(data, dims...)
}

func call(t testing.TB, f func(inputs []*Node) []*Node, inputs ...any) [][]float32 {
	t.Helper()
	exec, err := NewExec(devicetest.Backend(t), f)
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	outputs, err := exec.Call(inputs...)
	if err != nil {
		t.Fatal(err)
	}
	flat := make([][]float32, len(outputs))
	for i, o := range outputs {
		flat[i] = tensors.MustCopyFlatData[float32](o)
	}
	return flat
}

func differ(a, b []float32) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	largest := 0.0
	for i := range a {
		largest = max(largest, math.Abs(float64(a[i]-b[i])))
	}
	return largest
}

// convCases have strides that divide the picture and strides that do not, pictures smaller than the kernel, and one channel.
var convCases = []struct{ batch, height, width, in, out, k, s int }{
	{2, 6, 5, 3, 4, 3, 1}, {2, 6, 5, 3, 4, 3, 2}, {3, 7, 8, 2, 3, 3, 2}, {2, 9, 8, 1, 4, 7, 2}, {2, 8, 9, 2, 3, 5, 3},
	{2, 5, 6, 3, 4, 1, 1}, {2, 5, 6, 3, 4, 1, 2}, {2, 2, 2, 3, 4, 3, 1}, {1, 1, 2, 1, 2, 7, 2}, {2, 10, 10, 1, 2, 3, 1},
}

// Every form of a convolution and of its two gradients gives what patches give, whose gradients GoMLX derives from slices and
// a product. The stock convolution's own gradient is not in every backend, so it is left out off XLA.
func TestFormsAgree(t *testing.T) {
	backend := devicetest.Backend(t)
	_, isXLA := xlaCPU(NewGraph(backend, "ask"))
	for _, c := range convCases {
		x, w := mixed(0, c.batch, c.height, c.width, c.in), mixed(1, c.k, c.k, c.in, c.out)
		dy := mixed(2, c.batch, strided(c.height, c.s), strided(c.width, c.s), c.out)
		in := func(f forms) [][]float32 {
			return call(t, func(n []*Node) []*Node {
				y := convolve(n[0], n[1], c.s, f)
				return append(Gradient(ReduceAllSum(Mul(y, n[2])), n[0], n[1]), y)
			}, x, w, dy)
		}
		want := in(forms{patches, patches, patches})
		for _, f := range []forms{{stock, stock, stock}, {stock, patches, patches}, {stock, stock, reversed}, {stock, patches, reversed}, {patches, stock, across}} {
			if !isXLA && f.forward != patches {
				continue
			}
			for i, got := range in(f) {
				if d := differ(got, want[i]); d > 1e-4 {
					t.Errorf("%+v in %v: %s differs by %g", c, f, []string{"gradient by the input", "gradient by the kernel", "result"}[i], d)
				}
			}
		}
		got := call(t, func(n []*Node) []*Node {
			return []*Node{inputGradientByPatches(n[0], n[1], n[2], c.s), kernelGradientByPatches(n[0], n[1], n[2], c.s)}
		}, x, w, dy)
		for i := range got {
			if d := differ(got[i], want[i]); d > 1e-4 {
				t.Errorf("%+v: gradient %d by patches differs by %g", c, i, d)
			}
		}
	}
}

// integers are from −size to size: sums of a few are exact in bfloat16, which has whole numbers to 256.
func integers(seed, size int, dims ...int) *tensors.Tensor {
	t := mixed(seed, dims...)
	tensors.MustMutableFlatData(t, func(flat []float32) {
		for i := range flat {
			flat[i] = float32(math.Round(float64(flat[i]) * float64(size)))
		}
	})
	return t
}

// What can be written in bfloat16 without loss comes out of its convolutions and pooling, and of their gradients, as of
// those in float32.
func TestBFloat16IsExactOnIntegers(t *testing.T) {
	in := func(dtype dtypes.DType, layer func(x, w *Node) *Node, x, w *tensors.Tensor) [][]float32 {
		return call(t, func(n []*Node) []*Node {
			y := layer(ConvertDType(n[0], dtype), ConvertDType(n[1], dtype))
			if y.DType() != dtype {
				t.Errorf("the result is %s, want %s", y.DType(), dtype)
			}
			y = ConvertDType(y, dtypes.Float32)
			signs := Sub(MulScalar(ConvertDType(LessThan(Mod(y, Scalar(y.Graph(), dtypes.Float32, 3)), OnesLike(y)), dtypes.Float32), 2), OnesLike(y))
			return append(Gradient(ReduceAllSum(Mul(y, StopGradient(signs))), n[0], n[1]), y)
		}, x, w)
	}
	check := func(name string, layer func(x, w *Node) *Node, x, w *tensors.Tensor) {
		t.Helper()
		want := in(dtypes.Float32, layer, x, w)
		for i, got := range in(dtypes.BFloat16, layer, x, w) {
			if d := differ(got, want[i]); d != 0 {
				t.Errorf("%s: %s differs by %g", name, []string{"gradient by the input", "gradient by the kernel", "result"}[i], d)
			}
		}
	}
	for _, c := range convCases[1:5] {
		x, w := integers(0, 2, c.batch, c.height, c.width, c.in), integers(1, 2, c.k, c.k, c.in, c.out)
		check(fmt.Sprintf("%+v", c), func(x, w *Node) *Node { return convolve(x, w, c.s, formsOf(x, w, c.s)) }, x, w)
	}
	pooled := func(x, w *Node) *Node { return Mul(MaxPool3(x), w) }
	check("pooling", pooled, integers(2, 100, 2, 7, 8, 3), integers(3, 1, 2, 4, 4, 3))
}

func TestCPUForms(t *testing.T) {
	for _, c := range []struct {
		name                           string
		batch, height, width, in, k, s int
		want                           forms
	}{
		{"stem at 224²", 8, 224, 224, 3, 7, 2, forms{stock, patches, reversed}},
		{"first stage at 224²", 8, 56, 56, 64, 3, 1, forms{stock, stock, reversed}},
		{"third stage at 224²", 8, 14, 14, 256, 3, 1, forms{stock, stock, patches}},
		{"many samples", 64, 16, 16, 32, 3, 1, forms{stock, stock, stock}},
		{"smaller than eight", 8, 7, 7, 512, 3, 1, forms{patches, patches, patches}},
		{"one place", 8, 56, 56, 64, 1, 2, forms{patches, patches, patches}},
	} {
		if got := cpuForms(c.batch, c.height, c.width, c.in, c.k, c.s); got != c.want {
			t.Errorf("%s: forms %v, want %v", c.name, got, c.want)
		}
	}
}

// The gradient goes to the first of equal numbers, and is what finite differences say where none are equal.
func TestMaxPool3(t *testing.T) {
	for _, d := range [][]int{{1, 3, 3, 1}, {2, 6, 8, 3}, {2, 7, 5, 2}, {1, 1, 1, 2}, {1, 2, 9, 1}} {
		x, dy := mixed(0, d...), mixed(3, d[0], (d[1]+1)/2, (d[2]+1)/2, d[3])
		exec, err := NewExec(devicetest.Backend(t), func(x, dy *Node) *Node { return ReduceAllSum(Mul(MaxPool3(x), dy)) })
		if err != nil {
			t.Fatal(err)
		}
		defer exec.Finalize()
		total := func(x *tensors.Tensor) float64 {
			sum, err := exec.Call1(x, dy)
			if err != nil {
				t.Fatal(err)
			}
			return float64(sum.Value().(float32))
		}
		got := call(t, func(n []*Node) []*Node { return Gradient(ReduceAllSum(Mul(MaxPool3(n[0]), n[1])), n[0]) }, x, dy)[0]
		data := tensors.MustCopyFlatData[float32](x)
		for i := range data {
			const h = 1e-3
			moved := func(by float32) *tensors.Tensor {
				copied := append([]float32(nil), data...)
				copied[i] += by
				return tensors.FromFlatDataAndDimensions(copied, d...)
			}
			if want := (total(moved(h)) - total(moved(-h))) / (2 * h); math.Abs(float64(got[i])-want) > 5e-3 {
				t.Errorf("%v: gradient %d is %g, finite differences say %g", d, i, got[i], want)
			}
		}
	}
	equal := tensors.FromFlatDataAndDimensions(make([]float32, 9), 1, 3, 3, 1)
	got := call(t, func(n []*Node) []*Node { return Gradient(ReduceAllSum(MaxPool3(n[0])), n[0]) }, equal)[0]
	want := []float32{1, 1, 0, 1, 1, 0, 0, 0, 0}
	if differ(got, want) != 0 {
		t.Errorf("gradient of equal numbers %v, want %v", got, want)
	}
}

// BenchmarkConv is a convolution and each of its gradients in every form, for the shapes of the encoders here; the bounds in
// formsOf come from it.
func BenchmarkConv(b *testing.B) {
	if onCPU, _ := xlaCPU(NewGraph(devicetest.Backend(b), "ask")); !onCPU {
		b.Skip("other backends have one form")
	}
	for _, c := range []struct{ batch, height, width, in, out, k, s int }{
		{8, 224, 224, 3, 64, 7, 2}, {8, 56, 56, 64, 64, 3, 1}, {8, 56, 56, 64, 128, 3, 2}, {8, 28, 28, 128, 128, 3, 1}, {8, 28, 28, 128, 256, 3, 2},
		{8, 14, 14, 256, 256, 3, 1}, {8, 14, 14, 256, 512, 3, 2}, {8, 7, 7, 512, 512, 3, 1}, {8, 56, 56, 64, 128, 1, 2},
		{16, 16, 16, 64, 64, 3, 1}, {16, 8, 8, 128, 128, 3, 1}, {16, 8, 8, 128, 256, 3, 2}, {16, 4, 4, 256, 256, 3, 1}, {16, 2, 2, 512, 512, 3, 1},
		{64, 32, 32, 3, 32, 3, 2}, {64, 16, 16, 32, 64, 3, 2}, {64, 8, 8, 64, 128, 3, 2}, {64, 86, 32, 1, 32, 3, 2}, {64, 43, 16, 32, 64, 3, 2}, {64, 22, 8, 64, 128, 3, 2},
	} {
		x, w := mixed(0, c.batch, c.height, c.width, c.in), mixed(1, c.k, c.k, c.in, c.out)
		dy := mixed(2, c.batch, strided(c.height, c.s), strided(c.width, c.s), c.out)
		flop := 2 * float64(dy.Shape().Size()*c.k*c.k*c.in)
		by := func(f forms, of func(y *Node, n []*Node) *Node) func(n []*Node) []*Node {
			return func(n []*Node) []*Node { return []*Node{of(convolve(n[0], n[1], c.s, f), n)} }
		}
		for _, part := range []struct {
			name string
			form func(f form) forms
			of   func(y *Node, n []*Node) *Node
		}{
			{"forward", func(f form) forms { return forms{f, stock, stock} }, func(y *Node, _ []*Node) *Node { return y }},
			{"input", func(f form) forms { return forms{stock, f, stock} }, func(y *Node, n []*Node) *Node { return Gradient(ReduceAllSum(Mul(y, n[2])), n[0])[0] }},
			{"kernel", func(f form) forms { return forms{stock, stock, f} }, func(y *Node, n []*Node) *Node { return Gradient(ReduceAllSum(Mul(y, n[2])), n[1])[0] }},
		} {
			for f, name := range []string{"stock", "patches", "reversed"} {
				if form(f) == reversed && part.name != "kernel" {
					continue
				}
				b.Run(fmt.Sprintf("%dx%dx%dx%d-%d-k%ds%d/%s/%s", c.batch, c.height, c.width, c.in, c.out, c.k, c.s, part.name, name), func(b *testing.B) {
					exec, err := NewExec(devicetest.Backend(b), by(part.form(form(f)), part.of))
					if err != nil {
						b.Fatal(err)
					}
					defer exec.Finalize()
					once := func() {
						outputs, err := exec.Call(x, w, dy)
						if err != nil {
							b.Fatal(err)
						}
						tensors.MustConstFlatData(outputs[0], func([]float32) {}) // waits
						outputs[0].MustFinalizeAll()
					}
					once()
					for b.Loop() {
						once()
					}
					b.ReportMetric(flop/1e9*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
				})
			}
		}
	}
}
