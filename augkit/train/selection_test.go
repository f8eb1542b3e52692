package train

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

func TestFirstBestEpochIsSelected(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	exp.Train.Epochs = 8
	run := mustRun(t, ds, exp, options(t, ds))
	best, selected := -1.0, 0
	for _, e := range run.Epochs {
		improved := e.Validation.Fused.Accuracy > best
		if improved {
			best, selected = e.Validation.Fused.Accuracy, e.Epoch
		}
		if e.Best != improved {
			t.Errorf("epoch %d: best is %v with accuracy %v after %v", e.Epoch, e.Best, e.Validation.Fused.Accuracy, best)
		}
	}
	if run.Result.Epoch != selected || run.Result.Epochs != 8 {
		t.Errorf("epoch %d of %d was selected, want %d of 8", run.Result.Epoch, run.Result.Epochs, selected)
	}
	last := run.Epochs[len(run.Epochs)-1].Validation.Fused.Accuracy
	if selected == 8 || last > best {
		t.Fatalf("this test needs a selected epoch before the last one")
	}
	if got, want := run.Result.Validation, run.Epochs[selected-1].Validation; got.Fused != want.Fused || got.Gap != want.Gap {
		t.Errorf("the result on validation is %+v, epoch %d had %+v", got.Fused, selected, want.Fused)
	}
}

// With test inputs that are no numbers every epoch is trained and recorded as with good ones; only the end fails.
func TestTestPartIsReadOnlyAtTheEnd(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	clean := mustRun(t, ds, exp, options(t, ds))
	poisoned := generated(t)
	for _, m := range poisoned.Modalities {
		for _, i := range poisoned.Indices(datasets.Test) {
			for j := range m.Raw(i) {
				m.Raw(i)[j] = float32(math.Inf(1))
			}
		}
	}
	opts := options(t, ds)
	_, err := Run(t.Context(), goBackend(t), poisoned, exp, opts)
	if err == nil || !strings.Contains(err.Error(), "test part") {
		t.Fatalf("error %v, want one about the test part", err)
	}
	if read(t, filepath.Join(opts.Dir+".partial", "epochs.jsonl")) != read(t, filepath.Join(clean.Dir, "epochs.jsonl")) {
		t.Error("the epochs depend on the test part")
	}
	if _, err := os.Stat(opts.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a run without a result has its final name: %v", err)
	}
}

// Nor does the training part depend on the validation part.
func TestValidationPartDoesNotTrain(t *testing.T) {
	ds, other := generated(t), generated(t)
	for _, m := range other.Modalities {
		for _, i := range other.Indices(datasets.Validation) {
			for j := range m.Raw(i) {
				m.Raw(i)[j] = -m.Raw(i)[j]
			}
		}
	}
	exp := growing(ds)
	a, b := mustRun(t, ds, exp, options(t, ds)), mustRun(t, other, exp, options(t, other))
	for i := range a.Epochs {
		if a.Epochs[i].Train.Fused != b.Epochs[i].Train.Fused {
			t.Errorf("epoch %d: training depends on the validation part", i+1)
		}
	}
	if a.Epochs[0].Validation.Fused == b.Epochs[0].Validation.Fused {
		t.Error("the validation scores do not depend on the validation part")
	}
}

func TestDivergenceStopsTheRun(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	const badEpoch = 3
	exp.Train.Schedule.Every, exp.Train.Schedule.Factor = badEpoch-1, 1e30 // the rate explodes in epoch 3
	opts := options(t, ds)
	opts.Every = 1
	_, err := Run(t.Context(), goBackend(t), ds, exp, opts)
	var diverged *DivergedError
	if !errors.As(err, &diverged) {
		t.Fatalf("error %v, want a DivergedError", err)
	}
	if diverged.Epoch != badEpoch || diverged.Step < 2 || diverged.Step > 4 || diverged.Name == "" || diverged.Loss < 1e30 {
		t.Errorf("it names epoch %d, step %d, %q, loss %v", diverged.Epoch, diverged.Step, diverged.Name, diverged.Loss)
	}
	for _, want := range []string{"training diverged", diverged.Name + " loss", "of epoch 3", "learning_rate", opts.Dir + ".partial"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}
	run, err := runlog.Open(opts.Dir)
	if err != nil || run.Result != nil || len(run.Epochs) != badEpoch-1 {
		t.Fatalf("the record: %d epochs, result %v, %v", len(run.Epochs), run.Result, err)
	}
	st, _, ok, err := readState(filepath.Join(opts.Dir+".partial", checkpointDir))
	if err != nil || !ok || st.Epoch != badEpoch-1 || st.Step != 0 {
		t.Errorf("the checkpoint is of epoch %d, step %d (%v, %v); want the last good one", st.Epoch, st.Step, ok, err)
	}
	// It diverges again in the same place, and the engine is fit for other runs.
	opts.Resume = true
	var again *DivergedError
	if _, err := Run(t.Context(), goBackend(t), ds, exp, opts); !errors.As(err, &again) || *again != *diverged && again.Loss == again.Loss {
		t.Errorf("resumed: %v, want %v", err, diverged)
	}
	good := growing(ds)
	first := mustRun(t, ds, good, options(t, ds))
	forgetEngines()
	sameBytes(t, mustRun(t, ds, good, options(t, ds)), first)
}

func nothingWritten(t *testing.T, opts Options) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(opts.Dir))
	if err != nil || len(entries) != 0 {
		t.Errorf("it left %v, %v", entries, err)
	}
}
