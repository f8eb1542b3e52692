package train

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// boosting is an experiment of 2 epochs of joint training and 4 of boosting, in which a classifier is added every second
// epoch. Its result is of the last epoch.
func boosting(ds *datasets.Dataset, name string) experiment.Experiment {
	exp := growing(ds)
	exp.Method.Name, exp.Method.JointEpochs, exp.Method.Interval, exp.Train.Epochs = name, 2, 2, 6
	exp.Train.Schedule = experiment.Schedule{Every: 1, Factor: 0.5}
	exp.Train.Selection = "last"
	return exp
}

// allWeights are the variables of a finished run.
func allWeights(t *testing.T, run *runlog.Run) map[string][]float32 {
	t.Helper()
	store := model.NewStore()
	defer store.Finalize()
	if err := loadStore(filepath.Join(run.Dir, weightsDir), store, nil); err != nil {
		t.Fatal(err)
	}
	out := make(map[string][]float32)
	for v := range store.Scope("/model").IterVariables() {
		out[v.Path()] = tensors.MustCopyFlatData[float32](v.MustValue())
	}
	return out
}

// The first stage is joint training to the byte. In the second one the modality with the smaller score grows, and of gb
// nothing moves but the newest classifier: not the encoder's running statistics, not the shared head, not a classifier that
// is not the newest any more. The strong branch answers as before, bit by bit.
func TestGradientBoostingMovesTheNewestOnly(t *testing.T) {
	ds := generated(t)
	exp := boosting(ds, "joint")
	exp.Train.Epochs, exp.Method.JointEpochs = 2, 0
	joint := mustRun(t, ds, exp, options(t, ds))
	shorter := boosting(ds, "gb")
	shorter.Train.Epochs = 4
	one := allWeights(t, mustRun(t, ds, shorter, options(t, ds)))
	gb := mustRun(t, ds, boosting(ds, "gb"), options(t, ds))

	for i, e := range joint.Epochs {
		got := gb.Epochs[i]
		e.Best, got.Best, got.Checked, got.Grown = false, false, false, nil
		if a, b := fmt.Sprintf("%+v", e), fmt.Sprintf("%+v", got); a != b {
			t.Errorf("epoch %d of joint training is\n%s\nand of gb\n%s", e.Epoch, a, b)
		}
	}
	for _, e := range gb.Epochs {
		grown, step, added := []string(nil), "joint", 1
		if e.Epoch == 2 || e.Epoch == 4 {
			grown = []string{"words"}
		}
		if e.Epoch > 2 {
			step, added = "words", (e.Epoch+1)/2
		}
		if !slices.Equal(e.Grown, grown) || e.Checked != (grown != nil) || !maps.Equal(e.Classifiers, map[string]int{"motion": 1, "words": added}) {
			t.Errorf("epoch %d: %v grew, classifiers %v; want %v and %d of words", e.Epoch, e.Grown, e.Classifiers, grown, added)
		}
		if names := slices.Collect(maps.Keys(e.TrainingLoss)); !slices.Equal(names, []string{step}) {
			t.Errorf("epoch %d: steps of %v, want %s", e.Epoch, names, step)
		}
		if want := 0.02 / float64(int(1)<<((e.Epoch-1)%2+(e.Epoch-1)/4*2)); e.Epoch <= 4 && e.LearningRate != want {
			t.Errorf("epoch %d: the rate is %v, want %v: the schedule begins again with the second stage", e.Epoch, e.LearningRate, want)
		}
		if e.Epoch > 2 && e.Validation.Branch["motion"] != joint.Epochs[1].Validation.Branch["motion"] {
			t.Errorf("epoch %d: the strong branch has moved to %+v", e.Epoch, e.Validation.Branch["motion"])
		}
	}
	if gb.Result.Test.Branch["motion"] != joint.Result.Test.Branch["motion"] || gb.Result.Test.Branch["words"] == joint.Result.Test.Branch["words"] {
		t.Errorf("branches of joint training %+v, of gb %+v", joint.Result.Test.Branch, gb.Result.Test.Branch)
	}
	before, after := allWeights(t, joint), allWeights(t, gb)
	for path, was := range before {
		if !slices.Equal(was, after[path]) {
			t.Errorf("%s has moved", path)
		}
	}
	if len(after) != len(before)+4 {
		t.Errorf("%d variables, want %d and two classifiers' weights and biases", len(after), len(before))
	}
	for path, now := range after {
		if before[path] != nil {
			continue
		}
		if slices.Equal(now, firstValues(t, gb.Experiment.Train.Seed, path, now)) {
			t.Errorf("%s was not trained", path)
		}
		if was := one[path]; was != nil && !slices.Equal(was, now) {
			t.Errorf("%s has moved after it was the newest", path)
		}
	}
	if one["/model/words/layer1_02/weights"] == nil {
		t.Error("the shorter run has no second classifier to compare")
	}
}

