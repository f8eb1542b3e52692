package train

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

func TestAUGGrowsOneAtATime(t *testing.T) {
	ds := generated(t, "motion", "words", "pulse")
	run := mustRun(t, ds, growing(ds), options(t, ds))
	counts := map[string]int{"motion": 1, "words": 1, "pulse": 1}
	grown := 0
	for _, e := range run.Epochs {
		if !maps.Equal(e.Classifiers, counts) {
			t.Errorf("epoch %d was trained with %v, want %v", e.Epoch, e.Classifiers, counts)
		}
		if !e.Checked || len(e.Grown) > 1 {
			t.Errorf("epoch %d: checked %v, grown %v; want at most one modality a check", e.Epoch, e.Checked, e.Grown)
		}
		weakest := e.Train.Confidence["motion"]
		for _, s := range e.Train.Confidence {
			weakest = min(weakest, s)
		}
		for _, m := range e.Grown {
			counts[m]++
			grown++
			if e.Train.Confidence[m] != weakest {
				t.Errorf("epoch %d: %s grew with a score of %v, the weakest has %v", e.Epoch, m, e.Train.Confidence[m], weakest)
			}
		}
		for m, n := range e.Classifiers {
			if _, ok := e.Train.Previous[m]; ok != (n > 1) {
				t.Errorf("epoch %d: %s has %d classifiers, but a previous score: %v", e.Epoch, m, n, ok)
			}
		}
	}
	if grown == 0 {
		t.Error("nothing grew")
	}
	if !maps.Equal(run.Result.Final, counts) {
		t.Errorf("final classifiers %v, want %v", run.Result.Final, counts)
	}
	if want := run.Epochs[run.Result.Epoch-1].Classifiers; !maps.Equal(run.Result.Classifiers, want) {
		t.Errorf("selected classifiers %v, want %v of epoch %d", run.Result.Classifiers, want, run.Result.Epoch)
	}
}

func TestIntervalAndDeadZone(t *testing.T) {
	ds := generated(t)
	for _, test := range []struct {
		name   string
		change func(*experiment.Method)
		check  func(runlog.Epoch) bool
	}{
		{"every second epoch", func(m *experiment.Method) { m.Interval = 2 }, func(e runlog.Epoch) bool {
			return e.Checked == (e.Epoch%2 == 0) && (len(e.Grown) == 1) == e.Checked
		}},
		{"a dead zone that nothing leaves", func(m *experiment.Method) { m.Tau = 0.99 }, func(e runlog.Epoch) bool {
			return e.Checked && e.Grown == nil
		}},
		{"a factor that nothing reaches", func(m *experiment.Method) { m.Sigma = 1000 }, func(e runlog.Epoch) bool {
			return e.Checked && e.Grown == nil
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			exp := growing(ds)
			test.change(&exp.Method)
			for _, e := range mustRun(t, ds, exp, options(t, ds)).Epochs {
				if !test.check(e) {
					t.Errorf("epoch %d: checked %v, grown %v", e.Epoch, e.Checked, e.Grown)
				}
			}
		})
	}
}

func TestBaselinesNeverGrow(t *testing.T) {
	for _, test := range []struct {
		method     string
		modalities []string
		steps      []string // names in the training loss
		perEpoch   int
		weight     float64
	}{
		{"control", []string{"motion", "words"}, []string{"motion", "words"}, 8, 0.5},
		{"joint", []string{"motion", "words", "pulse"}, []string{"joint"}, 4, 1},
		{"alone", []string{"words"}, []string{"words"}, 4, 1},
	} {
		t.Run(test.method, func(t *testing.T) {
			ds := generated(t, test.modalities...)
			exp := growing(ds)
			exp.Method.Name = test.method
			opts := options(t, ds)
			opts.OnStep = func(p Position) {
				if p.Steps != test.perEpoch {
					t.Errorf("an epoch has %d steps, want %d", p.Steps, test.perEpoch)
				}
			}
			run := mustRun(t, ds, exp, opts)
			for _, e := range run.Epochs {
				if e.Checked || e.Grown != nil {
					t.Errorf("epoch %d: checked %v, grown %v", e.Epoch, e.Checked, e.Grown)
				}
				if names := slices.Sorted(maps.Keys(e.TrainingLoss)); !slices.Equal(names, test.steps) {
					t.Errorf("losses of %v, want %v", names, test.steps)
				}
			}
			for m, w := range run.Result.Weights {
				if w != test.weight {
					t.Errorf("weight of %s is %v, want %v", m, w, test.weight)
				}
			}
		})
	}
}

