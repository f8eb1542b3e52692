package report

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
)

// complete is a finished run of made-up numbers.
func complete(method string, split int, seed int64, accuracy float64) *runlog.Run {
	part := runlog.PartRecord{
		Fused:  runlog.Score{Accuracy: accuracy, MacroF1: 0.5, MAP: 0.6},
		Branch: map[string]runlog.Score{"accelerometer": {Accuracy: accuracy - 0.1}, "gyroscope": {Accuracy: accuracy - 0.2}},
		Gap:    0.25,
	}
	return &runlog.Run{
		Dir: fmt.Sprintf("runs/%s/split%d-seed%d", method, split, seed),
		Experiment: experiment.Experiment{Name: "watch7-" + method, Method: experiment.Method{Name: method},
			Data:  experiment.Data{Name: "watch7", Modalities: []string{"accelerometer", "gyroscope"}, Split: split},
			Train: experiment.Train{Seed: seed}},
		Result: &runlog.Result{Protocol: "honest", Test: part, TestEqual: part.Fused, TestTuned: part.Fused,
			Classifiers: map[string]int{"accelerometer": 1, "gyroscope": 3}, Final: map[string]int{"accelerometer": 1, "gyroscope": 4}, TestSize: 100, TrainSize: 400},
	}
}

func study() (aug, control []*runlog.Run) {
	a := []float64{0.81, 0.84, 0.79, 0.86, 0.83}
	b := []float64{0.78, 0.80, 0.80, 0.81, 0.79}
	for i := range a {
		aug = append(aug, complete("aug", i, 1, a[i]))
		control = append(control, complete("control", i, 1, b[i]))
	}
	return aug, control
}

func TestCompare(t *testing.T) {
	a, b := study()
	b[0], b[4] = b[4], b[0] // the order of the runs does not matter
	iv, err := Compare(a, b, FusedEqual)
	// The limits are SciPy's; see package stats.
	if err != nil || math.Abs(iv.Low+0.013679402891852283) > 1e-9 || iv.Method != "corrected resampled t over splits" || iv.N != 5 {
		t.Errorf("over splits: %+v, %v", iv, err)
	}
	// A second seed with the same numbers must not count as more splits.
	twice := func(runs []*runlog.Run) []*runlog.Run {
		for _, r := range runs[:5] {
			runs = append(runs, complete(r.Experiment.Method.Name, r.Experiment.Data.Split, 2, r.Result.TestEqual.Accuracy))
		}
		return runs
	}
	again, err := Compare(twice(a), twice(b), FusedTuned)
	if err != nil || math.Abs(again.Low-iv.Low) > 1e-12 || again.N != 5 {
		t.Errorf("with two seeds: %+v, %v; want %+v", again, err, iv)
	}
	var c, d []*runlog.Run
	for i := range 5 {
		c = append(c, complete("aug", 0, int64(i), a[i].Result.TestEqual.Accuracy))
		d = append(d, complete("control", 0, int64(i), b[i].Result.TestEqual.Accuracy))
	}
	one, err := Compare(c, d, Branch("gyroscope"))
	if err != nil || one.Method != "paired t over the seeds of one split" || one.N != 5 {
		t.Errorf("over seeds: %+v, %v", one, err)
	}
}

