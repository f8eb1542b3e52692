package train

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// alone trains each modality of ds by itself.
func alone(t *testing.T, ds *datasets.Dataset, exp experiment.Experiment) []*runlog.Run {
	t.Helper()
	var runs []*runlog.Run
	for _, m := range ds.Names() {
		one, err := ds.Select(m)
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, mustRun(t, one, exp.Alone(m), options(t, ds)))
	}
	return runs
}

func TestLateFusionByHand(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	exp.Method.Name = "late"
	parts := alone(t, ds, exp)
	run, err := Late(ds, exp, parts, options(t, ds))
	if err != nil {
		t.Fatal(err)
	}
	logits := make([]map[string][]float32, 2)
	for m, name := range ds.Names() {
		logits[m] = make(map[string][]float32)
		for _, p := range parts[m].Predictions {
			logits[m][p.Part+p.ID] = p.Logits[name]
		}
	}
	hits, loss, n := 0, 0.0, 0
	for _, p := range run.Predictions {
		fused := make([]float64, 3)
		for m, name := range ds.Names() {
			row := logits[m][p.Part+p.ID]
			sum := 0.0
			for _, x := range row {
				sum += math.Exp(float64(x))
			}
			for c, x := range row {
				logP := float64(x) - math.Log(sum)
				fused[c] += logP
				if got := float64(p.Logits[name][c]); math.Abs(got-logP) > 1e-5 {
					t.Errorf("%s of %s: %v on record, log-probability %v", name, p.ID, got, logP)
				}
			}
		}
		if p.Part != "test" {
			continue
		}
		n++
		if fused[p.Label] == slices.Max(fused) {
			hits++
		}
		sum := 0.0
		for _, x := range fused {
			sum += math.Exp(x)
		}
		loss -= fused[p.Label] - math.Log(sum)
	}
	res := run.Result
	if n != res.TestSize || n != 12 {
		t.Errorf("%d test predictions, size on record %d, want 12", n, res.TestSize)
	}
	near(t, "fused accuracy", res.Test.Fused.Accuracy, float64(hits)/float64(n))
	near(t, "fused loss", res.TestEqual.Loss, loss/float64(n))
	if res.Parameters != parts[0].Result.Parameters+parts[1].Result.Parameters {
		t.Errorf("%d parameters, want those of both nets", res.Parameters)
	}
	if len(run.Epochs) != 0 || res.Weights["motion"] != 1 || res.Weights["words"] != 1 {
		t.Errorf("%d epochs, weights %v; want none, and 1 each", len(run.Epochs), res.Weights)
	}
	if got, want := res.Test.Branch["words"].Accuracy, parts[1].Result.Test.Fused.Accuracy; got != want {
		t.Errorf("the branch of words has accuracy %v, the run alone %v", got, want)
	}
}

func TestLateRefuses(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	exp.Method.Name = "late"
	good := alone(t, ds, exp)
	for _, test := range []struct {
		name   string
		change func([]*runlog.Run) []*runlog.Run
		want   string
	}{
		{"one run too few", func(r []*runlog.Run) []*runlog.Run { return r[:1] }, "late fusion of 2 modalities needs as many runs alone, got 1"},
		{"runs in another order", func(r []*runlog.Run) []*runlog.Run { return []*runlog.Run{r[1], r[0]} }, "is on words, where one on motion alone is due"},
		{"another seed", func(r []*runlog.Run) []*runlog.Run {
			other := *r[1]
			other.Experiment.Train.Seed = 9
			return []*runlog.Run{r[0], &other}
		}, "split 0, seed 9, where generated, split 0, seed 3 is due"},
		{"a run that is not complete", func(r []*runlog.Run) []*runlog.Run {
			half := *r[1]
			half.Result = nil
			return []*runlog.Run{r[0], &half}
		}, "is not complete"},
		{"a run that lacks a sample", func(r []*runlog.Run) []*runlog.Run {
			other := *r[0]
			other.Predictions = slices.DeleteFunc(slices.Clone(other.Predictions), func(p runlog.Prediction) bool { return p.ID == "s50" })
			return []*runlog.Run{&other, r[1]}
		}, "no test prediction for sample s50 of motion"},
	} {
		t.Run(test.name, func(t *testing.T) {
			opts := options(t, ds)
			_, err := Late(ds, exp, test.change(slices.Clone(good)), opts)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			nothingWritten(t, opts)
		})
	}
}

func TestEvaluateAgain(t *testing.T) {
	ds := generated(t)
	for _, name := range []string{"aug", "joint"} {
		exp := growing(ds)
		exp.Method.Name = name
		run := mustRun(t, ds, exp, options(t, ds))
		again, err := Evaluate(t.Context(), goBackend(t), ds, run)
		if err != nil {
			t.Fatal(err)
		}
		if again.Difference != 0 {
			t.Errorf("%s: the logits differ by %v", name, again.Difference)
		}
		if again.Test.Fused != run.Result.Test.Fused || again.Validation.Gap != run.Result.Validation.Gap {
			t.Errorf("%s: %+v, on record %+v", name, again.Test.Fused, run.Result.Test.Fused)
		}
	}
}

