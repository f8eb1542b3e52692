package train

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/augkit/aug/augkit/device/devicetest"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

func TestResumeGivesTheSameBytes(t *testing.T) {
	ds := generated(t)
	whole := map[string]*runlog.Run{}
	experiments := map[string]experiment.Experiment{"sgd": growing(ds), "adam": growing(ds)}
	adam := experiments["adam"]
	adam.Train.Optimizer = experiment.Optimizer{Name: "adam", LearningRate: 0.002, WeightDecay: 1e-4}
	experiments["adam"] = adam
	for name, exp := range experiments {
		whole[name] = mustRun(t, ds, exp, options(t, ds))
		if len(whole[name].Epochs[0].Grown) == 0 {
			t.Fatalf("%s: nothing grew after the first epoch, which these tests need", name)
		}
	}
	for _, test := range []struct {
		name, optimizer string
		stops           [][2]int // epoch, step
	}{
		{"in the first epoch, between the modalities' steps", "sgd", [][2]int{{1, 3}}},
		{"in a later epoch", "sgd", [][2]int{{3, 4}}},
		{"at the last step of an epoch", "sgd", [][2]int{{1, stepsOfEpoch}}},
		{"at the last step of all", "sgd", [][2]int{{4, stepsOfEpoch}}},
		{"at the first step after a growth", "sgd", [][2]int{{2, 1}}},
		{"several times", "sgd", [][2]int{{1, 1}, {1, 2}, {2, 7}, {4, 5}}},
		{"with Adam's moments", "adam", [][2]int{{2, 5}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			exp, opts := experiments[test.optimizer], options(t, ds)
			for _, stop := range test.stops {
				forgetEngines()
				err := stopAt(t, ds, exp, opts, stop[0], stop[1])
				if !strings.Contains(err.Error(), opts.Dir+".partial") {
					t.Errorf("the error does not say where the run was saved: %v", err)
				}
				checkpointFile(t, opts, stateFile)
				opts.Resume = true
			}
			forgetEngines()
			sameBytes(t, whole[test.optimizer], mustRun(t, ds, exp, opts))
		})
	}
}

// A run that is stopped right after an epoch has grown, but built no graph with the new classifier: those of a joint step are
// not built ahead.
func TestResumeRightAfterGrowth(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	exp.Train.Step = experiment.StepJoint
	whole := mustRun(t, ds, exp, options(t, ds))
	for _, sameEngine := range []bool{false, true} {
		forgetEngines()
		opts := options(t, ds)
		ctx, cancel := context.WithCancel(t.Context())
		opts.OnEpoch = func(e runlog.Epoch, _ runlog.Timing) {
			if len(e.Grown) > 0 {
				cancel()
			}
		}
		if _, err := Run(ctx, goBackend(t), ds, exp, opts); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		st, _, ok, err := readState(filepath.Join(opts.Dir+".partial", checkpointDir))
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if st.Epoch != 1 || st.Step != 0 || st.Counts["words"] != 2 {
			t.Errorf("the checkpoint is after epoch %d, step %d with %v classifiers; want 1, 0, 2 of words", st.Epoch, st.Step, st.Counts)
		}
		for _, v := range st.Variables {
			if strings.Contains(v.Path, "words/layer1_02") {
				t.Errorf("%s is there before a graph asked for it", v.Path)
			}
		}
		var told []string
		opts.Resume, opts.OnEpoch = true, func(e runlog.Epoch, timing runlog.Timing) {
			told = append(told, fmt.Sprint(e.Epoch, timing.Earlier))
		}
		if !sameEngine {
			forgetEngines()
		}
		sameBytes(t, whole, mustRun(t, ds, exp, opts))
		if len(told) != exp.Train.Epochs || told[0] != "1 true" || told[1] != "2 false" {
			t.Errorf("the epochs told are %v; want the first as an earlier one, and the others", told)
		}
	}
}

// After a kill the record holds epochs that the checkpoint does not know, and perhaps half a line.
func TestResumeRewritesWhatCameAfterTheCheckpoint(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	whole := mustRun(t, ds, exp, options(t, ds))
	for _, checkpointAt := range []int{0, 1, 2} {
		opts := options(t, ds)
		if checkpointAt > 0 {
			stopAt(t, ds, exp, opts, checkpointAt+1, 1)
			opts.Resume = true
		}
		partial := opts.Dir + ".partial"
		kept := filepath.Join(t.TempDir(), checkpointDir)
		if checkpointAt > 0 {
			mustCopy(t, filepath.Join(partial, checkpointDir), kept)
		}
		stopAt(t, ds, exp, opts, 4, 2) // records three epochs
		if err := os.RemoveAll(filepath.Join(partial, checkpointDir)); err != nil {
			t.Fatal(err)
		}
		if checkpointAt > 0 {
			mustCopy(t, kept, filepath.Join(partial, checkpointDir))
		}
		mustAppend(t, filepath.Join(partial, "timing.jsonl"), `{"epoch":4,"train_seconds":1}`+"\n")
		mustAppend(t, filepath.Join(partial, "epochs.jsonl"), `{"epoch":4,"lear`)
		forgetEngines()
		opts.Resume = true
		sameBytes(t, whole, mustRun(t, ds, exp, opts))
	}
}