// The control is AUG until the first growth: the same network, the same steps.
func TestControlIsAUGWithoutGrowth(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	exp.Method.Interval = 100
	aug := mustRun(t, ds, exp, options(t, ds))
	exp.Method.Name = "control"
	control := mustRun(t, ds, exp, options(t, ds))
	for i, e := range aug.Epochs {
		if got := control.Epochs[i].Validation.Fused; got != e.Validation.Fused {
			t.Errorf("epoch %d: control %+v, aug without growth %+v", e.Epoch, got, e.Validation.Fused)
		}
	}
}

func TestMethodsAreRefusedBeforeAnythingIsWritten(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*experiment.Experiment, *datasets.Dataset)
		want   string
	}{
		{"alone on two modalities", func(e *experiment.Experiment, _ *datasets.Dataset) { e.Method.Name = "alone" }, "method alone trains one modality, but 2 are chosen"},
		{"no such method", func(e *experiment.Experiment, _ *datasets.Dataset) { e.Method.Name = "magic" }, `no method "magic"; use one of aug, control`},
		{"lambda", func(e *experiment.Experiment, _ *datasets.Dataset) { e.Method.Lambda = 1.5 }, "method.lambda is 1.5"},
		{"sigma", func(e *experiment.Experiment, _ *datasets.Dataset) { e.Method.Sigma = 0.5 }, "sigma is 0.5"},
		{"no such encoder", func(e *experiment.Experiment, _ *datasets.Dataset) { e.Encoders["words"] = "cnn" }, "encoders.words: there is no encoder \"cnn\""},
		{"no such optimizer", func(e *experiment.Experiment, _ *datasets.Dataset) { e.Train.Optimizer.Name = "lion" }, `no optimizer "lion"`},
		{"learning rate", func(e *experiment.Experiment, _ *datasets.Dataset) { e.Train.Optimizer.LearningRate = 0 }, "learning_rate is 0"},
		{"epochs", func(e *experiment.Experiment, _ *datasets.Dataset) { e.Train.Epochs = 0 }, "train.epochs is 0"},
		{"no training samples", func(_ *experiment.Experiment, d *datasets.Dataset) {
			d.Parts = slices.Repeat([]datasets.Part{datasets.Test}, d.Len())
		}, "train part of split 0 is empty"},
		{"a single class", func(_ *experiment.Experiment, d *datasets.Dataset) { d.Labels = make([]int, d.Len()) }, "single class"},
	} {
		t.Run(test.name, func(t *testing.T) {
			ds := generated(t)
			exp, opts := growing(ds), options(t, ds)
			test.change(&exp, ds)
			_, err := Run(t.Context(), goBackend(t), ds, exp, opts)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			nothingWritten(t, opts)
		})
	}
}

func TestGivenWeightsSelectAndFuse(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	exp.Inference = experiment.Inference{Fusion: "given", Weights: map[string]float64{"motion": 3, "words": 1}}
	run := mustRun(t, ds, exp, options(t, ds))
	if w := run.Result.Weights; w["motion"] != 0.75 || w["words"] != 0.25 {
		t.Errorf("weights %v, want 0.75 and 0.25", w)
	}
	if run.Result.TestEqual.Loss == run.Result.Test.Fused.Loss {
		t.Error("the headline is the equally weighed one")
	}
	exp.Inference = experiment.Inference{Fusion: "validation"}
	run = mustRun(t, ds, exp, options(t, ds))
	if run.Result.TestTuned != run.Result.Test.Fused || !maps.Equal(run.Result.Weights, run.Result.TunedWeights) {
		t.Error("the headline is not the one chosen on validation")
	}
	sum := 0.0
	for _, w := range run.Result.TunedWeights {
		sum += w
	}
	if math.Abs(sum-1) > 1e-12 {
		t.Errorf("tuned weights %v do not sum to one", run.Result.TunedWeights)
	}
}
