package train

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	gomlx "github.com/gomlx/gomlx/ml/train"

	"github.com/augkit/aug/augkit/device/devicetest"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// several is a backend with at least n devices. TestMain has XLA's CPU plug-in make four of one processor.
func several(t testing.TB, n int) compute.Backend {
	t.Helper()
	backend := devicetest.Backend(t)
	if have := backend.NumDevices(); have < n {
		t.Skipf("backend %s has %d devices, this needs %d", backend.Name(), have, n)
	}
	return backend
}

// shared is an experiment whose mini-batches of 12 devices can share. Its encoders have batch normalisation.
func shared(t testing.TB, modalities ...string) (*datasets.Dataset, experiment.Experiment) {
	ds := generated(t, modalities...)
	exp := growing(ds)
	exp.Train.Batch = 12
	if slices.Contains(modalities, "scene") {
		exp.Encoders["scene"] = "cnn"
	}
	return ds, exp
}

// trained makes at least 24 optimizer steps on so many devices; after the first and the second epoch a modality grows. It
// returns the losses and, by path, the values of all variables but the Trainer's metrics.
func trained(t *testing.T, count int, ds *datasets.Dataset, exp experiment.Experiment) (losses []float64, values map[string][]float32) {
	t.Helper()
	e, err := acquire(several(t, count), exp, ds, count)
	if err != nil {
		t.Fatal(err)
	}
	defer e.free()
	r := &runner{engine: e, exp: exp, ds: ds}
	r.state.init()
	for epoch := 1; len(losses) < 24; epoch++ {
		batches := newEpoch(t.Context(), e.net, ds, exp.Train.Batch, exp.Train.Seed, epoch)
		batches.gate = r.gateBatch
		loop := gomlx.NewLoop(e.trainer)
		r.state.Step = 0
		loop.OnStep("losses", 0, func(_ *gomlx.Loop, metrics []*tensors.Tensor) error {
			losses = append(losses, float64(metrics[0].Value().(float32)))
			r.addScores(e.net.steps[r.state.Step%len(e.net.steps)], metrics)
			r.state.Step++
			return nil
		})
		if _, err := loop.RunSteps(e.devices.batches(batches), batches.Steps()); err != nil {
			t.Fatal(err)
		}
		if epoch <= 2 {
			e.net.Grow(epoch - 1)
		}
	}
	values = make(map[string][]float32)
	for v := range e.store.IterVariables() {
		if !isMetric(v) && v.DType() == dtypes.Float32 {
			values[v.Path()] = tensors.MustCopyFlatData[float32](v.MustValue())
		}
	}
	return losses, values
}

// Over 24 steps, with growth, the losses and all variables, the optimizer's and the running statistics too, are those of
// one device to 1e-5.
func TestDevicesTrainTheSame(t *testing.T) {
	for _, test := range []struct {
		name       string
		modalities []string
		devices    []int
		change     func(*experiment.Experiment)
	}{
		{"paper", []string{"scene", "motion"}, []int{2, 4}, func(*experiment.Experiment) {}},
		{"gate", []string{"words", "motion"}, []int{2}, func(e *experiment.Experiment) { e.Method.Gate = true }},
		{"joint step", []string{"words", "motion"}, []int{2}, func(e *experiment.Experiment) { e.Train.Step = "joint" }},
	} {
		if testing.Short() && test.name != "paper" {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			several(t, slices.Max(test.devices))
			ds, exp := shared(t, test.modalities...)
			test.change(&exp)
			wantLosses, want := trained(t, 1, ds, exp)
			if path := "/model/" + test.modalities[0] + "/layer1_02/weights"; want[path] == nil {
				t.Fatalf("nothing grew: no %s", path)
			}
			for _, n := range test.devices {
				losses, got := trained(t, n, ds, exp)
				loss, weight, where := furthest(t, "losses", wantLosses, losses), 0.0, ""
				for path, values := range want {
					if d := furthest(t, path, values, got[path]); d > weight {
						weight, where = d, path
					}
				}
				t.Logf("%d devices, %d steps, %d variables: losses differ by at most %.2g, variables by %.2g (%s)", n, len(losses), len(want), loss, weight, where)
				if len(got) != len(want) || max(loss, weight) > 1e-5 {
					t.Errorf("%d devices: %d variables, want %d, and differences of at most 1e-5", n, len(got), len(want))
				}
			}
		})
	}
}

