package augkit_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/augkit/aug/augkit"
	"github.com/augkit/aug/augkit/encoder"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/train"
	"github.com/augkit/aug/datasets/manifest"
)

func TestEncodeAndSeparation(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mine")
	if err := manifest.New(dir, "sensor", "text"); err != nil {
		t.Fatal(err)
	}
	exp, err := experiment.Load(filepath.Join(dir, "experiment.json"))
	if err != nil {
		t.Fatal(err)
	}
	ds, err := augkit.Open(t.Context(), exp.Data)
	if err != nil {
		t.Fatal(err)
	}
	first, weights, err := augkit.Encode(ds.Modalities[0], 3, encoder.CNN1D)
	if err != nil || len(first) != 64 || weights == 0 {
		t.Fatalf("%d features of %d weights, %v; want 64", len(first), weights, err)
	}
	again, _, err := augkit.Encode(ds.Modalities[0], 3, encoder.CNN1D)
	if err != nil || !slices.Equal(first, again) {
		t.Errorf("the same sample has two features; %v", err)
	}

	exp.Train.Epochs = 2
	run, err := augkit.Train(t.Context(), exp, train.Options{Dir: filepath.Join(t.TempDir(), "run")})
	if err != nil {
		t.Fatal(err)
	}
	before, after, err := augkit.Separation(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []string{"sensor", "text"} {
		if b, a := before[m], after[m]; b < 0 || b > 1 || a < 0.34 || a > 1 || len(before) != 2 || len(after) != 2 {
			t.Errorf("%s: %v before and %v after training; by chance it is 0.33", m, b, a)
		}
	}
}
