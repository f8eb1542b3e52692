package train

import (
	"context"
	"fmt"
	"iter"
	"testing"

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
	}{
		{"mlp/150x3/batch64", "mlp", 64, benchSet(datasets.Sensor, 150, 3)},
		{"cnn/32x32x3/batch64", "cnn", 64, benchSet(datasets.Image, 32, 32, 3)},
		{"cnn/86x32x1/batch64", "cnn", 64, benchSet(datasets.Spectrogram, 86, 32, 1)},
		{"resnet18/64x64x3/batch16", "resnet18", 16, benchSet(datasets.Image, 64, 64, 3)},
	} {
		for _, classifiers := range []int{1, 4, 11} {
			if c.encoder != "mlp" && classifiers == 4 {
				continue
			}
			b.Run(fmt.Sprintf("%s/classifiers%d", c.name, classifiers), func(b *testing.B) {
				exp := experiment.Experiment{Encoders: map[string]string{"input": c.encoder},
					Method: experiment.Method{Name: "aug", Lambda: 0.33, Sigma: 1},
					Train:  experiment.Train{Batch: c.batch, Optimizer: experiment.Optimizer{Name: "sgd", LearningRate: 0.01, Momentum: 0.9, WeightDecay: 1e-4}}}
				e, err := acquire(devicetest.Backend(b), exp, c.ds)
				if err != nil {
					b.Fatal(err)
				}
				defer e.free()
				e.net.Counts[0] = classifiers
				next, stop := iter.Pull2(batches(e, c.ds, c.batch))
				defer stop()
				step := func() {
					batch, err, _ := next()
					if err != nil {
						b.Fatal(err)
					}
					metrics, err := e.trainer.TrainStep(batch)
					if err != nil {
						b.Fatal(err)
					}
					_ = metrics[0].Value() // waits for the step
				}
				step() // compiles
				b.ResetTimer()
				for range b.N {
					step()
				}
				b.ReportMetric(float64(c.batch)*float64(b.N)/b.Elapsed().Seconds(), "samples/s")
			})
		}
	}
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