// furthest is the largest difference; a number that is none is infinitely far.
func furthest[T float32 | float64](t *testing.T, name string, want, got []T) float64 {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%s: %d numbers, want %d", name, len(got), len(want))
	}
	most := 0.0
	for i := range want {
		d := math.Abs(float64(want[i] - got[i]))
		if math.IsNaN(d) {
			return math.Inf(1)
		}
		most = max(most, d)
	}
	return most
}

// A run on two devices records what the run on one does; it is interrupted, goes on to the same bytes, and its weights are
// read again on one device.
func TestRunOnDevices(t *testing.T) {
	backend := several(t, 2)
	ds, exp := shared(t)
	exp.Train.Epochs = 2
	run := func(opts Options, count int) *runlog.Run {
		t.Helper()
		opts.Devices = count
		run, err := Run(t.Context(), backend, ds, exp, opts)
		if err != nil {
			t.Fatal(err)
		}
		return run
	}
	one, two := run(options(t, ds), 1), run(options(t, ds), 2)
	if one.Meta.Devices != 0 || two.Meta.Devices != 2 {
		t.Errorf("recorded devices %d and %d, want 0 and 2", one.Meta.Devices, two.Meta.Devices)
	}
	if !maps.Equal(one.Result.Final, two.Result.Final) || one.Result.Epoch != two.Result.Epoch {
		t.Errorf("it ended with %v, epoch %d selected; want %v and %d", two.Result.Final, two.Result.Epoch, one.Result.Final, one.Result.Epoch)
	}
	if n := one.Result.Final["motion"] + one.Result.Final["words"]; n < 3 {
		t.Errorf("%d classifiers at the end: nothing grew", n)
	}
	worst := 0.0
	for i, e := range one.Epochs {
		for _, name := range slices.Sorted(maps.Keys(e.TrainingLoss)) {
			worst = max(worst, math.Abs(e.TrainingLoss[name]-two.Epochs[i].TrainingLoss[name]))
		}
	}
	for i, p := range one.Predictions {
		for m, logits := range p.Logits {
			worst = max(worst, furthest(t, p.ID, logits, two.Predictions[i].Logits[m]))
		}
	}
	t.Logf("losses and logits differ by at most %.2g", worst)
	if worst > 1e-5 {
		t.Error("want at most 1e-5")
	}
	again, err := Evaluate(t.Context(), backend, ds, two)
	if err != nil {
		t.Fatal(err)
	}
	if again.Difference > 1e-5 {
		t.Errorf("its weights predict something else on one device, by %.2g", again.Difference)
	}

	opts := options(t, ds)
	opts.Devices = 2
	ctx, cancel := contextAt(t, &opts, 2, 3)
	defer cancel()
	if _, err := Run(ctx, backend, ds, exp, opts); err == nil {
		t.Fatal("it was not interrupted")
	}
	forgetEngines()
	opts.OnStep, opts.Resume, opts.Devices = nil, true, 1
	if _, err := Run(t.Context(), backend, ds, exp, opts); err == nil || !strings.Contains(err.Error(), "was begun with --devices 2, not 1") {
		t.Errorf("it goes on with one device: %v", err)
	}
	sameBytes(t, two, run(opts, 2))
}

func TestDevicesThatCannotTrain(t *testing.T) {
	ds, exp := shared(t)
	opts := options(t, ds)
	try := func(backend compute.Backend, count, batch int, want string) {
		t.Helper()
		opts.Devices, exp.Train.Batch = count, batch
		if _, err := Run(t.Context(), backend, ds, exp, opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d devices, mini-batches of %d: error %v, want %q", count, batch, err, want)
		}
	}
	try(goBackend(t), -1, 12, "-1 devices cannot train")
	try(goBackend(t), 2, 12, "2 devices are asked for, but the backend has 1; only XLA trains on several")
	backend := several(t, 3)
	try(backend, 2, 9, "2 devices cannot share mini-batches of 9 equally; set train.batch to a multiple of 2, such as 8")
	try(backend, 3, 2, "3 devices cannot share mini-batches of 2; take fewer devices")
	try(backend, 1000, 12, "1000 devices are asked for, but the backend has")
}
