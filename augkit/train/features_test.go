package train

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/datasets"
)

// The features of a finished run give, through its classifiers computed by hand, the logits on record.
func TestFeaturesOfAFinishedRun(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	exp.Method.Name = "control" // one classifier a modality
	run := mustRun(t, ds, exp, options(t, ds))
	store := model.NewStore()
	defer store.Finalize()
	if err := loadStore(filepath.Join(run.Dir, weightsDir), store, nil); err != nil {
		t.Fatal(err)
	}
	recorded := make(map[string]map[string][]float32)
	for _, p := range run.Predictions {
		recorded[p.Part+" "+p.ID] = p.Logits
	}
	for _, part := range []datasets.Part{datasets.Validation, datasets.Test} {
		f, err := Features(t.Context(), goBackend(t), ds, run, part)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(f.Modalities, ds.Names()) || !slices.Equal(f.Rows, ds.Indices(part)) || len(f.Labels) != len(f.Rows) {
			t.Fatalf("%s: modalities %v, samples %v", part, f.Modalities, f.Rows)
		}
		for _, name := range f.Modalities {
			for k, i := range f.Rows {
				hidden := dense(t, store, "/model/"+name+"/layer1_01", f.Of[name][k])
				for j := range hidden {
					hidden[j] = max(0, hidden[j])
				}
				for c, want := range recorded[part.String()+" "+ds.IDs[i]][name] {
					if got := dense(t, store, "/model/head", hidden)[c]; math.Abs(float64(got-want)) > 1e-4 {
						t.Fatalf("%s, %s, %s: logit %d by hand is %v, on record %v", part, name, ds.IDs[i], c, got, want)
					}
				}
			}
		}
	}
	train, err := Features(t.Context(), goBackend(t), ds, run, datasets.Train)
	if err != nil || len(train.Rows) != 36 {
		t.Errorf("training part: %v", err)
	}

	other := exp
	other.Train.Seed++
	if _, err := Features(t.Context(), goBackend(t), generated(t, "motion", "pulse"), run, datasets.Test); err == nil {
		t.Error("features of other data are given")
	}
	half := *run
	half.Result = nil
	if _, err := Features(t.Context(), goBackend(t), ds, &half, datasets.Test); err == nil || !strings.Contains(err.Error(), "not complete") {
		t.Errorf("a run that is not complete: %v", err)
	}

	first, err := FirstFeatures(t.Context(), goBackend(t), ds, exp, datasets.Test)
	if err != nil {
		t.Fatal(err)
	}
	joint := exp
	joint.Method.Name = "joint"
	same, err := FirstFeatures(t.Context(), goBackend(t), ds, joint, datasets.Test)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := FirstFeatures(t.Context(), goBackend(t), ds, other, datasets.Test)
	if err != nil {
		t.Fatal(err)
	}
	trained, err := Features(t.Context(), goBackend(t), ds, run, datasets.Test)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range ds.Names() {
		a := first.Of[name][0]
		if len(a) != 128 || !slices.Equal(a, same.Of[name][0]) || slices.Equal(a, drawn.Of[name][0]) || slices.Equal(a, trained.Of[name][0]) {
			t.Errorf("%s: first features of %d values must be those of every method, and of no other seed nor of a trained network", name, len(a))
		}
	}
}

// dense is x·W + b by hand.
func dense(t *testing.T, store *model.Store, path string, x []float32) []float32 {
	t.Helper()
	read := func(name string) []float32 {
		var out []float32
		if err := tensors.ConstFlatData(store.GetVariable(path+"/"+name).MustValue(), func(flat []float32) { out = slices.Clone(flat) }); err != nil {
			t.Fatal(err)
		}
		return out
	}
	w, y := read("weights"), read("biases")
	for i, v := range x {
		for j := range y {
			y[j] += v * w[i*len(y)+j]
		}
	}
	return y
}

func TestNearestMean(t *testing.T) {
	// The means are 1 for class 0 and 10 for class 2; class 1 has no samples there.
	from := &Encoded{Labels: []int{0, 0, 2}, Of: map[string][][]float32{"a": {{0}, {2}, {10}}}}
	of := &Encoded{Labels: []int{0, 2, 2, 1}, Of: map[string][][]float32{"a": {{3}, {9}, {4}, {1}}}}
	if got := of.NearestMean("a", from); got != 0.5 {
		t.Errorf("%v of the samples are nearest to their own class, want 0.5", got)
	}
}
