package method_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/assign"
	"github.com/augkit/aug/augkit/boost"
	"github.com/augkit/aug/augkit/device/devicetest"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/method"
)

func TestBoosted(t *testing.T) {
	for _, c := range []struct {
		m       experiment.Method
		step    method.Step
		reading boost.Reading
		rule    assign.Rule
	}{
		{experiment.Method{Name: "gb", Lambda: 0.5, Sigma: 2, Tau: 0.1, SingleLoss: 2},
			method.Step{Name: "text", Modalities: []int{1}, Newest: true}, boost.Reading{Lambda: 0.5, Terms: boost.Newest}, assign.Rule{Sigma: 1}},
		{experiment.Method{Name: "gb", Lambda: 0.5, Sigma: 1, Terms: []string{"all"}, Assign: experiment.Assign{By: "none"}},
			method.Step{Name: "text", Modalities: []int{1}, Newest: true}, boost.Reading{Lambda: 0.5, Terms: boost.All}, assign.Rule{Sigma: 1, By: "none"}},
		{experiment.Method{Name: "sustained", Lambda: 0.5, Sigma: 1, TrainedClassifiers: "first"},
			method.Step{Name: "text", Modalities: []int{1}}, boost.Reading{Lambda: 0.5}, assign.Rule{Sigma: 1}},
	} {
		m, ok := mustNew(t, c.m).(method.Staged)
		if !ok {
			t.Errorf("%s has one stage", c.m.Name)
			continue
		}
		if got := m.Boost("text", 1); !reflect.DeepEqual(got, c.step) {
			t.Errorf("%s: the second stage makes the step %+v, want %+v", c.m.Name, got, c.step)
		}
		if m.Reading() != c.reading || *m.Assignment() != c.rule {
			t.Errorf("%s: %+v and %+v, want %+v and %+v", c.m.Name, m.Reading(), *m.Assignment(), c.reading, c.rule)
		}
	}
	for name, c := range map[string]struct {
		m    experiment.Method
		want string
	}{
		"first stacks": {experiment.Method{Name: "sustained", Sigma: 1, Start: map[string]int{"a": 2}}, "method sustained begins with one classifier"},
		"scores":       {experiment.Method{Name: "gb", Sigma: 1, Assign: experiment.Assign{Score: "training"}}, "must be train or validation"},
		"untrained":    {experiment.Method{Name: "gb", Sigma: 1, TrainedClassifiers: "first"}, "take method.trained_classifiers first away"},
		"lambda":       {experiment.Method{Name: "gb", Sigma: 1, Lambda: 2}, "method.lambda is 2"},
	} {
		if _, err := method.New(c.m); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
}

// The loss is joint training's until there is a stack to boost, then ε for gb and equation (5) for sustained.
func TestLossOfBothStages(t *testing.T) {
	gb, sustained := mustNew(t, experiment.Method{Name: "gb", Lambda: 0.5, Sigma: 1}), mustNew(t, experiment.Method{Name: "sustained", Lambda: 0.5, Sigma: 1})
	exec, err := model.NewExec(devicetest.Backend(t), model.NewStore(), func(_ *model.Scope, in []*Node) []*Node {
		one, two, y := in[0], in[1], in[2]
		return []*Node{
			gb.Loss([]*Node{one, one}, y), gb.Loss([]*Node{one}, y), gb.Loss([]*Node{two}, y), sustained.Loss([]*Node{two}, y),
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	// One sample of class 0: a stack of one classifier with odds 2, and one of two with odds 3 and 1.
	out, err := exec.Call([][][]float64{{{math.Log(2), 0}}}, [][][]float64{{{math.Log(3), 0}, {0, 0}}}, [][]float64{{1, 0}})
	if err != nil {
		t.Fatal(err)
	}
	ce := func(odds float64) float64 { return -math.Log(odds / (1 + odds)) }
	residual := (1 - 0.5*0.75) * ce(1)
	for i, want := range []float64{ce(4), ce(2), residual, residual + 2*ce(3)} {
		if got := tensors.ToScalar[float64](out[i]); math.Abs(got-want) > 1e-12 {
			t.Errorf("loss %d is %v, want %v", i, got, want)
		}
	}
}
