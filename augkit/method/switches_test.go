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

func mustNew(t *testing.T, m experiment.Method) method.Method {
	t.Helper()
	out, err := method.New(m)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Every switch of the method reaches the loss or the rule, and empty ones are the paper's.
func TestSwitchesReachTheMethod(t *testing.T) {
	base := experiment.Method{Name: "aug", Lambda: 0.5, Sigma: 1, Tau: 0.01}
	for _, c := range []struct {
		name    string
		change  func(*experiment.Method)
		reading boost.Reading
		rule    assign.Rule
	}{
		{"none", func(*experiment.Method) {}, boost.Reading{Lambda: 0.5}, assign.Rule{Sigma: 1, Tau: 0.01}},
		{"spelt out", func(m *experiment.Method) {
			m.Residual, m.SingleLoss, m.Assign = "logits", 1, experiment.Assign{By: "difference", Direction: "weaker"}
		}, boost.Reading{Lambda: 0.5, Single: 1}, assign.Rule{Sigma: 1, Tau: 0.01, By: "difference"}},
		{"others", func(m *experiment.Method) {
			m.Residual, m.SingleLoss = "probabilities", 2
			m.Assign = experiment.Assign{By: "share", Direction: "stronger", Several: true}
		}, boost.Reading{Lambda: 0.5, Probabilities: true, Single: 2}, assign.Rule{Sigma: 1, Tau: 0.01, By: "share", Stronger: true, Several: true}},
	} {
		m := base
		c.change(&m)
		aug := mustNew(t, m)
		if aug.Reading() != c.reading || *aug.Assignment() != c.rule {
			t.Errorf("%s: %+v and %+v, want %+v and %+v", c.name, aug.Reading(), *aug.Assignment(), c.reading, c.rule)
		}
	}
	base.Assign.By = "sum"
	if _, err := method.New(base); err == nil || !strings.Contains(err.Error(), `assign.by is "sum"; use one of difference, none, random, ratio, share`) {
		t.Errorf("error %v for an unknown comparison", err)
	}
}

// The control is AUG without growth under every switch; one modality alone is always one cross entropy.
func TestSingleLossOfTheOthers(t *testing.T) {
	for name, want := range map[string]int{"control": 2, "alone": 0, "joint": 0, "late": 0} {
		if got := mustNew(t, experiment.Method{Name: name, SingleLoss: 2}).Reading().Single; got != want {
			t.Errorf("%s: the single cross entropy counts %d times, want %d", name, got, want)
		}
	}
}

func TestTogether(t *testing.T) {
	steps := mustNew(t, experiment.Method{Name: "control"}).Steps([]string{"image", "audio", "text"})
	want := []method.Step{{Name: "joint", Modalities: []int{0, 1, 2}}}
	if got := method.Together(steps); !reflect.DeepEqual(got, want) {
		t.Errorf("together they are %+v, want %+v", got, want)
	}
}

// The loss of a joint step is the sum of the modalities' own, not the loss of summed logits as in naive joint training.
func TestLossOfAJointStep(t *testing.T) {
	aug := mustNew(t, experiment.Method{Name: "aug", Lambda: 0.5, Sigma: 1})
	control, joint := mustNew(t, experiment.Method{Name: "control"}), mustNew(t, experiment.Method{Name: "joint"})
	exec, err := model.NewExec(devicetest.Backend(t), model.NewStore(), func(_ *model.Scope, in []*Node) []*Node {
		a, b, y := in[0], in[1], in[2]
		first := func(x *Node) *Node { return Slice(x, AxisRange(), AxisRange(0, 1), AxisRange()) }
		return []*Node{
			aug.Loss([]*Node{a, b}, y), aug.Loss([]*Node{a}, y), aug.Loss([]*Node{b}, y),
			control.Loss([]*Node{first(a), b}, y), joint.Loss([]*Node{first(a), b}, y),
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	// One sample of class 0: a has two classifiers with odds 3 and 1, b one with odds 2.
	l := func(odds float64) float64 { return math.Log(odds) }
	out, err := exec.Call([][][]float64{{{l(3), 0}, {l(1), 0}}}, [][][]float64{{{l(2), 0}}}, [][]float64{{1, 0}})
	if err != nil {
		t.Fatal(err)
	}
	ce := func(odds float64) float64 { return -math.Log(odds / (1 + odds)) }
	lossA, lossB := (1-0.5*0.75)*ce(1)+2*ce(3), ce(2)
	for i, want := range []float64{lossA + lossB, lossA, lossB, ce(3) + ce(2), ce(6)} {
		if got := tensors.ToScalar[float64](out[i]); math.Abs(got-want) > 1e-12 {
			t.Errorf("loss %d is %v, want %v", i, got, want)
		}
	}
}
