// Package encoder turns one modality's input into a feature vector: φ^o of the paper. Encoders are looked up by name,
// so an experiment file can choose them; adding one is one function and one line in the table.
package encoder

import (
	"fmt"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/datasets"
)

// Encoder describes a network from one modality's input to a feature [batch, width].
type Encoder struct {
	Name  string
	About string
	Kinds []datasets.Kind                         // inputs it takes
	Graph func(scope *model.Scope, x *Node) *Node // x is float32 or bfloat16, and so is what it computes in
}

// All lists the encoders.
var All = []Encoder{
	{"cnn", "three 3×3 convolutions, 32-64-128 wide, each with batch norm and ReLU", []datasets.Kind{datasets.Image, datasets.Spectrogram}, CNN},
	{"resnet18", "ResNet18 without its last layer, as the paper; 512 wide", []datasets.Kind{datasets.Image, datasets.Spectrogram}, ResNet18},
	{"cnn1d", "two 1-D convolutions over time, 32-64 wide", []datasets.Kind{datasets.Sensor}, CNN1D},
	{"mlp", "Linear → batch norm → ReLU on the flattened input; 128 wide", []datasets.Kind{datasets.Sensor, datasets.Text, datasets.Image, datasets.Spectrogram}, MLP},
	{"ngram", "Linear → batch norm → ReLU on hashed character n-grams; 128 wide", []datasets.Kind{datasets.Text}, MLP},
}

// Find returns the named encoder if it takes inputs of that kind.
func Find(name string, kind datasets.Kind) (Encoder, error) {
	var fit []string
	for _, e := range All {
		ok := slices.Contains(e.Kinds, kind)
		if e.Name == name && ok {
			return e, nil
		}
		if ok {
			fit = append(fit, e.Name)
		}
	}
	return Encoder{}, fmt.Errorf("there is no encoder %q for a modality of kind %s; use one of %s", name, kind, strings.Join(fit, ", "))
}

// Default names the encoder that is used for a kind when an experiment leaves it open.
func Default(kind datasets.Kind) string {
	switch kind {
	case datasets.Image, datasets.Spectrogram:
		return "cnn"
	case datasets.Text:
		return "ngram"
	}
	return "mlp"
}
