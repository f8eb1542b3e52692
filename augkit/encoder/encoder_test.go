package encoder_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/device/devicetest"
	"github.com/augkit/aug/augkit/encoder"
	"github.com/augkit/aug/augkit/nn"
	"github.com/augkit/aug/datasets"
)

// build makes an encoder's graph without running it and returns the feature's shape and the number of weights.
func build(t *testing.T, e encoder.Encoder, dims ...int) (feature []int, weights int) {
	t.Helper()
	store := model.NewStore()
	g := NewGraph(devicetest.Backend(t), "encoder")
	defer g.Finalize()
	y := e.Graph(store.Scope(nn.Scope), Parameter(g, "x", shapes.Make(dtypes.Float32, dims...)))
	for v := range store.IterVariables() {
		if v.Trainable {
			weights += v.Shape().Size()
		}
	}
	return y.Shape().Dimensions, weights
}

func TestFeatures(t *testing.T) {
	for _, c := range []struct {
		name    string
		kind    datasets.Kind
		in      []int
		width   int
		weights int
	}{
		{"cnn", datasets.Image, []int{2, 32, 32, 3}, 128, 27*32 + 9*32*64 + 9*64*128 + 2*(32+64+128)},
		{"cnn", datasets.Spectrogram, []int{2, 33, 17, 1}, 128, 9*32 + 9*32*64 + 9*64*128 + 2*(32+64+128)},
		{"cnn1d", datasets.Sensor, []int{2, 50, 6}, 64, 42*32 + 160*64 + 3*(32+64)},
		{"mlp", datasets.Sensor, []int{2, 50, 6}, 128, 300*128 + 3*128},
		{"mlp", datasets.Image, []int{2, 8, 8, 3}, 128, 192*128 + 3*128},
		{"ngram", datasets.Text, []int{2, 100}, 128, 100*128 + 3*128},
		// The paper's two together: 22,346,752 with 3 and 1 channels.
		{"resnet18", datasets.Image, []int{2, 32, 32, 3}, 512, 11_176_512},
		{"resnet18", datasets.Spectrogram, []int{2, 33, 40, 1}, 512, 11_170_240},
	} {
		e, err := encoder.Find(c.name, c.kind)
		if err != nil {
			t.Error(err)
			continue
		}
		feature, weights := build(t, e, c.in...)
		if want := []int{c.in[0], c.width}; !slices.Equal(feature, want) {
			t.Errorf("%s of %v: feature %v, want %v", c.name, c.in, feature, want)
		}
		if weights != c.weights {
			t.Errorf("%s of %v: %d weights, want %d", c.name, c.in, weights, c.weights)
		}
	}
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		name, wrong string
		kind        datasets.Kind
		part        string
	}{
		{"no such encoder", "transformer", datasets.Image, "cnn, resnet18, mlp"},
		{"another kind's encoder", "cnn1d", datasets.Image, "cnn, resnet18, mlp"},
		{"no name", "", datasets.Text, "mlp, ngram"},
	} {
		_, err := encoder.Find(c.wrong, c.kind)
		if err == nil || !strings.Contains(err.Error(), c.part) || !strings.Contains(err.Error(), string(c.kind)) {
			t.Errorf("%s: error %v lacks the kind or %q", c.name, err, c.part)
		}
	}
}

func TestEveryKindHasADefault(t *testing.T) {
	for _, kind := range []datasets.Kind{datasets.Image, datasets.Spectrogram, datasets.Sensor, datasets.Text} {
		if _, err := encoder.Find(encoder.Default(kind), kind); err != nil {
			t.Error(err)
		}
	}
}
