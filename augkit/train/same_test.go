package train

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
)

func TestSameExperimentSameBytes(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	forgetEngines()
	first := mustRun(t, ds, exp, options(t, ds))

	t.Run("again on the same engine", func(t *testing.T) {
		sameBytes(t, first, mustRun(t, ds, exp, options(t, ds)))
	})
	t.Run("on a new engine, with a checkpoint after every epoch", func(t *testing.T) {
		forgetEngines()
		opts := options(t, ds)
		opts.Every = 1
		sameBytes(t, first, mustRun(t, ds, exp, opts))
	})
	t.Run("after other runs on the same engine", func(t *testing.T) {
		forgetEngines()
		other := exp
		other.Train.Seed, other.Train.Epochs, other.Train.Schedule.Every = 77, 6, 0
		other.Method.Sigma, other.Method.Tau = 1.5, 0.2
		mustRun(t, ds, other, options(t, ds))
		sameBytes(t, first, mustRun(t, ds, exp, options(t, ds)))
	})
	t.Run("after the other modality grew first on the same engine", func(t *testing.T) {
		forgetEngines()
		swapped := generated(t, "motion", "words")
		swapped.Modalities[0].Data, swapped.Modalities[1].Data = noisy(swapped.Modalities[0].Data), strong(swapped)
		run := mustRun(t, swapped, exp, options(t, swapped))
		if g := run.Epochs[0].Grown; len(g) != 1 || g[0] != "motion" {
			t.Fatalf("the first growth is %v, this test needs motion", g)
		}
		sameBytes(t, first, mustRun(t, ds, exp, options(t, ds)))
	})
	t.Run("two at the same time", func(t *testing.T) {
		runs := make([]*runlog.Run, 2)
		var group errgroup.Group
		for i := range runs {
			opts := options(t, ds)
			group.Go(func() (err error) {
				runs[i], err = Run(t.Context(), goBackend(t), ds, exp, opts)
				return err
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		for _, run := range runs {
			sameBytes(t, first, run)
		}
	})
}

// The record must also depend on what it should depend on.
func TestOtherExperimentOtherBytes(t *testing.T) {
	ds := generated(t)
	base := mustRun(t, ds, growing(ds), options(t, ds))
	for name, change := range map[string]func(*experiment.Experiment){
		"seed":          func(e *experiment.Experiment) { e.Train.Seed++ },
		"lambda":        func(e *experiment.Experiment) { e.Method.Lambda = 1 },
		"learning rate": func(e *experiment.Experiment) { e.Train.Optimizer.LearningRate /= 2 },
		"momentum":      func(e *experiment.Experiment) { e.Train.Optimizer.Momentum = 0 },
		"optimizer": func(e *experiment.Experiment) {
			e.Train.Optimizer = experiment.Optimizer{Name: "adam", LearningRate: 0.002}
		},
		"tau":   func(e *experiment.Experiment) { e.Method.Tau = 0.9 },
		"batch": func(e *experiment.Experiment) { e.Train.Batch = 12 },
	} {
		t.Run(name, func(t *testing.T) {
			exp := growing(ds)
			change(&exp)
			run := mustRun(t, ds, exp, options(t, ds))
			if read(t, filepath.Join(run.Dir, "epochs.jsonl")) == read(t, filepath.Join(base.Dir, "epochs.jsonl")) {
				t.Error("the epochs are those of the experiment without the change")
			}
		})
	}
}

func TestFinishedRunHoldsNoCheckpoint(t *testing.T) {
	ds := generated(t)
	opts := options(t, ds)
	opts.Every = 1
	saved := false
	opts.OnEpoch = func(e runlog.Epoch, _ runlog.Timing) {
		found, _ := filepath.Glob(filepath.Join(opts.Dir+".partial", checkpointDir, "*", stateFile))
		saved = saved || len(found) == 1
	}
	run := mustRun(t, ds, growing(ds), opts)
	if !saved {
		t.Error("no checkpoint was seen while it ran")
	}
	entries, err := os.ReadDir(run.Dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	const want = "epochs.jsonl experiment.json meta.json predictions.jsonl result.json timing.jsonl weights"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("the run holds %s, want %s", got, want)
	}
	if _, err := Run(context.Background(), goBackend(t), ds, growing(ds), opts); err == nil || !strings.Contains(err.Error(), "never overwritten") {
		t.Errorf("a second run in the same folder: %v", err)
	}
}
