package train

import (
	"math"
	"slices"
	"testing"

	"github.com/augkit/aug/augkit/experiment"
)

// The scores of the training epoch are the means over its batches; they move with the weights, so they are not those of a
// clean pass, and the assignment follows them.
func TestScoreSources(t *testing.T) {
	ds := generated(t)
	for _, score := range []string{"train", "training", "validation"} {
		t.Run(score, func(t *testing.T) {
			exp := growing(ds)
			exp.Method.Assign.Score = score
			for _, e := range mustRun(t, ds, exp, options(t, ds)).Epochs {
				from := map[string]map[string]float64{
					"train": e.Train.Confidence, "training": e.TrainingConfidence, "validation": e.Validation.Confidence}[score]
				if (e.TrainingConfidence != nil) != (score == "training") {
					t.Errorf("epoch %d: training scores %v", e.Epoch, e.TrainingConfidence)
				}
				if len(from) != 2 || from["motion"] <= 0 || from["motion"] >= 1 {
					t.Fatalf("epoch %d: scores %v", e.Epoch, from)
				}
				weak := "motion"
				if from["words"] < from["motion"] {
					weak = "words"
				}
				if from["words"] != from["motion"] && !slices.Equal(e.Grown, []string{weak}) {
					t.Errorf("epoch %d: %v grew, the scores are %v", e.Epoch, e.Grown, from)
				}
				if score == "training" && math.Abs(from["motion"]-e.Train.Confidence["motion"]) < 1e-9 {
					t.Errorf("epoch %d: the score of the epoch as it ran is that of the clean pass", e.Epoch)
				}
			}
		})
	}
}

// With a rate of nearly nothing the weights stand still: the score as it ran is that of the first weights in training mode,
// whatever the step.
func TestTrainingScoreIsAMean(t *testing.T) {
	ds := generated(t)
	var seen []float64
	for _, step := range []string{"alternating", "joint"} {
		exp := growing(ds)
		exp.Train.Step, exp.Method.Assign.Score, exp.Method.Interval = step, "training", 100
		exp.Train.Optimizer.LearningRate = 1e-12
		run := mustRun(t, ds, exp, options(t, ds))
		seen = append(seen, run.Epochs[0].TrainingConfidence["motion"], run.Epochs[0].TrainingConfidence["words"])
		if run.Epochs[1].Checked {
			t.Error("it was asked before the interval")
		}
	}
	for i := range 2 {
		if math.Abs(seen[i]-seen[i+2]) > 1e-5 || seen[i] < 0.1 || seen[i] > 0.6 {
			t.Errorf("scores %v; want those of the joint step to be those of the alternation, near a third", seen)
		}
	}
}

func TestFirstCheckAndDirection(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	exp.Method.Interval, exp.Method.Assign.FirstCheck = 3, true
	exp.Method.Assign.Direction = "stronger"
	for _, e := range mustRun(t, ds, exp, options(t, ds)).Epochs {
		if e.Checked != (e.Epoch == 1 || e.Epoch == 3) {
			t.Errorf("epoch %d: checked is %v", e.Epoch, e.Checked)
		}
		ahead := "motion"
		if e.Train.Confidence["words"] > e.Train.Confidence["motion"] {
			ahead = "words"
		}
		if e.Checked && !slices.Equal(e.Grown, []string{ahead}) {
			t.Errorf("epoch %d: %v grew, ahead is %s", e.Epoch, e.Grown, ahead)
		}
	}
}

func TestSeveralGrowAtOnce(t *testing.T) {
	ds := generated(t, "motion", "words", "pulse")
	exp := growing(ds)
	exp.Method.Assign = experiment.Assign{By: "share", Several: true}
	most := 0
	for _, e := range mustRun(t, ds, exp, options(t, ds)).Epochs {
		most = max(most, len(e.Grown))
	}
	if most != 2 {
		t.Errorf("at most %d grew at a check; words and pulse are both weak", most)
	}
}

