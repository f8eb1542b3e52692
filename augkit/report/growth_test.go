package report

import (
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
)

// costly is a run of two epochs whose costs grow with a size: evaluation by its square, memory by nothing.
func costly(batch int, size float64) *runlog.Run {
	r := &runlog.Run{Result: &runlog.Result{TrainSize: 100}}
	r.Experiment.Train.Batch = batch
	r.Experiment.Method.Lambda = size // stands for what is varied
	for epoch := 1; epoch <= 2; epoch++ {
		r.Epochs = append(r.Epochs, runlog.Epoch{Epoch: epoch, TrainingLoss: map[string]float64{"a": 1, "b": 1}})
		t := runlog.Timing{Epoch: epoch, TrainSec: size, EvalSec: size * size, PeakMemoryB: 100 << 20}
		if epoch == 1 {
			t.TrainSec, t.CompileSec, t.EvalSec = 50, 7, 90
		}
		r.Timings = append(r.Timings, t)
	}
	return r
}

func TestGrowth(t *testing.T) {
	var runs []*runlog.Run
	for _, size := range []float64{4, 1, 2, 1} {
		runs = append(runs, costly(25, size))
	}
	unfinished, short := costly(25, 8), costly(25, 16)
	unfinished.Result, short.Epochs, short.Timings = nil, short.Epochs[:1], short.Timings[:1]
	g := NewGrowth("things", append(runs, unfinished, short), func(e experiment.Experiment) float64 { return e.Method.Lambda })
	table := g.Table().Markdown()
	for _, want := range []string{
		// 100 samples in batches of 25, two steps each: 8 steps in 1 s.
		"| 1 | 1.00 (1.00 … 1.00) | 1.00 (1.00 … 1.00) | 125 (125 … 125) | 100 (100 … 100) | 7.00 (7.00 … 7.00) |",
		"| 4 | 4.00 (4.00 … 4.00) | 16.0 (16.0 … 16.0) | 500 (500 … 500) |",
		"| slope | 1.00 [1.00, 1.00] | 2.00 [2.00, 2.00] |",
		"| upper slope | 1.00 | 2.00 | 1.00 | 0.00 | 0.00 |",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
	if strings.Contains(table, "| 8 |") || strings.Contains(table, "| 16 |") {
		t.Errorf("a run without an end, or with one epoch, is in the table:\n%s", table)
	}
	f := g.Figure("Cost")
	for _, want := range []string{"evaluation in s/epoch: 1 at 1, 4 at 2, 16 at 4; slope 2.00 [2.00, 2.00]", "peak memory in MiB: 100 at 1, 100 at 2, 100 at 4; upper slope 0.00"} {
		if !strings.Contains(f.Alt, want) {
			t.Errorf("the words lack %q: %s", want, f.Alt)
		}
	}
	if _, err := f.PNG(); err != nil {
		t.Error(err)
	}
}

func TestGrowthSaysWhatIsMissing(t *testing.T) {
	size := func(e experiment.Experiment) float64 { return e.Method.Lambda }
	if f := NewGrowth("things", nil, size).Figure("Cost"); !strings.Contains(f.Alt, "three sizes") {
		t.Errorf("without runs: %s", f.Alt)
	}
	broken := costly(25, 3)
	broken.Timings[1].EvalSec = 0 // no slope of a logarithm
	g := NewGrowth("things", []*runlog.Run{costly(25, 1), costly(25, 2), broken}, size)
	if f := g.Figure("Cost"); !strings.Contains(f.Alt, "No slope: evaluation") {
		t.Errorf("with a time of nothing: %s", f.Alt)
	}
	if table := g.Table().Markdown(); !strings.Contains(table, "–") {
		t.Errorf("the table has a slope of it:\n%s", table)
	}
}

func TestShortNumbers(t *testing.T) {
	for x, want := range map[float64]string{1000: "1k", 30000: "30k", 1e6: "1M", 310: "310", 1500: "1500", 2: "2"} {
		if got := thousands(x); got != want {
			t.Errorf("%v is written %s, want %s", x, got, want)
		}
	}
	for x, want := range map[float64]string{0: "0", 0.01234: "0.0123", 1.234: "1.23", 12.34: "12.3", 1234: "1234"} {
		if got := digits(x); got != want {
			t.Errorf("%v is written %s, want %s", x, got, want)
		}
	}
}