// Of sustained everything of the boosted modality moves, and the shared head, but nothing else.
func TestSustainedBoostingFreezesNothing(t *testing.T) {
	ds := generated(t)
	exp := boosting(ds, "sustained")
	after := allWeights(t, mustRun(t, ds, exp, options(t, ds)))
	exp.Train.Epochs, exp.Method.JointEpochs, exp.Method.Name = 2, 0, "joint"
	before := allWeights(t, mustRun(t, ds, exp, options(t, ds)))
	for path, was := range before {
		moved := !slices.Equal(was, after[path])
		if want := !strings.Contains(path, "/motion/"); moved != want {
			t.Errorf("%s: moved is %v, want %v", path, moved, want)
		}
	}
	exp.Train.Epochs, exp.Method.JointEpochs, exp.Method.Name = 4, 2, "sustained"
	one := allWeights(t, mustRun(t, ds, exp, options(t, ds)))
	if path := "/model/words/layer1_02/weights"; one[path] == nil || slices.Equal(one[path], after[path]) {
		t.Errorf("%s stands still once it is not the newest", path)
	}
}

// The second stage begins with the epoch that validation selected in the first, and its result is of an epoch of its own.
func TestSecondStageBeginsWithTheSelectedWeights(t *testing.T) {
	ds := generated(t)
	exp := boosting(ds, "joint")
	exp.Train.Selection, exp.Train.Epochs, exp.Method.JointEpochs = "validation", 5, 0
	exp.Train.Optimizer.LearningRate = 0.3 // so that the last epoch is not the best
	joint := mustRun(t, ds, exp, options(t, ds))
	if joint.Result.Epoch == 5 {
		t.Fatal("the last epoch was selected; this test needs another one")
	}
	exp.Method.Name, exp.Train.Epochs, exp.Method.JointEpochs = "gb", 8, 5
	gb := mustRun(t, ds, exp, options(t, ds))
	for path, was := range allWeights(t, joint) {
		if !slices.Equal(was, allWeights(t, gb)[path]) {
			t.Errorf("%s is not the one that joint training selected", path)
		}
	}
	if gb.Result.Epoch <= 5 || gb.Result.Test.Branch["motion"] != joint.Result.Test.Branch["motion"] {
		t.Errorf("epoch %d, strong branch %+v; joint training has %+v", gb.Result.Epoch, gb.Result.Test.Branch["motion"], joint.Result.Test.Branch["motion"])
	}
}

// One modality needs no scores. Nobody grows under none, and the rate begins again all the same: more of the first stage,
// to compare with.
func TestStagesOfOneModality(t *testing.T) {
	ds := generated(t, "words")
	exp := boosting(ds, "gb")
	gb := mustRun(t, ds, exp, options(t, ds))
	exp.Method.Assign.By = "none"
	none := mustRun(t, ds, exp, options(t, ds))
	for name, c := range map[string]struct {
		run  *runlog.Run
		want int
	}{"gb": {gb, 3}, "none": {none, 1}} {
		if got := c.run.Result.Final["words"]; got != c.want {
			t.Errorf("%s ends with %d classifiers, want %d", name, got, c.want)
		}
	}
	for _, e := range none.Epochs[2:] {
		if e.LearningRate != gb.Epochs[e.Epoch-1].LearningRate || e.TrainingLoss["joint"] == 0 {
			t.Errorf("epoch %d: rate %v, losses %v", e.Epoch, e.LearningRate, e.TrainingLoss)
		}
	}
}

// Interrupted in the first stage, at its end, and in the second, in a new process each: the same bytes. And on an engine
// whose graphs are of another batch size, so that some are built after those of the second stage.
func TestStagesResume(t *testing.T) {
	ds := generated(t)
	for _, name := range []string{"gb", "sustained"} {
		exp := boosting(ds, name)
		exp.Train.Selection = "validation"
		forgetEngines()
		whole := mustRun(t, ds, exp, options(t, ds))
		for _, at := range [][2]int{{1, 2}, {2, 4}, {3, 1}, {5, 3}} {
			opts := options(t, ds)
			forgetEngines()
			stopAt(t, ds, exp, opts, at[0], at[1])
			forgetEngines()
			opts.Resume = true
			sameBytes(t, whole, mustRun(t, ds, exp, opts))
		}
		other := exp
		other.Train.Batch = 7
		forgetEngines()
		mustRun(t, ds, other, options(t, ds))
		sameBytes(t, whole, mustRun(t, ds, exp, options(t, ds)))
	}
}

func TestStagesNeedTwoEpochs(t *testing.T) {
	ds := generated(t)
	exp := boosting(ds, "gb")
	exp.Train.Epochs, exp.Method.JointEpochs = 1, 0
	opts := options(t, ds)
	if _, err := Run(t.Context(), goBackend(t), ds, exp, opts); err == nil || !strings.Contains(err.Error(), "method gb has two stages") {
		t.Errorf("error %v", err)
	}
	nothingWritten(t, opts)
}
