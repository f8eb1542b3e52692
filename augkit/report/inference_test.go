package report

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/assign"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// assigned is walked with scores: the accelerometer leads until epoch 9, then the gyroscope does; asked every fifth epoch.
func assigned() *runlog.Run {
	run := walked("aug", 0)
	run.Experiment.Method.Sigma, run.Experiment.Method.Tau = 1, 0.01
	for i := range run.Epochs {
		e := &run.Epochs[i]
		s := float64(i+1) / 40
		e.Train.Confidence = map[string]float64{"accelerometer": 0.3 + s, "gyroscope": 0.05 + 2*s}
		e.Validation.Confidence = map[string]float64{"accelerometer": 0.4, "gyroscope": 0.2}
		e.Checked, e.Grown = (i+1)%5 == 0, nil
		switch i + 1 {
		case 5:
			e.Grown = []string{"gyroscope"}
		case 15, 20:
			e.Grown = []string{"accelerometer"}
		}
	}
	return run
}

func inferenceFigures(t *testing.T) map[string]struct {
	f    Figure
	want []string
} {
	run := assigned()
	late := assigned()
	late.Experiment.Method.Assign = experiment.Assign{By: "ratio", Score: experiment.ScoreValidation}
	tuned := func(method string, weight float64) Method {
		m := Method{Name: method}
		for split := range 3 {
			r := walked(method, split)
			r.Result.TunedWeights = map[string]float64{"accelerometer": weight, "gyroscope": 1 - weight}
			m.Runs = append(m.Runs, r)
		}
		return m
	}
	replay := func(tau float64, interval int) [][]int {
		grown, err := assign.Replay(assign.Rule{Sigma: 1, Tau: tau}, Confidences(run), interval, false)
		if err != nil {
			t.Fatal(err)
		}
		return grown
	}
	return map[string]struct {
		f    Figure
		want []string
	}{
		"assignment": {Assignment(run), []string{"Scores of the training part. Asked 4 times: accelerometer +2, gyroscope +1", "τ = 0.01, σ = 1",
			"Classifiers after epochs 5 gyroscope, 15 accelerometer, 20 accelerometer", "accelerometer: 0.325 in epoch 1, 0.800 in epoch 20"}},
		"assignment-ratio": {Assignment(late), []string{"Scores of the validation part", "gyroscope: 0.200 in epoch 1"}},
		"replayed": {Replayed(run, Answers{"the same rule", replay(0.01, 5)}, Answers{"τ = 0.2", replay(0.2, 5)}, Answers{"t_N = 1, a name that is much too long for its column", replay(0.01, 1)}),
			[]string{"as trained: accelerometer +2, gyroscope +1;", "the same rule: accelerometer +2, gyroscope +1;",
				"τ = 0.2: accelerometer +1, gyroscope +0, first difference after epoch 5", "first difference after epoch 1."}},
		// Of three samples the accelerometer alone has two right and the gyroscope alone one; where they disagree the surer one wins.
		"fusion": {FusionWeights(tuned("aug", 0.7)), []string{"On test -0.333 at weight 0, +0.000 at weight 1", "Validation chose 0.7 in 3 runs", "3 splits"}},
		"contributions": {Contributions("The stack from the inside", "gyroscope", datasets.Test, []float64{0.4, 0.3, 0.35}, []float64{0.4, 0.5, 0.52}),
			[]string{"each gyroscope classifier alone", "1: 0.400, 0.400; 2: 0.300, 0.500; 3: 0.350, 0.520"}},
		"per-class": {PerClass(tuned("aug", 0.5)), []string{"animals: accelerometer 0.67, gyroscope 0.33, fused 0.67", "vehicles", "3 splits"}},
	}
}

