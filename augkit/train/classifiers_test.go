package train

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// The classifiers of a finished run sum to the logits on record, and the accuracies of the whole stack and of all but the
// newest are those that the run recorded.
func TestClassifiersOfAFinishedRun(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	exp.Train.Selection = "last" // the largest stacks
	run := mustRun(t, ds, exp, options(t, ds))
	recorded := make(map[string]map[string][]float32)
	for _, p := range run.Predictions {
		recorded[p.Part+" "+p.ID] = p.Logits
	}
	for part, record := range map[datasets.Part]runlog.PartRecord{datasets.Validation: run.Result.Validation, datasets.Test: run.Result.Test} {
		out, err := Classifiers(t.Context(), goBackend(t), ds, run, part)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(out.Rows, ds.Indices(part)) {
			t.Errorf("%s: samples %v, want %v", part, out.Rows, ds.Indices(part))
		}
		grown := false
		for m, name := range out.Modalities {
			n := run.Result.Classifiers[name]
			if out.Counts[m] != n || len(out.Logits[m]) != len(out.Rows)*n*out.Classes {
				t.Fatalf("%s, %s: %d classifiers and %d logits, want %d classifiers", part, name, out.Counts[m], len(out.Logits[m]), n)
			}
			for k, i := range out.Rows {
				for c, want := range recorded[part.String()+" "+ds.IDs[i]][name] {
					var sum float32
					for t := range n {
						sum += out.Logits[m][(k*n+t)*out.Classes+c]
					}
					if math.Abs(float64(sum-want)) > 1e-5 {
						t.Fatalf("%s, %s, sample %s: the classifiers sum to %v, on record is %v", part, name, ds.IDs[i], sum, want)
					}
				}
			}
			single, cumulated := mustAsk(t, out.Single, name), mustAsk(t, out.Cumulated, name)
			if len(single) != n || len(cumulated) != n || single[0] != cumulated[0] {
				t.Errorf("%s, %s: accuracies %v alone, %v together", part, name, single, cumulated)
			}
			if got, want := cumulated[n-1], record.Branch[name].Accuracy; got != want {
				t.Errorf("%s, %s: all together %v, on record %v", part, name, got, want)
			}
			if n > 1 {
				grown = true
				if got, want := cumulated[n-2], record.Previous[name].Accuracy; got != want {
					t.Errorf("%s, %s: all but the newest %v, on record %v", part, name, got, want)
				}
			}
		}
		if !grown {
			t.Error("this test needs a stack that grew")
		}
	}
	if out, err := Classifiers(t.Context(), goBackend(t), ds, run, datasets.Train); err != nil || len(out.Labels) != 36 {
		t.Errorf("training part: %v", err)
	}
	refusesOthers(t, ds, run)
}

func mustAsk(t *testing.T, of func(string) ([]float64, error), modality string) []float64 {
	t.Helper()
	out, err := of(modality)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAccuraciesByHand(t *testing.T) {
	// Three samples of classes 0, 1, 1; two classifiers, of which the second is the better one.
	out := &Outputs{Modalities: []string{"motion", "words"}, Classes: 2, Counts: []int{2, 1}, Rows: []int{0, 1, 2}, Labels: []int{0, 1, 1},
		Logits: [][]float32{{1, 0, 1, 0 /**/, 1, 0, 0, 3 /**/, 4, 0, 0, 2}, {0, 1, 0, 1, 0, 1}}}
	if got := mustAsk(t, out.Single, "motion"); !slices.Equal(got, []float64{1. / 3, 1}) {
		t.Errorf("alone %v", got)
	}
	if got := mustAsk(t, out.Cumulated, "motion"); !slices.Equal(got, []float64{1. / 3, 2. / 3}) {
		t.Errorf("together %v", got)
	}
	if _, err := out.Single("smell"); err == nil || !strings.Contains(err.Error(), `no modality "smell"; there are motion, words`) {
		t.Errorf("an unknown modality: %v", err)
	}
	out.Logits[0][0] = float32(math.NaN())
	if _, err := out.Cumulated("motion"); err == nil || !strings.Contains(err.Error(), "classifiers 1 … 1 of motion") {
		t.Errorf("a logit that is no number: %v", err)
	}
}

func refusesOthers(t *testing.T, ds *datasets.Dataset, run *runlog.Run) {
	t.Helper()
	for _, test := range []struct {
		name   string
		change func(r *runlog.Run)
		want   string
	}{
		{"a run that goes on", func(r *runlog.Run) { r.Result = nil }, "is not complete"},
		{"a late fusion", func(r *runlog.Run) { r.Experiment.Method.Name = "late" }, "no weights of its own"},
		{"other data", func(r *runlog.Run) { r.Meta.DataHash = "0123456789abcdef" }, "trained on other data"},
		{"no weights", func(r *runlog.Run) { r.Dir = filepath.Join(t.TempDir(), "elsewhere") }, "elsewhere"},
		{"more classifiers than weights", func(r *runlog.Run) {
			res := *r.Result
			res.Classifiers = map[string]int{"motion": run.Result.Classifiers["motion"] + 1, "words": 1}
			r.Result = &res
		}, "are of another network"},
		{"another method", func(r *runlog.Run) { r.Experiment.Method.Name = "boosted" }, `no method "boosted"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := *run
			test.change(&r)
			if _, err := Classifiers(t.Context(), goBackend(t), ds, &r, datasets.Test); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Classifiers(ctx, goBackend(t), ds, run, datasets.Test); err == nil {
		t.Error("a cancelled evaluation has a result")
	}
}
