package train

import (
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	gomlx "github.com/gomlx/gomlx/ml/train"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/nn"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// switches are the ones that change what is trained or selected, each away from the paper's.
var switches = map[string]func(*experiment.Experiment){
	"residual":         func(e *experiment.Experiment) { e.Method.Residual = "probabilities" },
	"single loss":      func(e *experiment.Experiment) { e.Method.SingleLoss = 2 },
	"first classifier": func(e *experiment.Experiment) { e.Method.TrainedClassifiers = "first" },
	"direction":        func(e *experiment.Experiment) { e.Method.Assign.Direction = "stronger" },
	"first check":      func(e *experiment.Experiment) { e.Method.Interval, e.Method.Assign.FirstCheck = 4, true },
	"training score":   func(e *experiment.Experiment) { e.Method.Assign.Score = "training" },
	"joint":            func(e *experiment.Experiment) { e.Train.Step = "joint" },
	"legacy":           func(e *experiment.Experiment) { e.Train.Step = "alternating-legacy" },
	"start":            func(e *experiment.Experiment) { e.Train.Schedule.When = "start" },
	"plateau": func(e *experiment.Experiment) {
		e.Train.Schedule = experiment.Schedule{Factor: 0.5, When: "plateau", Patience: 1}
	},
	"a loss that stands still": func(e *experiment.Experiment) {
		e.Method.Name, e.Train.Optimizer.LearningRate = "control", 1e-9
		e.Train.Schedule = experiment.Schedule{Factor: 0.5, When: "plateau", Patience: 1}
	},
	"terms":        func(e *experiment.Experiment) { e.Method.Terms = []string{"all", "newest"} },
	"first stacks": func(e *experiment.Experiment) { e.Method.Start = map[string]int{"words": 3} },
	"one wide": func(e *experiment.Experiment) {
		e.Method.Start, e.Method.Terms, e.Method.Assign.By = map[string]int{"words": 3}, []string{"all"}, "none"
	},
	"weight":         func(e *experiment.Experiment) { e.Method.Assign.Gives = "weight" },
	"random":         func(e *experiment.Experiment) { e.Method.Assign.By = "random" },
	"none":           func(e *experiment.Experiment) { e.Method.Assign.By = "none" },
	"gate":           func(e *experiment.Experiment) { e.Method.Gate = true },
	"gb":             func(e *experiment.Experiment) { e.Method.Name = "gb" },
	"sustained":      func(e *experiment.Experiment) { e.Method.Name = "sustained" },
	"select on test": func(e *experiment.Experiment) { e.Train.Selection = "test" },
	"select last":    func(e *experiment.Experiment) { e.Train.Selection = "last" },
}

func spelt(exp experiment.Experiment) experiment.Experiment {
	exp.Method.Residual, exp.Method.SingleLoss, exp.Method.TrainedClassifiers = "logits", 1, "all"
	exp.Method.Assign = experiment.Assign{By: "difference", Gives: "classifier", Direction: "weaker", Score: "train"}
	exp.Train.Step, exp.Train.Selection, exp.Train.Schedule.When = "alternating", "validation", "end"
	return exp
}

// The paper's word in every switch is the same run as no word, and every other word is another run: also on engines that
// were used by each of the others before.
func TestSwitchesMakeOtherRuns(t *testing.T) {
	ds := generated(t)
	forgetEngines()
	base := mustRun(t, ds, growing(ds), options(t, ds))
	same := mustRun(t, ds, spelt(growing(ds)), options(t, ds))
	for _, name := range []string{"epochs.jsonl", "predictions.jsonl", "result.json"} {
		if read(t, filepath.Join(base.Dir, name)) != read(t, filepath.Join(same.Dir, name)) {
			t.Errorf("%s changes when the paper's switches are spelt out", name)
		}
	}
	if base.Result.Protocol != Protocol {
		t.Errorf("protocol %q", base.Result.Protocol)
	}
	run := func(name string) string {
		exp := growing(ds)
		switches[name](&exp)
		return read(t, filepath.Join(mustRun(t, ds, exp, options(t, ds)).Dir, "epochs.jsonl"))
	}
	epochs := map[string]string{"": read(t, filepath.Join(base.Dir, "epochs.jsonl"))}
	names := slices.Sorted(maps.Keys(switches))
	for _, name := range names {
		text := run(name)
		for other, was := range epochs {
			if text == was {
				t.Errorf("the epochs of %q are those of %q", name, other)
			}
		}
		epochs[name] = text
	}
	sameBytes(t, base, mustRun(t, ds, growing(ds), options(t, ds)))
	for _, name := range names {
		forgetEngines()
		if run(name) != epochs[name] {
			t.Errorf("%q depends on the runs before it", name)
		}
	}
}

// A run with any of the switches that is stopped and taken up again, in the middle of a mini-batch and in another
// process, has the same bytes.
func TestSwitchesResume(t *testing.T) {
	ds := generated(t)
	for _, name := range []string{"first classifier", "training score", "joint", "legacy", "a loss that stands still", "select on test", "select last",
		"first stacks", "weight", "random", "gate", "gb", "sustained"} {
		t.Run(name, func(t *testing.T) {
			exp := growing(ds)
			switches[name](&exp)
			whole := mustRun(t, ds, exp, options(t, ds))
			opts := options(t, ds)
			forgetEngines()
			stopAt(t, ds, exp, opts, 3, 3)
			forgetEngines()
			opts.Resume = true
			sameBytes(t, whole, mustRun(t, ds, exp, opts))
		})
	}
}

// weights reads a variable of a finished run.
func weights(t *testing.T, run *runlog.Run, path string) []float32 {
	t.Helper()
	store := model.NewStore()
	if err := loadStore(filepath.Join(run.Dir, weightsDir), store, nil); err != nil {
		t.Fatal(err)
	}
	defer store.Finalize()
	v := store.GetVariable(path)
	if v == nil {
		t.Fatalf("the run has no %s", path)
	}
	return tensors.MustCopyFlatData[float32](v.MustValue())
}

func TestAddedClassifiersStayAtTheirFirstWeights(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	exp.Train.Selection = "last"
	trained := mustRun(t, ds, exp, options(t, ds))
	exp.Method.TrainedClassifiers = "first"
	frozen := mustRun(t, ds, exp, options(t, ds))
	for path, want := range map[string][2]bool{ // whether it moved when all are trained, and when only the first is
		"/model/words/layer1_01/weights": {true, true},
		"/model/words/layer1_02/weights": {true, false},
		"/model/words/layer1_02/biases":  {true, false},
		"/model/head/weights":            {true, true},
	} {
		for i, run := range []*runlog.Run{trained, frozen} {
			got := weights(t, run, path)
			if moved := !slices.Equal(got, firstValues(t, exp.Train.Seed, path, got)); moved != want[i] {
				t.Errorf("%s: moved is %v, want %v (run %d)", path, moved, want[i], i)
			}
		}
	}
	added := 0
	for _, n := range frozen.Result.Classifiers {
		added += n - 1
	}
	if fewer := trained.Result.Parameters - frozen.Result.Parameters; added == 0 || fewer < added*256 {
		t.Errorf("%d added classifiers that are not trained, but only %d trained parameters fewer", added, fewer)
	}
}

// firstValues are those that the seed gives a variable as large as like; biases are zero.
func firstValues(t *testing.T, seed int64, path string, like []float32) []float32 {
	t.Helper()
	store := model.NewStore()
	defer store.Finalize()
	store.SetParam("/"+nn.ParamSeed, seed)
	scope, name := store.Scope(filepath.Dir(path)), filepath.Base(path)
	dims := []int{len(like)}
	if name == "weights" {
		out := 256
		if strings.Contains(path, "head") {
			out = 3
		}
		dims = []int{len(like) / out, out}
	}
	return tensors.MustCopyFlatData[float32](nn.Variable(scope, name, dims...).MustValue())
}

// one is a trainer on an engine of its own, to make single steps with.
type one struct {
	*engine
	ds *datasets.Dataset
}

func newOne(t *testing.T, change func(*experiment.Experiment)) one {
	t.Helper()
	ds := generated(t)
	exp := growing(ds)
	exp.Train.Optimizer.WeightDecay = 0.5
	change(&exp)
	forgetEngines()
	e, err := acquire(goBackend(t), exp, ds, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.free)
	return one{e, ds}
}

// step makes a step of the mini-batch.
func (o one) step(t *testing.T, k int) {
	t.Helper()
	s := o.net.steps[k]
	rows := o.ds.Indices(datasets.Train)[:9]
	batch := gomlx.Batch{Labels: []*tensors.Tensor{oneHot(o.ds, rows)}, Spec: o.net.spec(s)}
	for _, m := range s.Modalities {
		batch.Inputs = append(batch.Inputs, gather(o.ds.Modalities[m], rows))
	}
	if _, err := o.trainer.TrainStep(batch); err != nil {
		t.Fatal(err)
	}
}

func (o one) value(t *testing.T, path string) []float32 {
	t.Helper()
	v := o.store.GetVariable(path)
	if v == nil {
		t.Fatalf("there is no %s", path)
	}
	return tensors.MustCopyFlatData[float32](v.MustValue())
}

// Two steps of a mini-batch under PyTorch 1, by hand: the second step moves the first modality too, by v ← μ·v + wd·w and
// w ← w − rate·v. The first step of the next mini-batch leaves the second modality alone, since its gradients were deleted.
func TestLegacyStep(t *testing.T) {
	const path, other = "/model/motion/layer1_01/weights", "/model/words/layer1_01/weights"
	const rate, momentum, decay = 0.02, 0.9, 0.5
	legacy := newOne(t, func(e *experiment.Experiment) { e.Train.Step = "alternating-legacy" })
	for k, want := range []string{"", "motion×1"} {
		if got := legacy.net.spec(legacy.net.steps[k]).Moved; got != want {
			t.Errorf("step %d moves %q without a gradient, want %q", k, got, want)
		}
	}
	legacy.step(t, 0)
	w, v := legacy.value(t, path), legacy.value(t, "/optimizers/sgd"+path)
	running := legacy.value(t, "/model/head/weights")
	legacy.step(t, 1)
	after := legacy.value(t, path)
	for i := range w {
		velocity := momentum*float64(v[i]) + decay*float64(w[i])
		if want := float64(w[i]) - rate*velocity; math.Abs(float64(after[i])-want) > 1e-7 {
			t.Fatalf("weight %d goes from %v to %v in the other modality's step, want %v", i, w[i], after[i], want)
		}
	}
	if slices.Equal(running, legacy.value(t, "/model/head/weights")) {
		t.Error("the shared head was not trained")
	}
	words := legacy.value(t, other)
	legacy.step(t, 0)
	if !slices.Equal(words, legacy.value(t, other)) {
		t.Error("the first step of a mini-batch moves the modality whose gradients were deleted")
	}

	legacy.net.Grow(0)
	legacy.step(t, 0)
	added := legacy.value(t, "/model/motion/layer1_02/weights")
	legacy.step(t, 1)
	if slices.Equal(added, legacy.value(t, "/model/motion/layer1_02/weights")) {
		t.Error("the other modality's step does not move a classifier that was added")
	}

	today := newOne(t, func(*experiment.Experiment) {})
	today.step(t, 0)
	if !slices.Equal(w, today.value(t, path)) {
		t.Error("the first step differs from that of the alternation")
	}
	today.step(t, 1)
	if !slices.Equal(w, today.value(t, path)) {
		t.Error("the alternation moves the other modality")
	}
	if !slices.Equal(words, today.value(t, other)) {
		t.Error("the legacy rule changes the step of the modality whose turn it is")
	}
}

// The joint step moves what only one modality uses as the alternation does in its first mini-batch; the head, which the
// alternation updates twice, it moves once.
func TestJointStep(t *testing.T) {
	joint := newOne(t, func(e *experiment.Experiment) { e.Train.Step = "joint" })
	if len(joint.net.steps) != 1 {
		t.Fatalf("%d steps a mini-batch, want 1", len(joint.net.steps))
	}
	joint.step(t, 0)
	turns := newOne(t, func(*experiment.Experiment) {})
	turns.step(t, 0)
	a, b := joint.value(t, "/model/motion/layer1_01/weights"), turns.value(t, "/model/motion/layer1_01/weights")
	for i := range a {
		if math.Abs(float64(a[i]-b[i])) > 1e-6 {
			t.Fatalf("weight %d of the first modality is %v after the joint step, %v after its own", i, a[i], b[i])
		}
	}
	turns.step(t, 1)
	if slices.Equal(joint.value(t, "/model/head/weights"), turns.value(t, "/model/head/weights")) {
		t.Error("the head is the same after one step and after two")
	}
}
