package augkit_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/train"
)

func small(t *testing.T) experiment.Experiment {
	t.Helper()
	exp, err := experiment.Default("vectors")
	if err != nil {
		t.Fatal(err)
	}
	exp.Train.Epochs, exp.Data.Settings["samples"] = 2, "1000"
	return exp
}

// A process of its own gives the run that this one gives, and is asked once.
func TestTrainApart(t *testing.T) {
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "aug"), "./cmd/aug").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v: %s", err, out)
	}
	t.Setenv("AUG_RUNS", t.TempDir())
	path := os.Getenv("PATH")
	t.Setenv("PATH", bin+string(os.PathListSeparator)+path)
	exp := small(t)
	run, err := augkit.TrainApart(context.Background(), exp)
	if err != nil {
		t.Fatal(err)
	}
	here, err := augkit.Train(context.Background(), exp, train.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if run.Result.Test.Fused != here.Result.Test.Fused || len(run.Timings) != 2 || run.Timings[1].PeakMemoryB == 0 {
		t.Errorf("apart: %+v, timings %+v; here: %+v", run.Result.Test.Fused, run.Timings, here.Result.Test.Fused)
	}
	t.Setenv("PATH", "")
	if again, err := augkit.TrainApart(context.Background(), exp); err != nil || again.Dir != run.Dir {
		t.Errorf("a run that is done is trained again: %v", err)
	}
	exp.Train.Seed = 1
	if _, err := augkit.TrainApart(context.Background(), exp); err == nil || !strings.Contains(err.Error(), "make aug") {
		t.Errorf("error %v does not tell how to get the command", err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+path)
	exp.Data.Settings["samples"] = "12"
	if _, err := augkit.TrainApart(context.Background(), exp); err == nil || !strings.Contains(err.Error(), "aug train") {
		t.Errorf("error %v is not that of the command", err)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	exp = small(t)
	exp.Train.Seed = 2
	if _, err := augkit.TrainApart(cancelled, exp); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("a cancelled context trains: %v", err)
	}
}
