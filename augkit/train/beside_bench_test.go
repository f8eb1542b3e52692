package train

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/boost"
	"github.com/augkit/aug/augkit/device/devicetest"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/nn"
	"github.com/augkit/aug/augkit/optim"
	"github.com/augkit/aug/datasets"
)

// BenchmarkBeside is the work that augkit/bench/pytorch.py does too, under the same names, on the same numbers: first
// weights, inputs and labels are formulas. What must be equal on both sides is reported beside the time.
func BenchmarkBeside(b *testing.B) {
	b.Run("matmul-2048", benchMatmul)
	for _, c := range []struct {
		name      string
		batch     int
		kind      datasets.Kind
		shape     []int
		precision string
	}{
		{"resnet18-64x64x3-batch16", 16, datasets.Image, []int{64, 64, 3}, ""},
		{"resnet18-224x224x3-batch8", 8, datasets.Image, []int{224, 224, 3}, ""},
		{"resnet18-224x224x3-batch8-bfloat16", 8, datasets.Image, []int{224, 224, 3}, experiment.PrecisionBFloat16},
		{"resnet18-257x188x1-batch8", 8, datasets.Spectrogram, []int{257, 188, 1}, ""},
	} {
		b.Run(c.name, func(b *testing.B) {
			benchMiniBatch(b, c.batch, 6, map[string]string{"input": "resnet18"}, nil, c.precision, formula("input", c.kind, c.batch, c.shape...))
		})
	}
	b.Run("released-step", func(b *testing.B) {
		benchMiniBatch(b, 8, 6, map[string]string{"audio": "resnet18", "image": "resnet18"}, map[string]int{"image": 11}, "",
			formula("audio", datasets.Spectrogram, 8, 257, 188, 1), formula("image", datasets.Image, 8, 224, 224, 3))
	})
	b.Run("stamps9-epoch", benchEpoch)
}

// benchMatmul is a product of two matrices of 2048², the peak that steps are held against.
func benchMatmul(b *testing.B) {
	const n = 2048
	exec, err := NewExec(devicetest.Backend(b), func(x, y *Node) *Node { return Dot(x, y).Product() })
	if err != nil {
		b.Fatal(err)
	}
	data := make([]float32, n*n)
	for i := range data {
		data[i] = float32(mixed(i))
	}
	x := tensors.FromFlatDataAndDimensions(data, n, n)
	product := func() {
		out, err := exec.Call1(x, x)
		if err != nil {
			b.Fatal(err)
		}
		tensors.MustConstFlatData(out, func([]float32) {}) // waits
		out.MustFinalizeAll()
	}
	product()
	for b.Loop() {
		product()
	}
}

// benchMiniBatch is one mini-batch: a step for each modality in turn, always on the same samples.
func benchMiniBatch(b *testing.B, batch, classes int, encoders map[string]string, start map[string]int, precision string, modalities ...*datasets.Modality) {
	ds := benchData(classes, batch, modalities...)
	e := benchEngine(b, encoders, start, precision, ds)
	defer e.free()
	miniBatch := func() float64 { return benchTrain(b, e, ds, batch) }
	miniBatch() // compiles
	setByFormula(b, e.store)
	loss := miniBatch()
	for b.Loop() {
		miniBatch()
	}
	if precision == experiment.PrecisionBFloat16 {
		b.ReportMetric(loss, "first-loss-in-bfloat16")
	} else {
		b.ReportMetric(loss, "first-loss")
	}
	b.ReportMetric(float64(len(e.net.steps)), "steps/op")
	b.ReportMetric(trainable(e.store), "params")
}

// benchEpoch is an epoch of AUG on as many samples as the training and validation parts of stamps9 hold, in the middle of
// a run: all steps, then the clean passes that scores and selection need.
func benchEpoch(b *testing.B) {
	const batch, training, validation = 64, 4502, 643
	ds := benchData(9, training, formula("image", datasets.Image, training+validation, 32, 32, 3),
		formula("audio", datasets.Spectrogram, training+validation, 86, 32, 1))
	e := benchEngine(b, map[string]string{"image": "cnn", "audio": "cnn"}, map[string]int{"audio": 4}, "", ds)
	defer e.free()
	epoch := func() {
		benchTrain(b, e, ds, batch)
		for _, part := range []datasets.Part{datasets.Train, datasets.Validation} {
			if _, err := e.eval.outputs(context.Background(), ds, part); err != nil {
				b.Fatal(err)
			}
		}
	}
	epoch() // compiles
	setByFormula(b, e.store)
	for b.Loop() {
		epoch()
	}
	b.ReportMetric(float64(newEpoch(context.Background(), e.net, ds, batch, 0, 1).Steps()), "steps/op")
	b.ReportMetric(trainable(e.store), "params")
}

