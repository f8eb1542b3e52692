package report

import (
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// alone is a finished run of one modality of the study.
func alone(modality string, split int, accuracy float64) *runlog.Run {
	r := complete("alone", split, 1, accuracy)
	r.Experiment.Name += "-" + modality
	r.Experiment.Data.Modalities = []string{modality}
	r.Result.Test.Branch = map[string]runlog.Score{modality: {Accuracy: accuracy}}
	return r
}

func TestComparison(t *testing.T) {
	aug, control := study()
	runs := append(aug, control...)
	for split := range 5 {
		runs = append(runs, alone("accelerometer", split, 0.70+0.01*float64(split)), alone("gyroscope", split, 0.55))
	}
	f, err := Comparison(runs)
	if err != nil {
		t.Fatal(err)
	}
	checkSVG(t, f)
	for _, want := range []string{"accelerometer, alone: 0.720", "gyroscope, in aug", "fused, control", "5 splits"} {
		if !strings.Contains(f.Alt, want) {
			t.Errorf("the words lack %q: %s", want, f.Alt)
		}
	}
	if _, err := Comparison(runs[:9]); err == nil {
		t.Error("a study with a run missing must be refused")
	}
}

func TestDifferences(t *testing.T) {
	aug, control := study()
	table, err := Differences(append(aug, control...), "aug − control", "control - aug")
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Rows) != 6 || table.Rows[1][1] != "accelerometer" || table.Rows[3][0] != "control − aug" {
		t.Errorf("rows %q", table.Rows)
	}
	if got := table.Rows[0][3]; got != "no" { // the interval of TestCompare includes zero
		t.Errorf("claimed: %q", got)
	}
	for _, bad := range []string{"aug", "aug − nothing"} {
		if _, err := Differences(append(aug, control...), bad); err == nil {
			t.Errorf("%q must be refused", bad)
		}
	}
}

func TestSamples(t *testing.T) {
	ds := &datasets.Dataset{Name: "generated", Classes: []string{"dark", "bright"}, Labels: []int{0, 1, 0, 1},
		IDs: []string{"a", "b", "c", "d"}, Captions: []string{"night", "noon", "cave", "sun"}, Groups: []int{0, 1, 2, 3}, Parts: make([]datasets.Part, 4)}
	if f := Samples(ds, 2); !strings.Contains(f.Alt, "no pictures") {
		t.Errorf("without pictures: %q", f.Alt)
	}
	ds.Modalities = []*datasets.Modality{{Name: "image", Kind: datasets.Image, Shape: []int{1, 1, 3}, Data: make([]float32, 12)}}
	f := Samples(ds, 2)
	checkSVG(t, f)
	for _, want := range []string{"night (dark)", "noon (bright)", "cave (dark)", "sun (bright)"} {
		if !strings.Contains(f.Alt, want) {
			t.Errorf("the words lack %q: %s", want, f.Alt)
		}
	}
}
