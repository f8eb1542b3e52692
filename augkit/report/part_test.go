package report

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/google/go-cmp/cmp"
)

func TestPredictionsAreReadFromTheFolder(t *testing.T) {
	run := walked("aug", 0)
	root := t.TempDir()
	w, err := runlog.Create(filepath.Join(root, "aug", "split0"), run.Experiment, run.Meta)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range run.Epochs {
		if err := w.AppendEpoch(e, runlog.Timing{Epoch: e.Epoch}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish(run.Predictions, *run.Result); err != nil {
		t.Fatal(err)
	}
	listed, err := runlog.List(root)
	if err != nil || len(listed) != 1 || len(listed[0].Predictions) != 0 {
		t.Fatalf("listed %v, %v", listed, err)
	}
	if got, want := Confusion(listed[0], fusedName), Confusion(run, fusedName); got.Alt != want.Alt {
		t.Errorf("from the folder: %s\nwant: %s", got.Alt, want.Alt)
	}
}

func TestPerSplit(t *testing.T) {
	pick := func(r *runlog.Run) float64 { return r.Result.Test.Fused.Accuracy }
	two := []*runlog.Run{complete("aug", 1, 0, 0.5), complete("aug", 0, 0, 0.6), complete("aug", 1, 1, 0.7)}
	for _, c := range []struct {
		name string
		runs []*runlog.Run
		want []float64
	}{
		{"seeds are averaged within a split", two, []float64{0.6, 0.6}},
		{"one split has one number a seed", []*runlog.Run{two[0], two[2]}, []float64{0.5, 0.7}},
		{"no number", []*runlog.Run{complete("aug", 0, 0, math.NaN())}, nil},
		{"no runs", nil, nil},
	} {
		if d := cmp.Diff(c.want, perSplit(c.runs, pick), cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-12 })); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
	if s := basis(two); !strings.Contains(s, "watch7, 2 splits, 2 seeds; protocol honest.") {
		t.Errorf("basis %q", s)
	}
}