func TestCompareRefuses(t *testing.T) {
	for _, c := range []struct {
		want string
		edit func(a, b []*runlog.Run) ([]*runlog.Run, []*runlog.Run)
	}{
		{"runs/aug/split4-seed1 has no partner", func(a, b []*runlog.Run) ([]*runlog.Run, []*runlog.Run) { return a, b[:4] }},
		{"runs/control/split4-seed1 has no partner", func(a, b []*runlog.Run) ([]*runlog.Run, []*runlog.Run) { return a[:4], b }},
		{"no runs on one side", func(a, b []*runlog.Run) ([]*runlog.Run, []*runlog.Run) { return a, nil }},
		{"both are data", func(a, b []*runlog.Run) ([]*runlog.Run, []*runlog.Run) { return append(a, a[0]), b }},
		{"not complete", func(a, b []*runlog.Run) ([]*runlog.Run, []*runlog.Run) { b[2].Result = nil; return a, b }},
		{"different protocols", func(a, b []*runlog.Run) ([]*runlog.Run, []*runlog.Run) {
			b[1].Result.Protocol = "authors'"
			return a, b
		}},
		{"different sizes", func(a, b []*runlog.Run) ([]*runlog.Run, []*runlog.Run) { b[1].Result.TestSize++; return a, b }},
		{"different versions of the data", func(a, b []*runlog.Run) ([]*runlog.Run, []*runlog.Run) { b[1].Meta.DataHash = "x"; return a, b }},
		{"has no partner", func(a, b []*runlog.Run) ([]*runlog.Run, []*runlog.Run) {
			b[1].Experiment.Data.Settings = map[string]string{"window": "2"}
			return a, b
		}},
		{"different data", func(a, b []*runlog.Run) ([]*runlog.Run, []*runlog.Run) {
			a[1].Experiment.Data.Name, b[1].Experiment.Data.Name = "emoji8", "emoji8"
			return a, b
		}},
		{"2 or more", nil}, {"does this run have that modality", nil},
	} {
		a, b := study()
		pick := FusedEqual
		switch {
		case c.edit != nil:
			a, b = c.edit(a, b)
		case strings.HasPrefix(c.want, "2"):
			a, b = a[:1], b[:1]
			c.want = "two or more"
		default:
			pick = Branch("lidar")
		}
		if _, err := Compare(a, b, pick); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

func TestNewBlock(t *testing.T) {
	a, b := study()
	block, err := NewBlock("gyroscope", Branch("gyroscope"), 1, Method{"AUG", a}, Method{"control", b})
	if err != nil {
		t.Fatal(err)
	}
	d := block.Differences()
	if len(d) != 1 || d[0].Name != "gyroscope, AUG" || math.Abs(d[0].Interval.Mean-0.03) > 1e-12 || len(block.Rows[1].Values) != 5 {
		t.Errorf("block %+v", block)
	}
	checkSVG(t, Study("Study", "accuracy", "Made-up numbers.", []Block{block}))
	if _, err := NewBlock("x", FusedEqual, 2, Method{"AUG", a}); err == nil {
		t.Error("a reference that is not there must be an error")
	}
	if _, err := NewBlock("x", FusedEqual, 0, Method{"AUG", a}, Method{"control", b[:2]}); err == nil {
		t.Error("runs that do not pair must be an error")
	}
}

func TestSummary(t *testing.T) {
	a, b := study()
	alone := complete("alone", 0, 1, 0.7)
	alone.Experiment.Data.Modalities = []string{"gyroscope"}
	alone.Result.Test.Branch = map[string]runlog.Score{"gyroscope": {Accuracy: 0.7}}
	alone.Result.Classifiers = map[string]int{"gyroscope": 1}
	other := complete("aug", 0, 1, 0.5)
	other.Experiment.Name, other.Experiment.Method.Lambda = "watch7-aug-half", 0.5
	running := generated(3)
	got := Summary(append(append(a, b...), alone, other, running)).String()
	want := `method                 splits × seeds  fused, equal weights  fused, tuned weights  accelerometer      gyroscope       macro-F1            mAP   gap G [nats]  classifiers, selected (last): accelerometer / gyroscope`
	for _, part := range []string{want, "aug (watch7-aug)                5 × 1         0.826 ± 0.027", "aug (watch7-aug-half)           1 × 1                 0.500",
		"control ", "alone gyroscope", " –          0.700", "– / 1 (1 / 4)", "1 / 3 (1 / 4)", "Protocol: honest.", "Left out, not complete: 1."} {
		if !strings.Contains(got, part) {
			t.Errorf("the table lacks %q:\n%s", part, got)
		}
	}
	if c := Summary(nil).Caption; c != "No complete runs." {
		t.Errorf("caption %q", c)
	}
}