func TestSelectedOnTest(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	exp.Train.Epochs, exp.Train.Selection = 8, "test"
	run := mustRun(t, ds, exp, options(t, ds))
	best, selected := -1.0, 0
	for _, e := range run.Epochs {
		if e.Test == nil {
			t.Fatalf("epoch %d holds no test scores", e.Epoch)
		}
		takes := e.Test.Fused.Accuracy >= best
		if takes {
			best, selected = e.Test.Fused.Accuracy, e.Epoch
		}
		if e.Best != takes {
			t.Errorf("epoch %d: best is %v with test accuracy %v after %v", e.Epoch, e.Best, e.Test.Fused.Accuracy, best)
		}
	}
	if run.Result.Epoch != selected || run.Result.Test.Fused.Accuracy != best || run.Result.Protocol != AuthorsProtocol {
		t.Errorf("epoch %d, test accuracy %v, protocol %q; want epoch %d with %v", run.Result.Epoch, run.Result.Test.Fused.Accuracy, run.Result.Protocol, selected, best)
	}
	exp.Train.Selection = "validation"
	honest := mustRun(t, ds, exp, options(t, ds))
	for i, e := range honest.Epochs {
		if e.Test != nil || e.Validation.Fused != run.Epochs[i].Validation.Fused {
			t.Errorf("epoch %d: selection changes the training, or test is on record", e.Epoch)
		}
	}
	if honest.Result.Test.Fused.Accuracy > best {
		t.Error("the best epoch on test is not the best on test")
	}
}

func TestSelectedLast(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	exp.Train.Epochs, exp.Train.Selection = 5, "last"
	run := mustRun(t, ds, exp, options(t, ds))
	for _, e := range run.Epochs {
		if e.Best != (e.Epoch == 5) {
			t.Errorf("epoch %d: best is %v", e.Epoch, e.Best)
		}
	}
	if run.Result.Epoch != 5 || run.Result.Protocol != LastProtocol || run.Result.Validation.Fused != run.Epochs[4].Validation.Fused {
		t.Errorf("the result is of epoch %d, protocol %q", run.Result.Epoch, run.Result.Protocol)
	}
}

func TestSchedules(t *testing.T) {
	ds := generated(t)
	rates := func(s experiment.Schedule) []float64 {
		exp := growing(ds)
		exp.Train.Schedule = s
		var out []float64
		for _, e := range mustRun(t, ds, exp, options(t, ds)).Epochs {
			out = append(out, e.LearningRate/exp.Train.Optimizer.LearningRate)
		}
		return out
	}
	for _, c := range []struct {
		schedule experiment.Schedule
		want     []float64
	}{
		{experiment.Schedule{Every: 2, Factor: 0.5}, []float64{1, 1, 0.5, 0.5}},
		{experiment.Schedule{Every: 2, Factor: 0.5, When: "start"}, []float64{1, 0.5, 0.5, 0.25}},
	} {
		if got := rates(c.schedule); !slices.Equal(got, c.want) {
			t.Errorf("%+v: rates %v, want %v", c.schedule, got, c.want)
		}
	}
	exp := growing(ds) // so slow that the validation loss stands still
	exp.Method.Name = "control"
	exp.Train.Epochs, exp.Train.Optimizer.LearningRate = 8, 1e-9
	exp.Train.Schedule = experiment.Schedule{Factor: 0.1, When: "plateau", Patience: 1}
	lowest, waited, want, fell := math.Inf(1), 0, 1e-9, false
	for _, e := range mustRun(t, ds, exp, options(t, ds)).Epochs {
		if math.Abs(e.LearningRate/want-1) > 1e-12 {
			t.Errorf("epoch %d: rate %v, want %v", e.Epoch, e.LearningRate, want)
		}
		if loss := e.Validation.Fused.Loss; loss < lowest*(1-1e-4) {
			lowest, waited = loss, 0
		} else if waited++; waited > 1 {
			want, waited, fell = want*0.1, 0, true
		}
	}
	if !fell {
		t.Error("the loss never saturated: this test needs it to")
	}
}
