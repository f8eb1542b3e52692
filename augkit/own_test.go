package augkit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/train"
	"github.com/augkit/aug/datasets"
	"github.com/augkit/aug/datasets/manifest"
)

// Files of the user's own: a new folder trains, its run gives features, and a run on files that changed is refused.
func TestOwnFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mine")
	if err := manifest.New(dir, "sensor", "text"); err != nil {
		t.Fatal(err)
	}
	exp, err := experiment.Load(filepath.Join(dir, "experiment.json"))
	if err != nil {
		t.Fatal(err)
	}
	exp.Train.Epochs = 1
	opts := train.Options{Dir: filepath.Join(t.TempDir(), "run")}
	run, err := augkit.Train(t.Context(), exp, opts)
	if err != nil {
		t.Fatal(err)
	}
	again, err := augkit.Train(t.Context(), exp, opts)
	if err != nil || again.Meta.Started != run.Meta.Started {
		t.Errorf("the same call trains again: %v", err)
	}
	f, err := augkit.Features(t.Context(), run, datasets.Test)
	if err != nil {
		t.Fatal(err)
	}
	before, err := augkit.FirstFeatures(t.Context(), exp, datasets.Train)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []string{"sensor", "text"} {
		if len(f.Of[m]) != run.Result.TestSize || len(before.Of[m]) != run.Result.TrainSize || len(f.Of[m][0]) != 128 {
			t.Errorf("%s: %d features after, %d before", m, len(f.Of[m]), len(before.Of[m]))
		}
	}

	file := filepath.Join(dir, "samples.csv")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "a ", "one ", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = augkit.Train(t.Context(), exp, opts)
	wantError(t, err, "was trained on other data", "choose another folder")
	_, err = augkit.Features(t.Context(), run, datasets.Test)
	wantError(t, err, "trained on other data")

	for _, test := range []struct {
		change func(*experiment.Experiment)
		want   string
	}{
		{func(e *experiment.Experiment) { e.Data.Settings = nil }, "data.settings.file is missing"},
		{func(e *experiment.Experiment) { e.Data.Settings = map[string]string{"file": "none.csv"} }, "there is no file none.csv"},
		{func(e *experiment.Experiment) { e.Data.Modalities = []string{"smell"} }, `no modality "smell"; it has sensor, text`},
		{func(e *experiment.Experiment) { e.Data.Split = 5 }, "no split 5; use 0 to 4"},
		{func(e *experiment.Experiment) { e.Encoders = map[string]string{"text": "cnn"} }, `encoders.text: there is no encoder "cnn"`},
	} {
		e := exp
		test.change(&e)
		s := augkit.Study{Base: e, Methods: []string{"aug"}, Splits: []int{e.Data.Split}, Seeds: []int64{0}, Dir: t.TempDir()}
		wantError(t, s.Validate(), test.want)
	}
}
