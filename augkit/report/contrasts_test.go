package report

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

func TestByMethod(t *testing.T) {
	runs := []*runlog.Run{complete("aug", 0, 0, 0.7), complete("joint", 0, 0, 0.6), complete("aug", 1, 0, 0.8)}
	got := ByMethod(runs)
	if len(got) != 2 || got[0].Name != "aug" || got[1].Name != "joint" {
		t.Fatalf("methods %v", got)
	}
	if !slices.Equal(got[0].Runs, []*runlog.Run{runs[0], runs[2]}) || !slices.Equal(got[1].Runs, runs[1:2]) {
		t.Error("the runs are with other methods")
	}
}

func TestContrasts(t *testing.T) {
	method := func(name string, accuracies ...float64) Method {
		m := Method{Name: name}
		for split, a := range accuracies {
			m.Runs = append(m.Runs, complete(name, split, 0, a))
		}
		return m
	}
	aug, joint := method("aug", 0.8, 0.81, 0.79), method("joint", 0.7, 0.7, 0.7)
	other := method("aug", 0.6, 0.5)
	for _, r := range other.Runs {
		r.Experiment.Data.Name = "emoji8"
	}
	table, err := Contrasts([]Pair{{aug, joint}, {joint, joint}, {other, other}}, Number{"fused", FusedEqual})
	if err != nil {
		t.Fatal(err)
	}
	if row := table.Rows[0]; row[1] != "aug − joint" || !strings.HasPrefix(row[2], "+0.100 [") || !strings.HasSuffix(row[2], " *") {
		t.Errorf("row %v", row)
	}
	if row := table.Rows[1]; strings.Contains(row[2], "*") {
		t.Errorf("no difference is claimed as one: %v", row)
	}
	if !strings.HasSuffix(table.Caption, "watch7, 3 splits, 1 seed; emoji8, 2 splits, 1 seed; protocol honest.") {
		t.Error(table.Caption)
	}
	if _, err := Contrasts([]Pair{{Method{Name: "aug"}, joint}}, Number{"fused", FusedEqual}); err == nil {
		t.Error("no runs are compared")
	}
	if _, err := Contrasts([]Pair{{aug, joint}}, Number{"lidar", Branch("lidar")}); err == nil || !strings.Contains(err.Error(), "lidar") {
		t.Errorf("an unknown modality: %v", err)
	}
}

func TestGapPicks(t *testing.T) {
	run := walked("aug", 0)
	if got := LastGap(datasets.Validation)(run); math.Abs(got-0.5) > 1e-12 { // 0.3 + 0.01 · 20
		t.Errorf("gap on validation %v", got)
	}
	if got := LastGap(datasets.Test)(run); !math.IsNaN(got) {
		t.Errorf("a gap on test, which is not measured by epoch: %v", got)
	}
	s := run.Epochs[19].Train.Branch["gyroscope"]
	s.Loss = 0.7
	run.Epochs[19].Train.Branch = map[string]runlog.Score{"gyroscope": s}
	if got := LastLoss(datasets.Train, "gyroscope")(run); got != 0.7 {
		t.Errorf("loss %v", got)
	}
	for _, got := range []float64{LastLoss(datasets.Train, "lidar")(run), LastLoss(datasets.Test, "gyroscope")(run), LastLoss(datasets.Train, "gyroscope")(generated(0))} {
		if !math.IsNaN(got) {
			t.Errorf("a loss that is not recorded: %v", got)
		}
	}
	if first, last := PeakEpoch(run, datasets.Train), PeakEpoch(run, datasets.Validation); first != 1 || last != 20 {
		t.Errorf("peaks in epochs %d and %d", first, last)
	}
	if got := PeakEpoch(generated(0), datasets.Train); got != 0 {
		t.Errorf("peak of no epochs: %d", got)
	}
	if got := LastGap(datasets.Train)(generated(0)); !math.IsNaN(got) {
		t.Errorf("gap of no epochs: %v", got)
	}
	run.Epochs[4].Train.Terms = map[string]float64{"accelerometer": 0.5, "gyroscope": 3}
	run.Epochs[4].Test = &runlog.PartRecord{Gap: 9, Terms: map[string]float64{"accelerometer": 2, "gyroscope": 1}}
	before := run.Epochs[4].Train.Gap
	letter := TermGaps(Method{Name: "aug", Runs: []*runlog.Run{run}})
	if e := letter.Runs[0].Epochs[4]; e.Train.Gap != 2.5 || e.Test.Gap != 1 {
		t.Errorf("gaps of the terms %v and %v", e.Train.Gap, e.Test.Gap)
	}
	if run.Epochs[4].Train.Gap != before || run.Epochs[4].Test.Gap != 9 {
		t.Error("the run itself was changed")
	}
}

func TestNewestGains(t *testing.T) {
	m := Method{Name: "aug"}
	for split, gain := range []float64{0.01, 0.03, 0.02} {
		r := complete("aug", split, 0, 0.7)
		r.Result.Classifiers = map[string]int{"accelerometer": 1, "gyroscope": 3}
		s := r.Result.Test.Branch["gyroscope"]
		s.Accuracy -= gain
		r.Result.Test.Previous = map[string]runlog.Score{"gyroscope": s}
		m.Runs = append(m.Runs, r)
	}
	rows, err := NewestGains(m)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1 || rows[0].Name != "gyroscope, 3 runs" || math.Abs(rows[0].Interval.Mean-0.02) > 1e-9 {
		t.Errorf("rows %v", rows)
	}
	m.Runs[0].Result.Test.Previous = nil
	if _, err := NewestGains(m); err == nil || !strings.Contains(err.Error(), "gyroscope") {
		t.Errorf("a record without the smaller stack: %v", err)
	}
}

func TestLastScores(t *testing.T) {
	run := assigned()
	table := LastScores(run)
	if len(table.Rows) != 2 || table.Rows[1][0] != "gyroscope" || table.Rows[1][1] != "1.050" || table.Rows[1][2] != "0.200" {
		t.Errorf("rows %v", table.Rows)
	}
	if !strings.Contains(table.Caption, "after epoch 20") {
		t.Error(table.Caption)
	}
	if empty := LastScores(generated(0)); len(empty.Rows) != 0 || empty.Caption != noEpochs {
		t.Errorf("scores of no epochs: %v", empty)
	}
	if got := ConfidencesOf(run, experiment.ScoreValidation)[3][0]; got != 0.4 {
		t.Errorf("s on validation %v", got)
	}
}
