package train

import (
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	gomlx "github.com/gomlx/gomlx/ml/train"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/method"
)

// A modality that is given weight has one classifier and learns it three times as fast, and the other modality as before.
func TestWeightInsteadOfClassifiers(t *testing.T) {
	const path = "/model/words/layer1_01/weights"
	plain := newOne(t, func(e *experiment.Experiment) { e.Train.Optimizer.WeightDecay, e.Method.Assign.Gives = 0, "weight" })
	before := firstValues(t, 3, path, make([]float32, 128*256))
	plain.step(t, 1)
	once := plain.value(t, path)

	given := newOne(t, func(e *experiment.Experiment) { e.Train.Optimizer.WeightDecay, e.Method.Assign.Gives = 0, "weight" })
	given.net.Grow(1)
	if got, want := given.net.classifiers(), []int{1, 1}; !slices.Equal(got, want) {
		t.Errorf("classifiers %v, want %v", got, want)
	}
	for k, want := range []string{"motion×1", "words×1, loss ×3"} {
		if got := given.net.spec(given.net.steps[k]).Stacks; got != want {
			t.Errorf("step %d is of %q, want %q", k, got, want)
		}
	}
	given.step(t, 1)
	thrice := given.value(t, path)
	for i := range before {
		one, three := float64(once[i]-before[i]), float64(thrice[i]-before[i])
		if math.Abs(three-3*one) > 1e-6 {
			t.Fatalf("weight %d moves by %v, with a tripled loss by %v", i, one, three)
		}
	}
	given.net.Grow(1)
	if got := given.net.spec(given.net.steps[1]).Stacks; got != "words×1, loss ×3" {
		t.Errorf("given weight twice it is of %q: the weight is three at most", got)
	}
}

func TestFirstStacks(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	switches["one wide"](&exp)
	run := mustRun(t, ds, exp, options(t, ds))
	want := map[string]int{"motion": 1, "words": 3}
	for _, e := range run.Epochs {
		if !maps.Equal(e.Classifiers, want) || len(e.Grown) > 0 {
			t.Errorf("epoch %d: classifiers %v, grown %v; want %v and nobody", e.Epoch, e.Classifiers, e.Grown, want)
		}
		if got, all := e.Validation.Terms["words"], e.Validation.Branch["words"].Loss; got != all {
			t.Errorf("epoch %d: the terms are %v, but ε_all alone is %v", e.Epoch, got, all)
		}
	}
	exp.Method.Start = map[string]int{"words": 2}
	fewer := mustRun(t, ds, exp, options(t, ds))
	if got := run.Result.Parameters - fewer.Result.Parameters; got != 128*256+256 {
		t.Errorf("a classifier more is %d parameters, want %d", got, 128*256+256)
	}
}

// The ratios that the gate is asked with and what it is trained towards, by the released formula by hand: for mini-batch k
// (from 0) with scores tmp, s = (tmp/(k+1) + sum·k/(k+1)) of one modality over that of the other.
func TestGateBatch(t *testing.T) {
	gated := newOne(t, func(e *experiment.Experiment) { e.Method.Gate = true })
	if n := len(gated.net.steps); n != 3 || gated.net.steps[2].Name != method.GateStep {
		t.Fatalf("steps %+v", gated.net.steps)
	}
	r := &runner{engine: gated.engine}
	r.state.init()
	r.state.Step = 2*3 + 2 // the third mini-batch
	r.state.Scores = map[string]float64{"motion": 1.5, "words": 0.9}
	r.state.LastScores = map[string]float64{"motion": 0.6, "words": 0.3}
	input, label := r.gateBatch()
	a, b := 0.6/3+1.5*2/3, 0.3/3+0.9*2/3
	want := []float64{a / b, b / a}
	for i, x := range tensors.MustCopyFlatData[float32](input) {
		if math.Abs(float64(x)-want[i]) > 1e-6 {
			t.Errorf("ratio %d is %v, want %v", i, x, want[i])
		}
	}
	if got := tensors.MustCopyFlatData[float32](label); !slices.Equal(got, []float32{0, 1}) {
		t.Errorf("the gate is trained towards %v, want 0 for the stronger and 1 for the weaker", got)
	}
}

// The gate's step trains the gate and nothing else; the modalities' steps do not train the gate. Their added classifiers
// are scaled by it.
func TestGateStep(t *testing.T) {
	const gate, head = "/model/gate/linear2/weights", "/model/head/weights"
	gated := newOne(t, func(e *experiment.Experiment) { e.Method.Gate = true })
	gated.net.Grow(1)
	gated.step(t, 0)
	gated.step(t, 1)
	asked := gated.value(t, gate)
	weights := gated.value(t, head)
	if !slices.Equal(asked, firstGate(t, gate, asked)) {
		t.Error("a modality's step trains the gate")
	}
	step := func(ratios []float32) {
		t.Helper()
		batch := gomlx.Batch{Spec: gated.net.spec(gated.net.steps[2]),
			Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(ratios, 2)},
			Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions([]float32{0, 1}, 2, 1)}}
		if _, err := gated.trainer.TrainStep(batch); err != nil {
			t.Fatal(err)
		}
	}
	step([]float32{2, 0.5})
	if got := gated.value(t, "/model/gate/ratio"); !slices.Equal(got, []float32{2, 0.5}) {
		t.Errorf("the ratios are %v after the step, want those of its batch", got)
	}
	step([]float32{2, 0.5}) // the first one was asked with ratios of 0, where linear1 has no gradient
	if slices.Equal(asked, gated.value(t, gate)) || !slices.Equal(weights, gated.value(t, head)) {
		t.Error("the gate's step trains something else than the gate")
	}
	values, err := gated.eval.gates()
	if err != nil || len(values) != 2 || !(values["words"] > 0 && values["words"] < 1) || values["words"] == values["motion"] {
		t.Errorf("gates %v, %v", values, err)
	}

	ds := gated.ds
	out, err := gated.eval.outputs(t.Context(), ds, 0)
	if err != nil {
		t.Fatal(err)
	}
	gated.net.gated = false
	gated.eval.free()
	clear(gated.eval.execs)
	bare, err := gated.eval.outputs(t.Context(), ds, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range bare.Logits[1] {
		want := float64(x)
		if i/3%2 == 1 { // the second classifier of three classes
			want *= values["words"]
		}
		if math.Abs(float64(out.Logits[1][i])-want) > 1e-5 {
			t.Fatalf("logit %d is %v with the gate %v, %v without", i, out.Logits[1][i], values["words"], x)
		}
	}
}

func firstGate(t *testing.T, path string, like []float32) []float32 {
	t.Helper()
	fresh := newOne(t, func(e *experiment.Experiment) { e.Method.Gate = true })
	fresh.net.Grow(1)
	fresh.step(t, 1)
	got := fresh.value(t, path)
	if len(got) != len(like) {
		t.Fatalf("%s has %d values, then %d", path, len(got), len(like))
	}
	return got
}