func TestInferenceFigures(t *testing.T) {
	again := inferenceFigures(t)
	for name, c := range inferenceFigures(t) {
		t.Run(name, func(t *testing.T) {
			checkSVG(t, c.f)
			if bytes.Contains(c.f.SVG, []byte(`viewBox="0 0 640 80"`)) {
				t.Fatalf("a message instead of a figure: %s", c.f.Alt)
			}
			for _, w := range c.want {
				if !strings.Contains(c.f.Alt, w) {
					t.Errorf("the words lack %q: %s", w, c.f.Alt)
				}
			}
			if len(c.f.SVG) > 40_000 {
				t.Errorf("%d bytes of SVG", len(c.f.SVG))
			}
			if !bytes.Equal(c.f.SVG, again[name].f.SVG) {
				t.Error("the same numbers gave two different figures")
			}
			png, err := c.f.PNG()
			if err != nil {
				t.Fatal(err)
			}
			if dir := os.Getenv("AUG_FIGURES"); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestInferenceFiguresSayWhatIsMissing(t *testing.T) {
	run, single, without := assigned(), assigned(), walked("aug", 0)
	single.Experiment.Data.Modalities = []string{"gyroscope"}
	without.Predictions = nil // and its folder is not there
	three := walked("aug", 0)
	three.Experiment.Data.Modalities = []string{"accelerometer", "gyroscope", "text"}
	onlyTest := walked("aug", 0)
	for i := range onlyTest.Predictions {
		onlyTest.Predictions[i].Part = "test"
	}
	for _, c := range []struct {
		name string
		f    Figure
		want string
	}{
		{"assignment of no epochs", Assignment(generated(0)), "No epoch is recorded"},
		{"assignment of one modality", Assignment(single), "this run has one"},
		{"replay of no epochs", Replayed(generated(0)), "No epoch is recorded"},
		{"replay of other epochs", Replayed(run, Answers{"short", make([][]int, 3)}), `"short" has answers for 3 of 20`},
		{"replay of another modality", Replayed(run, Answers{"odd", append(make([][]int, 19), []int{2})}), "modality 2 of 2"},
		{"weights of nothing", FusionWeights(Method{"aug", nil}), "no complete runs"},
		{"weights of three", FusionWeights(Method{"aug", []*runlog.Run{three}}), "accelerometer, gyroscope, text"},
		{"weights without predictions", FusionWeights(Method{"aug", []*runlog.Run{without}}), "no run in runs/aug"},
		{"weights without validation", FusionWeights(Method{"aug", []*runlog.Run{onlyTest}}), "no predictions of the validation part"},
		{"no contributions", Contributions("t", "gyroscope", datasets.Test, nil, nil), "0 classifiers alone and 0 sums"},
		{"contributions of unlike lengths", Contributions("t", "gyroscope", datasets.Test, []float64{1}, nil), "1 classifiers alone and 0 sums"},
		{"classes of nothing", PerClass(Method{"aug", []*runlog.Run{generated(3)}}), "no complete runs"},
		{"classes without predictions", PerClass(Method{"aug", []*runlog.Run{without}}), "no run in runs/aug"},
	} {
		t.Run(c.name, func(t *testing.T) {
			checkSVG(t, c.f)
			if !strings.Contains(c.f.Alt, c.want) || !bytes.Contains(c.f.SVG, []byte(`viewBox="0 0 640 80"`)) {
				t.Errorf("want a message with %q: %s", c.want, c.f.Alt)
			}
		})
	}
	never := assigned()
	for i := range never.Epochs {
		never.Epochs[i].Checked, never.Epochs[i].Grown = false, nil
	}
	if f := Assignment(never); !strings.Contains(f.Alt, "Nobody got a classifier") || !strings.Contains(f.Alt, "Asked 0 times") {
		t.Error(f.Alt)
	}
}

func TestConfidences(t *testing.T) {
	run := assigned()
	near := func(what string, got, want float64) {
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	near("s on training", Confidences(run)[3][1], 0.05+0.2)
	run.Experiment.Method.Assign.Score = experiment.ScoreValidation
	near("s on validation", Confidences(run)[3][0], 0.4)
	run.Experiment.Method.Assign.Score = experiment.ScoreTraining
	run.Epochs[3].TrainingConfidence = map[string]float64{"accelerometer": 0.7, "gyroscope": 0.1}
	near("s as it ran", Confidences(run)[3][0], 0.7)
}

func TestWithin(t *testing.T) {
	var runs []*runlog.Run
	for split, gain := range []float64{0.01, 0.03, 0.02, 0.04} {
		r := complete("aug", split, 0, 0.7)
		r.Result.TestTuned.Accuracy += gain
		runs = append(runs, r)
	}
	iv, err := Within(runs, FusedTuned, FusedEqual)
	if err != nil {
		t.Fatal(err)
	}
	// Mean 0.025, s² = 0.0005/3, test/train = 1/4, t(3) = 3.1824: ± 3.1824·√(0.0005/3·(1/4+1/4)).
	half := 3.18244630528 * math.Sqrt(0.0005/3/2)
	if math.Abs(iv.Mean-0.025) > 1e-9 || math.Abs(iv.High-iv.Mean-half) > 1e-6 || math.Abs(iv.Mean-iv.Low-half) > 1e-6 {
		t.Errorf("interval %v, want 0.025 ± %v", iv, half)
	}
	runs[2].Result = nil
	if _, err := Within(runs, FusedTuned, FusedEqual); err == nil || !strings.Contains(err.Error(), "not complete") {
		t.Errorf("a run that goes on: %v", err)
	}
}

func TestECE(t *testing.T) {
	run := walked("aug", 0)
	if got := ECE("accelerometer")(run); math.Abs(got-0.206) > 5e-4 { // as in the reliability diagram
		t.Errorf("ECE %v", got)
	}
	if got := ECE("lidar")(run); !math.IsNaN(got) {
		t.Errorf("ECE of an unknown modality: %v", got)
	}
	run.Result = nil
	if got := ECE("fused")(run); !math.IsNaN(got) {
		t.Errorf("ECE of a run that goes on: %v", got)
	}
}

// peaked opens its gap up to epoch 4 and closes it from there on.
func peaked() *runlog.Run {
	run := walked("aug", 0)
	for i := range run.Epochs {
		run.Epochs[i].Train.Gap = 0.2 * float64(i+1)
		if i > 3 {
			run.Epochs[i].Train.Gap = 0.8 / float64(i-2)
		}
	}
	return run
}

func TestAgainst(t *testing.T) {
	aug, control := study()
	for _, r := range aug {
		r.Epochs = []runlog.Epoch{{Epoch: 1, Classifiers: map[string]int{"accelerometer": 2, "gyroscope": 4 + r.Experiment.Data.Split%2}}}
	}
	table, err := Against(Method{"control", control}, Method{"aug", aug})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"aug", "2 / 4.4", "0.826"}
	if len(table.Rows) != 2 || !slices.Equal(table.Rows[1][:3], want) || table.Rows[0][1] != none || table.Rows[0][3] != none {
		t.Errorf("rows %v, want %v", table.Rows, want)
	}
	iv, err := Compare(aug, control, FusedEqual)
	if err != nil || !strings.HasPrefix(table.Rows[1][3], minus(iv.String())) || strings.HasSuffix(table.Rows[1][3], "*") != iv.ExcludesZero() {
		t.Errorf("difference %v, want %v (%v)", table.Rows[1][3], iv, err)
	}
	if _, err := Against(Method{"control", control}, Method{"aug", aug[1:]}); err == nil || !strings.Contains(err.Error(), "aug against control, fused") {
		t.Errorf("a run without a partner: %v", err)
	}
}

func TestGapBounds(t *testing.T) {
	late := complete("late", 0, 0, 0.7)
	table := GapBounds(datasets.Train, 1, Method{"aug", []*runlog.Run{walked("aug", 0), walked("aug", 1)}}, Method{"late", []*runlog.Run{late}})
	text := table.String()
	// walked: 0.6/(1 + 0.2·T·0.6), T = 0 … 19.
	for _, want := range []string{"0.60 [0.60, 0.60]", "0.18 [0.18, 0.18]", "2 of 2", "0.2 [0.2, 0.2]", "1.00 [1.00, 1.00]", "2 splits"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
	if row := table.Rows[1]; row[0] != "late" || row[1] != "0" {
		t.Errorf("late fusion: %v", row)
	}
	text = GapBounds(datasets.Train, FromPeak, Method{"aug", []*runlog.Run{peaked()}}).String()
	for _, want := range []string{"0.80", "1 of 1", " 4 ", "where a run's gap is largest"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
	if row := GapBounds(datasets.Validation, FromPeak, Method{"aug", []*runlog.Run{walked("aug", 0)}}).Rows[0]; row[6] != "0 of 1" || row[7] != none {
		t.Errorf("a gap that is largest at the end: %v", row)
	}
	text = GapBounds(datasets.Validation, 1, Method{"aug", []*runlog.Run{walked("aug", 0)}}).String()
	for _, want := range []string{"0 of 1", "0.31", "0.50"} { // it opens from epoch 1 to 20
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
}
