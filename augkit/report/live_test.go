package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
)

// liveEpochs is the generated run as a live panel sees it.
func liveEpochs(n int) (experiment.Experiment, []runlog.Epoch) {
	run := generated(n)
	run.Experiment.Train.Epochs = n
	for i := range run.Epochs {
		e := &run.Epochs[i]
		e.TrainingLoss = map[string]float64{"accelerometer": 1.25, "gyroscope": 1.5}
		e.Train.Confidence = map[string]float64{"accelerometer": 0.75, "gyroscope": 0.5}
	}
	return run.Experiment, run.Epochs
}

func followed(exp experiment.Experiment, epochs []runlog.Epoch) *Live {
	l := NewLive(exp)
	for _, e := range epochs {
		l.Epoch(e, runlog.Timing{Epoch: e.Epoch, TrainSec: 2, EvalSec: 0.5, CompileSec: 0.5})
	}
	return l
}

// AUG_FIGURES=folder keeps the figures, to look at them.
func TestLiveFigure(t *testing.T) {
	exp, epochs := liveEpochs(20)
	half, whole := followed(exp, epochs[:12]).Figure(), followed(exp, epochs).Figure()
	for name, f := range map[string]Figure{"live-half": half, "live": whole} {
		checkSVG(t, f)
		if len(f.SVG) > 30_000 {
			t.Errorf("%s: %d bytes, want at most 30 kB", name, len(f.SVG))
		}
		if dir := os.Getenv("AUG_FIGURES"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, name+".svg"), f.SVG, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if half.height != whole.height {
		t.Errorf("the panel's height changes from %g to %g", half.height, whole.height)
	}
	for _, want := range []string{"epoch 12 of 20", "about 0:16 min left", "selected so far: epoch 12", "gyroscope: accuracy 0.489, loss 0.000, training loss 1.500, score s 0.500, classifiers 3.", "fused: accuracy 0.792", "gap G: 0.353 nats"} {
		if !strings.Contains(half.Alt, want) {
			t.Errorf("the words lack %q: %s", want, half.Alt)
		}
	}
	for _, want := range []string{"epoch 20 of 20", "done"} {
		if !strings.Contains(whole.Alt, want) {
			t.Errorf("the words lack %q: %s", want, whole.Alt)
		}
	}
}

func TestLiveOddInput(t *testing.T) {
	exp, epochs := liveEpochs(20)
	alone := exp.Alone("gyroscope")
	nan := epochs[3]
	nan.Validation.Fused.Accuracy = math.NaN()
	nan.Validation.Gap = math.Inf(1)
	nan.TrainingLoss = map[string]float64{"gyroscope": math.NaN()}
	long, many := liveEpochs(2000)
	for _, c := range []struct {
		name   string
		exp    experiment.Experiment
		epochs []runlog.Epoch
		want   string
	}{
		{"no epoch", exp, nil, noEpochs},
		{"no experiment", experiment.Experiment{}, epochs[:2], "epoch 2 of 2"},
		{"nothing measured", exp, []runlog.Epoch{{Epoch: 1}}, "fused. gap G"},
		{"NaN", exp, []runlog.Epoch{epochs[2], nan}, "– on validation"},
		{"one modality", alone, epochs[:5], "gyroscope: accuracy"},
		{"a second run", exp, append(epochs[:9:9], epochs[:2]...), "epoch 2 of 20"},
		{"an epoch too many", long, append(many[:5:5], runlog.Epoch{Epoch: 2001}), "epoch 2001 of 2001"},
		{"2000 epochs", long, many, "epoch 2000 of 2000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := followed(c.exp, c.epochs).Figure()
			checkSVG(t, f)
			if !strings.Contains(f.Alt, c.want) {
				t.Errorf("the words lack %q: %s", c.want, f.Alt)
			}
			if len(f.SVG) > 30_000 {
				t.Errorf("%d bytes, want at most 30 kB", len(f.SVG))
			}
		})
	}
	again := NewLive(exp)
	for _, e := range epochs[:9] {
		again.Epoch(e, runlog.Timing{Epoch: e.Epoch, Earlier: e.Epoch <= 7})
	}
	if f := again.Figure(); !strings.Contains(f.Alt, "taken up after epoch 7") || len(again.trace.epochs) != 9 {
		t.Errorf("a run that was taken up after epoch 7, of which %d epochs are kept: %s", len(again.trace.epochs), f.Alt)
	}
	if f := followed(alone, epochs[:5]).Figure(); strings.Contains(f.Alt, "fused") || strings.Contains(f.Alt, "gap") {
		t.Errorf("one modality has neither a fused prediction nor a gap: %s", f.Alt)
	}
}

func TestLiveLines(t *testing.T) {
	exp, epochs := liveEpochs(20)
	var out bytes.Buffer
	l := NewLive(exp)
	l.show = l.lines(&out)
	l.every = time.Hour
	for _, e := range epochs {
		l.Epoch(e, runlog.Timing{})
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "epoch 1/20 ") || !strings.HasPrefix(lines[1], "epoch 20/20 ") {
		t.Errorf("want the first epoch, and the last in spite of the pause:\n%s", out.String())
	}
	if null, err := os.Open(os.DevNull); err != nil || terminal(null) {
		t.Errorf("%s is taken for a terminal (%v)", os.DevNull, err)
	}
}

func TestLiveFromSeveralGoroutines(t *testing.T) {
	exp, epochs := liveEpochs(20)
	var out bytes.Buffer
	l := NewLive(exp)
	l.show = l.lines(&out)
	l.every = 0
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, e := range epochs {
				l.Epoch(e, runlog.Timing{})
				_ = l.Figure()
			}
		})
	}
	wg.Wait()
	if n := strings.Count(out.String(), "\n"); n != 80 {
		t.Errorf("%d lines, want 80", n)
	}
}

func TestEnding(t *testing.T) {
	stopped := fmt.Errorf("stopped after epoch 3, step 2; saved in runs/a.partial: %w", context.Canceled)
	if words, code := ending(stopped); words != "stopped after epoch 3, step 2; saved in runs/a.partial" || code != 130 {
		t.Errorf("%q, %d", words, code)
	}
	if words, code := ending(errors.New("no such data set")); words != "no such data set" || code != 1 {
		t.Errorf("%q, %d", words, code)
	}
}

func ExampleLive() {
	exp := experiment.Experiment{Name: "watch7-aug", Data: experiment.Data{Modalities: []string{"accelerometer", "gyroscope"}},
		Train: experiment.Train{Epochs: 20}}
	live := NewLive(exp) // train.Options{OnEpoch: live.Epoch} in a notebook cell
	live.Epoch(runlog.Epoch{Epoch: 1}, runlog.Timing{Epoch: 1, TrainSec: 3, EvalSec: 1})
	fmt.Println(live.Figure().Title)
	// Output: Training watch7-aug
}