const benchRate = 0.01

func benchEngine(b *testing.B, encoders map[string]string, start map[string]int, precision string, ds *datasets.Dataset) *engine {
	exp := experiment.Experiment{Encoders: encoders,
		Method: experiment.Method{Name: "aug", Lambda: 0.5, Sigma: 1, Start: start},
		Train:  experiment.Train{Precision: precision, Optimizer: experiment.Optimizer{Name: "sgd", LearningRate: benchRate, Momentum: 0.9, WeightDecay: 1e-4}}}
	e, err := acquire(devicetest.Backend(b), exp, ds, 1)
	if err != nil {
		b.Fatal(err)
	}
	return e
}

// benchTrain runs all steps of an epoch and returns the sum of their losses.
func benchTrain(b *testing.B, e *engine, ds *datasets.Dataset, batch int) float64 {
	sum := 0.0
	for batch, err := range newEpoch(context.Background(), e.net, ds, batch, 0, 1).Iter() {
		if err != nil {
			b.Fatal(err)
		}
		metrics, err := e.trainer.TrainStep(batch)
		if err != nil {
			b.Fatal(err)
		}
		sum += float64(metrics[0].Value().(float32)) // waits for the step
	}
	if math.IsNaN(sum) || math.IsInf(sum, 0) {
		b.Fatal("training diverged")
	}
	return sum
}

// mixed is a number in [0, 1) that looks random.
func mixed(i int) float64 { return float64(i*2654435761>>7%65536) / 65536 }

func formula(name string, kind datasets.Kind, samples int, shape ...int) *datasets.Modality {
	m := &datasets.Modality{Name: name, Kind: kind, Shape: shape}
	m.Data = make([]float32, samples*m.Size())
	for i := range m.Data {
		m.Data[i] = float32(2*mixed(i) - 1)
	}
	// Standardised as real data are, here to the same numbers.
	channels := shape[len(shape)-1]
	m.Mean, m.Std = make([]float32, channels), make([]float32, channels)
	for c := range channels {
		m.Std[c] = 1
	}
	return m
}

// benchData puts modalities together; what follows the training samples is the validation part.
func benchData(classes, training int, modalities ...*datasets.Modality) *datasets.Dataset {
	n := len(modalities[0].Data) / modalities[0].Size()
	ds := &datasets.Dataset{Name: "generated", Modalities: modalities, Labels: make([]int, n), Parts: make([]datasets.Part, n)}
	for c := range classes {
		ds.Classes = append(ds.Classes, fmt.Sprint(c))
	}
	for i := range n {
		ds.Labels[i] = i % classes
		if i >= training {
			ds.Parts[i] = datasets.Validation
		}
	}
	return ds
}

// setByFormula starts training anew from weights that another program can compute: uniform, with the variance that
// package nn draws with, and other ones for each classifier of a stack.
func setByFormula(b *testing.B, store *model.Store) {
	if err := nn.Reset(store); err != nil {
		b.Fatal(err)
	}
	if err := optim.SetRate(store, benchRate); err != nil {
		b.Fatal(err)
	}
	for v := range store.IterVariables() {
		var variance float64
		switch d := v.Shape().Dimensions; model.BasePath(v.Path()) {
		case "kernel":
			variance = 2 / float64(d[0]*d[1]*d[3])
		case "weights":
			variance = 2 / float64(d[0]+d[1])
		}
		if variance == 0 || !strings.HasPrefix(v.Path(), nn.Scope+"/") {
			continue
		}
		first := 0
		if _, number, ok := strings.Cut(v.Path(), boost.Layer1); ok {
			t, err := strconv.Atoi(number[:strings.IndexByte(number, '/')])
			if err != nil {
				b.Fatal(err)
			}
			first = t * 1_000_003
		}
		data := make([]float32, v.Shape().Size())
		for i := range data {
			data[i] = float32((2*mixed(first+i) - 1) * math.Sqrt(3*variance))
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(data, v.Shape().Dimensions...)); err != nil {
			b.Fatal(err)
		}
	}
}

// trainable counts the trained numbers of the network.
func trainable(store *model.Store) float64 {
	n := 0
	for v := range store.IterVariables() {
		if v.Trainable && strings.HasPrefix(v.Path(), nn.Scope+"/") {
			n += v.Shape().Size()
		}
	}
	return float64(n)
}
