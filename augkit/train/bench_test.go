package train

import (
	"context"
	"fmt"
	"iter"
	"testing"

	"github.com/gomlx/compute/distributed"
	"github.com/gomlx/gomlx/core/tensors"
	gomlx "github.com/gomlx/gomlx/ml/train"

	"github.com/augkit/aug/augkit/device/devicetest"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/datasets"
)

// benchSet is generated data of the given kind and shape in four classes, 256 training samples.
func benchSet(kind datasets.Kind, shape ...int) *datasets.Dataset {
	const n = 264
	m := &datasets.Modality{Name: "input", Kind: kind, Shape: shape}
	m.Data = make([]float32, n*m.Size())
	for i := range m.Data {
		m.Data[i] = float32((i*2654435761)>>7%1000) / 1000
	}
	ds := &datasets.Dataset{Name: "generated", Modalities: []*datasets.Modality{m}, Classes: []string{"a", "b", "c", "d"},
		Labels: make([]int, n), IDs: make([]string, n), Captions: make([]string, n), Groups: make([]int, n), Parts: make([]datasets.Part, n)}
	for i := range n {
		ds.Labels[i], ds.IDs[i], ds.Groups[i] = i%4, fmt.Sprint(i), i
	}
	for i := n - 8; i < n; i++ {
		ds.Parts[i] = datasets.Validation
	}
	ds.Standardize()
	return ds
}

// BenchmarkStep is one optimizer step of a modality alone, data already in memory, graph already compiled.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name, encoder string
		batch         int
		ds            *datasets.Dataset
		counts        []int
	}{
		{"mlp/150x3/batch64", "mlp", 64, benchSet(datasets.Sensor, 150, 3), []int{1, 4, 11}},
		{"cnn/32x32x3/batch64", "cnn", 64, benchSet(datasets.Image, 32, 32, 3), []int{1, 11}},
		{"cnn/86x32x1/batch64", "cnn", 64, benchSet(datasets.Spectrogram, 86, 32, 1), []int{1, 11}},
		{"resnet18/64x64x3/batch16", "resnet18", 16, benchSet(datasets.Image, 64, 64, 3), []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
	} {
		for _, classifiers := range c.counts {
			b.Run(fmt.Sprintf("%s/classifiers%d", c.name, classifiers), func(b *testing.B) {
				e, err := acquire(devicetest.Backend(b), benchExperiment(c.encoder, c.batch), c.ds, 1)
				if err != nil {
					b.Fatal(err)
				}
				defer e.free()
				e.net.Counts[0] = classifiers
				benchSteps(b, e, c.ds, c.batch)
			})
		}
	}
}

// BenchmarkDevices is one optimizer step shared by devices. Those of XLA's CPU plug-in share the cores, all of which one
// device uses too: there several are slower, and what is seen is the price of dividing and summing.
func BenchmarkDevices(b *testing.B) {
	for _, c := range []struct {
		name, encoder string
		batch         int
		ds            *datasets.Dataset
	}{
		{"mlp/150x3/batch64", "mlp", 64, benchSet(datasets.Sensor, 150, 3)},
		{"cnn/32x32x3/batch64", "cnn", 64, benchSet(datasets.Image, 32, 32, 3)},
		{"resnet18/64x64x3/batch16", "resnet18", 16, benchSet(datasets.Image, 64, 64, 3)},
	} {
		for _, n := range []int{1, 2, 4} {
			b.Run(fmt.Sprintf("%s/devices%d", c.name, n), func(b *testing.B) {
				e, err := acquire(several(b, n), benchExperiment(c.encoder, c.batch), c.ds, n)
				if err != nil {
					b.Fatal(err)
				}
				defer e.free()
				benchSteps(b, e, c.ds, c.batch)
			})
		}
	}
}

// BenchmarkPrecision is one optimizer step of a modality alone with the encoder in float32 and in bfloat16.
func BenchmarkPrecision(b *testing.B) {
	for _, c := range []struct {
		name, encoder string
		batch         int
		ds            *datasets.Dataset
	}{
		{"cnn/32x32x3/batch64", "cnn", 64, benchSet(datasets.Image, 32, 32, 3)},
		{"resnet18/64x64x3/batch16", "resnet18", 16, benchSet(datasets.Image, 64, 64, 3)},
		{"resnet18/224x224x3/batch8", "resnet18", 8, benchSet(datasets.Image, 224, 224, 3)},
	} {
		for _, precision := range []string{"float32", experiment.PrecisionBFloat16} {
			b.Run(c.name+"/"+precision, func(b *testing.B) {
				exp := benchExperiment(c.encoder, c.batch)
				exp.Train.Precision = precision
				e, err := acquire(devicetest.Backend(b), exp, c.ds, 1)
				if err != nil {
					b.Fatal(err)
				}
				defer e.free()
				benchSteps(b, e, c.ds, c.batch)
			})
		}
	}
}

func benchExperiment(encoder string, batch int) experiment.Experiment {
	return experiment.Experiment{Encoders: map[string]string{"input": encoder},
		Method: experiment.Method{Name: "aug", Lambda: 0.33, Sigma: 1},
		Train:  experiment.Train{Batch: batch, Optimizer: experiment.Optimizer{Name: "sgd", LearningRate: 0.01, Momentum: 0.9, WeightDecay: 1e-4}}}
}

// benchSteps makes b.N steps with mini-batches of epoch after epoch, after one that compiles.
func benchSteps(b *testing.B, e *engine, ds *datasets.Dataset, batch int) {
	step, stop := stepper(b, e, ds, batch)
	defer stop()
	step()
	b.ResetTimer()
	for range b.N {
		step()
	}
	b.ReportMetric(float64(batch)*float64(b.N)/b.Elapsed().Seconds(), "samples/s")
}

// stepper returns a function that makes a step and waits for it.
func stepper(b *testing.B, e *engine, ds *datasets.Dataset, size int) (step, stop func()) {
	next, stop := iter.Pull2(batches(e, ds, size))
	return func() {
		batch, err, _ := next()
		if err != nil {
			b.Fatal(err)
		}
		var metrics []*tensors.Tensor
		if e.devices == nil {
			metrics, err = e.trainer.TrainStep(batch)
		} else {
			var shared gomlx.DistributedBatch
			if shared, err = (sharedBatches{&epochBatches{net: e.net}, e.devices}).share(batch); err == nil {
				metrics, err = e.trainer.DistributedTrainStep(distributed.AutoSharding, nil, shared)
			}
		}
		if err != nil {
			b.Fatal(err)
		}
		_ = metrics[0].Value()
	}, stop
}

// batches are those of epoch after epoch.
func batches(e *engine, ds *datasets.Dataset, size int) iter.Seq2[gomlx.Batch, error] {
	return func(yield func(gomlx.Batch, error) bool) {
		for epoch := 1; ; epoch++ {
			for batch, err := range newEpoch(context.Background(), e.net, ds, size, 0, epoch).Iter() {
				if !yield(batch, err) {
					return
				}
			}
		}
	}
}
