package optim_test

import (
	"math"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"github.com/augkit/aug/augkit/device/devicetest"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/optim"
)

func TestRateAt(t *testing.T) {
	for _, c := range []struct {
		every  int
		factor float64
		epoch  int
		want   float64
	}{
		{0, 0.1, 1, 1}, {0, 0.1, 1000, 1},
		{1, 0.5, 1, 1}, {1, 0.5, 2, 0.5}, {1, 0.5, 4, 0.125},
		{70, 0.1, 1, 1}, {70, 0.1, 70, 1}, {70, 0.1, 71, 0.1}, {70, 0.1, 140, 0.1}, {70, 0.1, 141, 0.01}, {70, 0.1, 200, 0.01},
		{-3, 0.1, 9, 1},
	} {
		got := optim.RateAt(1, experiment.Schedule{Every: c.every, Factor: c.factor}, c.epoch)
		if math.Abs(got-c.want) > 1e-15 {
			t.Errorf("every %d ×%g, epoch %d: rate %g, want %g", c.every, c.factor, c.epoch, got, c.want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		o    experiment.Optimizer
		part string
	}{
		{experiment.Optimizer{Name: "adagrad", LearningRate: 1}, "use sgd or adam"},
		{experiment.Optimizer{Name: "sgd"}, "learning_rate is 0"},
		{experiment.Optimizer{Name: "sgd", LearningRate: -1}, "learning_rate is -1"},
		{experiment.Optimizer{Name: "adam", LearningRate: math.NaN()}, "must be above 0"},
	} {
		if _, err := optim.New(c.o); err == nil || !strings.Contains(err.Error(), c.part) {
			t.Errorf("%+v: error %v, want one with %q", c.o, err, c.part)
		}
	}
}

// descend is one SGD step on Σ coefficient·w, whose gradient is the coefficient; idle takes no part in it.
type descend struct {
	store *model.Store
	exec  *model.Exec
}

func newDescend(t *testing.T, opt optimizer.Interface) *descend {
	t.Helper()
	d := &descend{store: model.NewStore()}
	d.store.Scope("/model/a").VariableWithValue("w", []float32{1, -2})
	d.store.Scope("/model/a").VariableWithValue("idle", []float32{5})
	d.store.Scope("/model/a").VariableWithValue("fixed", []float32{3, 3}).SetTrainable(false)
	var err error
	d.exec, err = model.NewExec(devicetest.Backend(t), d.store, func(scope *model.Scope, coefficient *Node) *Node {
		g := coefficient.Graph()
		scope.Store().SetTraining(g, true)
		value := func(name string) *Node { return scope.Store().Scope("/model/a").GetVariable(name).NodeValue(g) }
		loss := ReduceAllSum(Mul(coefficient, Mul(value("w"), Sub(value("fixed"), ConstAs(coefficient, 2)))))
		opt.UpdateGraph(scope, g, loss)
		return loss
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *descend) step(t *testing.T, gradient float32) {
	t.Helper()
	if _, err := d.exec.Call1(tensors.FromValue([]float32{gradient, gradient})); err != nil {
		t.Fatal(err)
	}
}

func (d *descend) value(t *testing.T, path string) []float32 {
	t.Helper()
	v := d.store.GetVariable(path)
	if v == nil {
		t.Fatalf("there is no variable %s", path)
	}
	return tensors.MustCopyFlatData[float32](v.MustValue())
}

func near(t *testing.T, what string, got float32, want float64) {
	t.Helper()
	if math.Abs(float64(got)-want) > 1e-6*(1+math.Abs(want)) {
		t.Errorf("%s is %g, want %g", what, got, want)
	}
}

func TestSGD(t *testing.T) {
	const rate, momentum, decay = 0.1, 0.9, 0.01
	sgd := &optim.SGD{LearningRate: rate, Momentum: momentum, WeightDecay: decay}
	d := newDescend(t, sgd)
	const path, velocity = "/model/a/w", "/optimizers/sgd/model/a/w"
	w, v := 1.0, 0.0
	for step, gradient := range []float64{2, -1, 0, 3} {
		d.step(t, float32(gradient))
		change := gradient + decay*w
		v = momentum*v + change
		if step == 0 && v != change {
			t.Fatal("the first velocity must be the first change")
		}
		w -= rate * v
		near(t, "velocity", d.value(t, velocity)[0], v)
		near(t, "weight", d.value(t, path)[0], w)
	}
	if d.store.GetVariable("/optimizers/sgd/model/a/idle") != nil || d.value(t, "/model/a/idle")[0] != 5 {
		t.Error("a variable that the graph does not use was touched")
	}
	if d.value(t, "/model/a/fixed")[0] != 3 {
		t.Error("a variable that is not trainable was touched")
	}
	if err := sgd.Clear(d.store.RootScope()); err != nil {
		t.Fatal(err)
	}
	if d.store.GetVariable(velocity) != nil {
		t.Error("Clear keeps the velocity")
	}
}

func TestSetRate(t *testing.T) {
	d := newDescend(t, &optim.SGD{LearningRate: 0.1})
	for _, rate := range []float64{0.5, 0.25} {
		before := d.value(t, "/model/a/w")[0]
		if err := optim.SetRate(d.store, rate); err != nil {
			t.Fatal(err)
		}
		d.step(t, 1)
		near(t, "change", d.value(t, "/model/a/w")[0]-before, -rate)
	}
	if d.store.GetVariable("/optimizers/sgd/model/a/w") != nil {
		t.Error("plain SGD keeps a velocity")
	}
}

// Adam's first step is the rate in the direction of the gradient, whatever its size, and decay is apart from it.
func TestAdamFirstStep(t *testing.T) {
	opt, err := optim.New(experiment.Optimizer{Name: "adam", LearningRate: 0.01, WeightDecay: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	d := newDescend(t, opt)
	d.step(t, 7)
	near(t, "weight", d.value(t, "/model/a/w")[0], 1-0.01-0.01*0.1)
}