func TestEvaluateRefuses(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	run := mustRun(t, ds, exp, options(t, ds))
	swapped := generated(t, "words", "motion")
	swapped.Modalities[0].Name, swapped.Modalities[1].Name = "motion", "words"
	other := mustRun(t, swapped, exp, options(t, swapped))
	for _, test := range []struct {
		name   string
		change func(t *testing.T, r *runlog.Run)
		want   string
	}{
		{"not complete", func(_ *testing.T, r *runlog.Run) { r.Result = nil }, "is not complete; finish it"},
		{"late fusion", func(_ *testing.T, r *runlog.Run) { r.Experiment.Method.Name = "late" }, "has no weights of its own"},
		{"other data", func(_ *testing.T, r *runlog.Run) { r.Meta.DataHash = "0123456789abcdef" }, "was trained on other data (hash 0123456789ab"},
		{"no weights", func(t *testing.T, r *runlog.Run) { mustRemove(t, filepath.Join(r.Dir, weightsDir)) }, "load the weights in"},
		{"half of the weights", func(t *testing.T, r *runlog.Run) {
			edit(t, filepath.Join(r.Dir, weightsDir, weightsName+".bin"), func(b []byte) []byte { return b[:len(b)/2] })
		}, "load the weights in"},
		{"no list of weights", func(t *testing.T, r *runlog.Run) {
			edit(t, filepath.Join(r.Dir, weightsDir, weightsName+".json"), func([]byte) []byte { return []byte(`{"Variables":[{"Dimensions":[-3]}]}`) })
		}, "load the weights in"},
		{"fewer classifiers in the weights than on record", func(_ *testing.T, r *runlog.Run) {
			res := *r.Result
			res.Classifiers = map[string]int{"motion": 4, "words": 4}
			r.Result = &res
		}, "of another network: this experiment needs"},
		{"weights of another network", func(t *testing.T, r *runlog.Run) {
			mustRemove(t, filepath.Join(r.Dir, weightsDir))
			mustCopy(t, filepath.Join(other.Dir, weightsDir), filepath.Join(r.Dir, weightsDir))
			res := *r.Result
			res.Classifiers = other.Result.Classifiers
			r.Result = &res
		}, "weights in"},
		{"classifiers of other modalities", func(_ *testing.T, r *runlog.Run) {
			res := *r.Result
			res.Classifiers = map[string]int{"smell": 1}
			r.Result = &res
		}, "classifiers for map[smell:1]"},
		{"a prediction is missing", func(_ *testing.T, r *runlog.Run) { r.Predictions = r.Predictions[1:] }, "no recorded validation prediction of motion for s36"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := *run
			r.Dir = filepath.Join(t.TempDir(), "copy")
			mustCopy(t, run.Dir, r.Dir)
			test.change(t, &r)
			_, err := Evaluate(t.Context(), goBackend(t), ds, &r)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v, want %q", err, test.want)
			}
			if test.name != "other data" && !strings.Contains(err.Error(), r.Dir) && !strings.Contains(err.Error(), "smell") {
				t.Errorf("the error does not name the run: %v", err)
			}
			if _, err := os.Stat(filepath.Join(r.Dir, weightsDir)); test.name == "no weights" && err == nil {
				t.Error("looking for the weights made their folder")
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Evaluate(ctx, goBackend(t), ds, run); err == nil {
		t.Error("a cancelled evaluation has a result")
	}
}

func mustRemove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

// A late fusion that was killed at any point is made anew by the same call; on data that have changed since it is refused.
func TestLateTakesUpWhatIsLeft(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	exp.Method.Name = "late"
	parts := alone(t, ds, exp)
	opts := options(t, ds)
	whole, err := Late(ds, exp, parts, opts)
	if err != nil {
		t.Fatal(err)
	}
	for name, left := range map[string]func(partial string){
		"a folder": func(partial string) { mustMkdir(t, partial) },
		"the beginning": func(partial string) {
			log, err := runlog.Create(strings.TrimSuffix(partial, ".partial"), exp, opts.Meta)
			if err != nil {
				t.Fatal(err)
			}
			log.Close()
		},
		"all but the name": func(partial string) { mustCopy(t, whole.Dir, partial) },
	} {
		t.Run(name, func(t *testing.T) {
			again := opts
			again.Dir = filepath.Join(t.TempDir(), "run")
			left(again.Dir + ".partial")
			run, err := Late(ds, exp, parts, again)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"experiment.json", "epochs.jsonl", "predictions.jsonl", "result.json"} {
				if read(t, filepath.Join(run.Dir, name)) != read(t, filepath.Join(whole.Dir, name)) {
					t.Errorf("%s differs", name)
				}
			}
		})
	}
	changed := opts
	changed.Dir = filepath.Join(t.TempDir(), "run")
	log, err := runlog.Create(changed.Dir, exp, opts.Meta)
	if err != nil {
		t.Fatal(err)
	}
	log.Close()
	changed.Meta.DataHash = "another"
	if _, err := Late(ds, exp, parts, changed); err == nil || !strings.Contains(err.Error(), "was begun on other data") {
		t.Errorf("error %v, want that the data have changed", err)
	}
}

func mustMkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}
