package nn_test

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/nn"
)

func seeded(seed int64) *model.Store {
	store := model.NewStore()
	store.SetParam("/"+nn.ParamSeed, seed)
	return store
}

func flat(t *testing.T, v *model.Variable) []float32 {
	t.Helper()
	value, err := v.Value()
	if err != nil {
		t.Fatal(err)
	}
	out, err := tensors.CopyFlatData[float32](value)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestVariableDependsOnSeedAndPathAlone(t *testing.T) {
	dims := []int{4, 3}
	a, b, other := seeded(1), seeded(1), seeded(2)
	first := flat(t, nn.Variable(a.Scope("/model/x"), "weights", dims...))
	nn.Variable(b.Scope("/model/y"), "weights", 9, 9) // made before it, so the order differs
	nn.Variable(b.Scope("/model/x"), "biases", 3)
	if again := flat(t, nn.Variable(b.Scope("/model/x"), "weights", dims...)); !slices.Equal(first, again) {
		t.Errorf("the order in which variables are made changes them: %v, %v", first, again)
	}
	if same := flat(t, nn.Variable(a.Scope("/model/y"), "weights", dims...)); slices.Equal(first, same) {
		t.Error("two paths have the same values")
	}
	if same := flat(t, nn.Variable(other.Scope("/model/x"), "weights", dims...)); slices.Equal(first, same) {
		t.Error("two seeds give the same values")
	}
	v := nn.Variable(a.Scope("/model/x"), "weights", dims...)
	if err := v.SetValue(tensors.FromShape(v.Shape())); err != nil {
		t.Fatal(err)
	}
	if kept := flat(t, nn.Variable(a.Scope("/model/x"), "weights", dims...)); kept[0] != 0 {
		t.Error("asking for a variable that exists draws it anew")
	}
}

func TestReset(t *testing.T) {
	store := seeded(1)
	w := nn.Variable(store.Scope(nn.Scope+"/a"), "weights", 4, 3)
	first := flat(t, w)
	velocity := store.Scope("/optimizers/sgd").VariableWithValue("v", []float32{1, 2})
	counter := store.RootScope().VariableWithValue("global_step", int64(7))
	if err := w.SetValue(tensors.FromShape(w.Shape())); err != nil {
		t.Fatal(err)
	}
	if err := nn.Reset(store); err != nil {
		t.Fatal(err)
	}
	if got := flat(t, w); !slices.Equal(got, first) {
		t.Errorf("weights are %v after a reset, were %v at first", got, first)
	}
	if got := flat(t, velocity); !slices.Equal(got, []float32{0, 0}) {
		t.Errorf("velocity is %v after a reset, want zeros", got)
	}
	if got := tensors.ToScalar[int64](counter.MustValue()); got != 0 {
		t.Errorf("counter is %d after a reset, want 0", got)
	}
	store.SetParam("/"+nn.ParamSeed, int64(2))
	if err := nn.Reset(store); err != nil {
		t.Fatal(err)
	}
	want := flat(t, nn.Variable(seeded(2).Scope(nn.Scope+"/a"), "weights", 4, 3))
	if got := flat(t, w); !slices.Equal(got, want) {
		t.Error("a reset does not take the new seed")
	}
}

// The moments of the initial distributions, within five standard errors: Xavier's normal for linear maps, He's normal
// over the fan-out for convolutions, as weight_init of the released code.
func TestInitialDistributions(t *testing.T) {
	for _, c := range []struct {
		name      string
		dims      []int
		mean, std float64
	}{
		{"weights", []int{300, 200}, 0, math.Sqrt(2.0 / 500)},
		{"weights", []int{512, 256}, 0, math.Sqrt(2.0 / 768)},
		{"kernel", []int{3, 3, 40, 80}, 0, math.Sqrt(2.0 / (9 * 80))},
		{"kernel", []int{7, 7, 3, 64}, 0, math.Sqrt(2.0 / (49 * 64))},
		{"kernel", []int{1, 1, 128, 256}, 0, math.Sqrt(2.0 / 256)},
		{"biases", []int{100}, 0, 0},
		{"offset", []int{100}, 0, 0},
		{"running_mean", []int{100}, 0, 0},
		{"scale", []int{100}, 1, 0},
		{"running_var", []int{100}, 1, 0},
	} {
		for seed := range int64(3) {
			values := flat(t, nn.Variable(seeded(seed).Scope("/model/layer"), c.name, c.dims...))
			n := float64(len(values))
			var sum, squares, fourth float64
			for _, v := range values {
				sum += float64(v)
			}
			mean := sum / n
			for _, v := range values {
				d := float64(v) - mean
				squares += d * d
				fourth += d * d * d * d
			}
			std := math.Sqrt(squares / n)
			if math.Abs(mean-c.mean) > 5*c.std/math.Sqrt(n) {
				t.Errorf("%s %v, seed %d: mean %g, want %g", c.name, c.dims, seed, mean, c.mean)
			}
			if math.Abs(std-c.std) > 5*c.std/math.Sqrt(2*n) {
				t.Errorf("%s %v, seed %d: standard deviation %g, want %g", c.name, c.dims, seed, std, c.std)
			}
			// Kurtosis 3 tells the normal from the uniform (1.8); its standard error is √(24/n).
			if k := fourth / n / math.Pow(squares/n, 2); c.std > 0 && math.Abs(k-3) > 5*math.Sqrt(24/n) {
				t.Errorf("%s %v, seed %d: kurtosis %g, want 3", c.name, c.dims, seed, k)
			}
		}
	}
}
