package train

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/gomlx/compute"

	"github.com/augkit/aug/augkit/device"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// generated is a data set made for these tests: 60 samples of 3 classes in 20 groups of 3. The first modality tells the
// classes well apart, the next ones less and less, so that there is a strong and a weak one.
func generated(t testing.TB, modalities ...string) *datasets.Dataset {
	t.Helper()
	if len(modalities) == 0 {
		modalities = []string{"motion", "words"}
	}
	const n, classes = 60, 3
	ds := &datasets.Dataset{Name: "generated", Classes: []string{"a", "b", "c"}}
	for i := range n {
		group := i / 3
		part := datasets.Train
		switch {
		case group >= 16:
			part = datasets.Test
		case group >= 12:
			part = datasets.Validation
		}
		ds.Labels = append(ds.Labels, i%classes)
		ds.IDs = append(ds.IDs, fmt.Sprintf("s%02d", i))
		ds.Captions = append(ds.Captions, "generated")
		ds.Groups = append(ds.Groups, group)
		ds.Parts = append(ds.Parts, part)
	}
	kinds := map[string]*datasets.Modality{
		"motion": {Kind: datasets.Sensor, Shape: []int{4, 2}},
		"words":  {Kind: datasets.Text, Shape: []int{6}},
		"pulse":  {Kind: datasets.Sensor, Shape: []int{5, 1}},
		"scene":  {Kind: datasets.Image, Shape: []int{8, 8, 1}},
	}
	for k, name := range modalities {
		m := kinds[name]
		m.Name = name
		rng := rand.New(rand.NewPCG(7, uint64(k)))
		for i := range n {
			for j := range m.Size() {
				signal := 0.0
				if j%classes == ds.Labels[i] {
					signal = 1.2 / float64(1+k)
				}
				m.Data = append(m.Data, float32(signal+0.5*rng.NormFloat64()))
			}
		}
		ds.Modalities = append(ds.Modalities, m)
	}
	out, err := ds.Finish(datasets.Request{})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// growing is an experiment of 4 epochs of 8 steps in which a classifier is added after every epoch.
func growing(ds *datasets.Dataset) experiment.Experiment {
	e := experiment.Experiment{
		Name:      "generated",
		Data:      experiment.Data{Name: ds.Name, Modalities: ds.Names()},
		Encoders:  map[string]string{},
		Method:    experiment.Method{Name: "aug", Lambda: 0.33, Sigma: 1, Tau: 0, Interval: 1},
		Inference: experiment.Inference{Fusion: "equal"},
		Train: experiment.Train{Epochs: 4, Batch: 9, Seed: 3,
			Optimizer: experiment.Optimizer{Name: "sgd", LearningRate: 0.02, Momentum: 0.9, WeightDecay: 1e-4},
			Schedule:  experiment.Schedule{Every: 2, Factor: 0.5}},
	}
	for _, m := range e.Data.Modalities {
		e.Encoders[m] = "mlp"
	}
	return e
}

// steps of an epoch of growing on two modalities: 36 training samples, batches of 9, a step for each modality.
const stepsOfEpoch = 8

// options are those of a run in a new folder that never saves by itself.
func options(t testing.TB, ds *datasets.Dataset) Options {
	t.Helper()
	return Options{Dir: filepath.Join(t.TempDir(), "run"), Every: time.Hour, Meta: runlog.Meta{DataHash: ds.Hash, Classes: ds.Classes}}
}

var pure = sync.OnceValues(func() (compute.Backend, error) {
	backend, _, err := device.Open(context.Background(), device.Options{Backend: "go"})
	return backend, err
})

// goBackend is the pure-Go one, which prepares a graph much faster than XLA compiles it. What these tests ask of the
// engine is the same on both; TestBestBackend runs on the best one that is installed.
func goBackend(t testing.TB) compute.Backend {
	t.Helper()
	backend, err := pure()
	if err != nil {
		t.Fatal(err)
	}
	return backend
}

// mustRun trains to the end.
func mustRun(t testing.TB, ds *datasets.Dataset, exp experiment.Experiment, opts Options) *runlog.Run {
	t.Helper()
	run, err := Run(t.Context(), goBackend(t), ds, exp, opts)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// contextAt is a context that ends at the given optimizer step of an epoch, after what opts.OnStep did before.
func contextAt(t testing.TB, opts *Options, epoch, step int) (context.Context, context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	before := opts.OnStep
	opts.OnStep = func(p Position) {
		if before != nil {
			before(p)
		}
		if p.Epoch == epoch && p.Step == step {
			cancel()
		}
	}
	return ctx, cancel
}

// stopAt runs until the given optimizer step of an epoch and returns the error of the interrupted run.
func stopAt(t testing.TB, ds *datasets.Dataset, exp experiment.Experiment, opts Options, epoch, step int) error {
	t.Helper()
	ctx, cancel := contextAt(t, &opts, epoch, step)
	defer cancel()
	_, err := Run(ctx, goBackend(t), ds, exp, opts)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted at epoch %d, step %d: error %v, want one that is context.Canceled", epoch, step, err)
	}
	return err
}

// forgetEngines makes the next run start as in a new process.
func forgetEngines() {
	idle.Lock()
	defer idle.Unlock()
	for _, e := range idle.engines {
		e.free()
	}
	idle.engines = nil
}

// reproducible lists what must be the same, byte by byte, whatever happened on the way.
var reproducible = []string{"experiment.json", "epochs.jsonl", "predictions.jsonl", "result.json",
	filepath.Join(weightsDir, weightsName+".bin"), filepath.Join(weightsDir, weightsName+".json")}

// sameBytes compares two finished runs.
func sameBytes(t testing.TB, want, got *runlog.Run) {
	t.Helper()
	for _, name := range reproducible {
		a, b := read(t, filepath.Join(want.Dir, name)), read(t, filepath.Join(got.Dir, name))
		if a != b {
			at := 0
			for at < min(len(a), len(b)) && a[at] == b[at] {
				at++
			}
			from := max(0, at-60)
			t.Errorf("%s differs from byte %d of %d and %d:\n%.120q\n%.120q", name, at, len(a), len(b), a[from:], b[from:])
		}
	}
}

func read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// checkpointFile returns the one checkpoint of an interrupted run, joined with a name below it.
func checkpointFile(t testing.TB, opts Options, name ...string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(opts.Dir+".partial", checkpointDir, "*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("want one checkpoint, got %v, %v", found, err)
	}
	return filepath.Join(append(found, name...)...)
}

// noisy and strong swap the roles of the modalities: values without a class, and with the class written plainly.
func noisy(data []float32) []float32 {
	rng := rand.New(rand.NewPCG(1, 1))
	out := make([]float32, len(data))
	for i := range out {
		out[i] = float32(rng.NormFloat64())
	}
	return out
}

func strong(ds *datasets.Dataset) []float32 {
	m := ds.Modalities[1]
	out := make([]float32, len(m.Data))
	for i, y := range ds.Labels {
		for j := range m.Size() {
			if j%3 == y {
				out[i*m.Size()+j] = 1
			}
		}
	}
	return out
}