func mustCopy(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

func mustAppend(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

const killedDir = "AUG_TEST_KILLED_RUN"

// TestKilledChild is not a test of its own: it is the process that TestResumeAfterKill starts and kills.
func TestKilledChild(t *testing.T) {
	dir := os.Getenv(killedDir)
	if dir == "" {
		t.Skip("only as a child of TestResumeAfterKill")
	}
	ds := generated(t)
	opts := options(t, ds)
	opts.Dir, opts.Every = dir, time.Nanosecond
	opts.OnStep = func(p Position) {
		if p.Epoch == 3 && p.Step == 5 {
			os.Stdout.WriteString("ready\n")
			select {} // until it is killed
		}
	}
	_, err := Run(t.Context(), goBackend(t), ds, growing(ds), opts)
	t.Fatalf("the child was not killed: %v", err)
}

func TestResumeAfterKill(t *testing.T) {
	ds := generated(t)
	opts := options(t, ds)
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledChild$")
	child.Env = append(os.Environ(), killedDir+"="+opts.Dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 512)
	n, readErr := out.Read(line)
	// While it lives, nobody else may go on with its run.
	opts.Resume = true
	if _, err := Run(t.Context(), goBackend(t), ds, growing(ds), opts); err == nil || !strings.Contains(err.Error(), "is being trained at this moment") {
		t.Errorf("a second process: %v", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	err = child.Wait()
	if string(line[:n]) != "ready\n" || readErr != nil || err == nil || err.Error() != "signal: killed" {
		t.Fatalf("the child said %q, %v and ended with %v", line[:n], readErr, err)
	}
	resumed := mustRun(t, ds, growing(ds), opts)
	sameBytes(t, mustRun(t, ds, growing(ds), options(t, ds)), resumed)
}

// Killed after it had made its folder: there is nothing to go on with, so it begins.
func TestResumeOfNothing(t *testing.T) {
	ds := generated(t)
	exp, opts := growing(ds), options(t, ds)
	if err := os.Mkdir(opts.Dir+".partial", 0o755); err != nil {
		t.Fatal(err)
	}
	opts.Resume = true
	sameBytes(t, mustRun(t, ds, exp, options(t, ds)), mustRun(t, ds, exp, opts))
}

// Killed between its result and its name: nothing is trained again, and no checkpoint stays.
func TestResumeOfAWrittenRun(t *testing.T) {
	ds := generated(t)
	exp, opts := growing(ds), options(t, ds)
	whole := mustRun(t, ds, exp, options(t, ds))
	mustCopy(t, whole.Dir, opts.Dir+".partial")
	if err := os.Mkdir(filepath.Join(opts.Dir+".partial", checkpointDir), 0o755); err != nil {
		t.Fatal(err)
	}
	opts.Resume = true
	opts.OnStep = func(p Position) { t.Errorf("it trained at %+v", p) }
	run := mustRun(t, ds, exp, opts)
	sameBytes(t, whole, run)
	if _, err := os.Stat(filepath.Join(run.Dir, checkpointDir)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its checkpoints are still there: %v", err)
	}
}

// On the best backend that is installed: interrupted in the middle and on a new engine, against one run through.
func TestBestBackend(t *testing.T) {
	if testing.Short() {
		t.Skip("XLA takes seconds to compile these graphs")
	}
	backend := devicetest.Backend(t)
	ds := generated(t)
	exp := growing(ds)
	exp.Train.Epochs = 2
	through, stopped := options(t, ds), options(t, ds)
	whole, err := Run(t.Context(), backend, ds, exp, through)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stopped.OnStep = func(p Position) {
		if p.Epoch == 2 && p.Step == 3 {
			cancel()
		}
	}
	if _, err := Run(ctx, backend, ds, exp, stopped); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	forgetEngines()
	stopped.Resume, stopped.OnStep = true, nil
	resumed, err := Run(t.Context(), backend, ds, exp, stopped)
	if err != nil {
		t.Fatal(err)
	}
	sameBytes(t, whole, resumed)
	again, err := Evaluate(t.Context(), backend, ds, resumed)
	if err != nil {
		t.Fatal(err)
	}
	if again.Difference != 0 {
		t.Errorf("the weights give logits that differ by %g from those on record", again.Difference)
	}
}

func TestResumeRefusesWhatChanged(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	for _, test := range []struct {
		name   string
		change func(*datasets.Dataset, *experiment.Experiment, *Options)
		want   string
	}{
		{"another experiment", func(_ *datasets.Dataset, e *experiment.Experiment, _ *Options) { e.Method.Lambda = 1 }, "method.lambda: 0.33, now 1"},
		{"other data", func(_ *datasets.Dataset, _ *experiment.Experiment, o *Options) { o.Meta.DataHash = "0123456789abcdef" }, "begun on other data"},
		{"a folder of something else", func(_ *datasets.Dataset, _ *experiment.Experiment, o *Options) {
			from := filepath.Join(o.Dir+".partial", checkpointDir)
			o.Dir += "-checkpoints"
			mustCopy(t, from, o.Dir+".partial")
		}, "holds no run, remove it to start over"},
		{"never begun", func(_ *datasets.Dataset, _ *experiment.Experiment, o *Options) { o.Dir += "-other" }, "is there a run to resume?"},
	} {
		t.Run(test.name, func(t *testing.T) {
			opts := options(t, ds)
			stopAt(t, ds, exp, opts, 2, 2)
			opts.Resume = true
			e, d, o := exp, *ds, opts
			test.change(&d, &e, &o)
			_, err := Run(t.Context(), goBackend(t), &d, e, o)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), opts.Dir) {
				t.Errorf("error %v, want one with %q and the folder", err, test.want)
			}
			mustRun(t, ds, exp, opts) // and the run that was there is unhurt
		})
	}
}
