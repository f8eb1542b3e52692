package train

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/boost"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/datasets"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-6*max(1, math.Abs(want))) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// logSoftmax by hand, for two classes.
func logP(a, b float64) float64 { return a - math.Log(math.Exp(a)+math.Exp(b)) }

func TestRecordByHand(t *testing.T) {
	// Two samples of classes 0 and 1. Modality a has one classifier, b has two.
	out := &Outputs{Modalities: []string{"a", "b"}, Classes: 2, Counts: []int{1, 2}, Rows: []int{0, 1}, Labels: []int{0, 1},
		Logits: [][]float32{
			{2, 0 /**/, 1, 0},
			{1, 0, 0.5, 0 /**/, 0, -1, 0, 2},
		}}
	const lambda = 0.33
	rec, err := out.record([]float64{0.5, 0.5}, boost.Reading{Lambda: lambda})
	if err != nil {
		t.Fatal(err)
	}
	lossA := -(logP(2, 0) + logP(0, 1)) / 2
	lossB := -(logP(1.5, 0) + logP(1, 0)) / 2 // sums: sample 0 {1.5, 0}, sample 1 {0, 1}
	before := -(logP(1, 0) + logP(-1, 0)) / 2 // the older classifier alone
	p0, p1 := math.Exp(logP(1, 0)), math.Exp(logP(-1, 0))
	residual := -((1-lambda*p0)*logP(0.5, 0) + (1-lambda*p1)*logP(2, 0)) / 2
	near(t, "loss of a", rec.Branch["a"].Loss, lossA)
	near(t, "loss of b", rec.Branch["b"].Loss, lossB)
	near(t, "terms of a", rec.Terms["a"], lossA)
	near(t, "loss of b before", rec.Previous["b"].Loss, before)
	near(t, "terms of b", rec.Terms["b"], lossB+before+residual)
	near(t, "gap", rec.Gap, math.Abs(lossA-lossB))
	near(t, "confidence of a", rec.Confidence["a"], (math.Exp(logP(2, 0))+math.Exp(logP(0, 1)))/2)
	near(t, "accuracy of a", rec.Branch["a"].Accuracy, 0.5)
	near(t, "accuracy of b", rec.Branch["b"].Accuracy, 1)
	near(t, "fused loss", rec.Fused.Loss, -(logP(1.75, 0)+logP(0, 0))/2)
	if _, ok := rec.Previous["a"]; ok || len(rec.Previous) != 1 {
		t.Errorf("previous scores of %v, want b alone", slices.Collect(maps.Keys(rec.Previous)))
	}
}

// The residual of probabilities is of each earlier classifier's own softmax; a single cross entropy may count twice.
func TestRecordReadsAsTheLossIsRead(t *testing.T) {
	out := &Outputs{Modalities: []string{"a", "b"}, Classes: 2, Counts: []int{1, 3}, Rows: []int{0}, Labels: []int{0},
		Logits: [][]float32{{2, 0}, {1, 0, 0.5, 0, 0, -1}}}
	rec, err := out.record([]float64{0.5, 0.5}, boost.Reading{Lambda: 0.5, Probabilities: true, Single: 2})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "terms of a", rec.Terms["a"], -2*logP(2, 0))
	p := math.Exp(logP(1, 0)) + math.Exp(logP(0.5, 0))
	near(t, "terms of b", rec.Terms["b"], -logP(1.5, -1)-logP(1.5, 0)-(1-0.5*p)*logP(0, -1))
}

func TestGapWithEqualCounts(t *testing.T) {
	out := &Outputs{Modalities: []string{"a", "b", "c"}, Classes: 2, Counts: []int{1, 1, 1}, Rows: []int{0}, Labels: []int{0},
		Logits: [][]float32{{0, 0}, {3, 0}, {1, 0}}}
	rec, err := out.record([]float64{1, 1, 1}, boost.Reading{Lambda: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "gap", rec.Gap, math.Ln2+logP(3, 0)) // worst minus best of three
	if rec.Previous != nil {
		t.Errorf("previous scores %v, want none", rec.Previous)
	}
}

// With λ = 0 the residual label is the label, and ε the plain cross entropy; with λ = 1 a sure sample counts nothing.
func TestResidualLossAtTheEnds(t *testing.T) {
	out := func(older float32) *Outputs {
		return &Outputs{Modalities: []string{"a"}, Classes: 2, Counts: []int{2}, Rows: []int{0}, Labels: []int{0},
			Logits: [][]float32{{older, 0, 1, 0}}}
	}
	for _, test := range []struct {
		older  float32
		lambda float64
		want   float64
	}{
		{0, 0, -logP(1, 0)},
		{0, 1, -logP(1, 0) / 2},
		{80, 1, 0},
		{80, 0, -logP(1, 0)},
		{-80, 1, -logP(1, 0)},
	} {
		rec, err := out(test.older).record([]float64{1}, boost.Reading{Lambda: test.lambda})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "ε", rec.Terms["a"]-rec.Branch["a"].Loss-rec.Previous["a"].Loss, test.want)
	}
}

func TestRecordNamesWhatIsNoNumber(t *testing.T) {
	nan := float32(math.NaN())
	for _, test := range []struct {
		logits [][]float32
		want   string
	}{
		{[][]float32{{0, 0}, {nan, 0, 0, 0}}, "branch b: "},
		{[][]float32{{nan, 0}, {0, 0, 0, 0}}, "branch a: "},
		{[][]float32{{3e38, 0}, {3e38, 0, 0, 0}}, "fused prediction: "},
	} {
		out := &Outputs{Modalities: []string{"a", "b"}, Classes: 2, Counts: []int{1, 2}, Rows: []int{0}, Labels: []int{0}, Logits: test.logits}
		if _, err := out.record([]float64{1, 1}, boost.Reading{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
}

func TestSimplexCovers(t *testing.T) {
	for _, test := range []struct{ m, parts, want int }{{1, 10, 1}, {2, 10, 11}, {3, 10, 66}, {4, 3, 20}} {
		seen := make(map[string]bool)
		for w := range simplex(test.m, test.parts) {
			sum, key := 0.0, ""
			for _, x := range w {
				if x < 0 {
					t.Errorf("%v has a negative weight", w)
				}
				sum += x
				key += string(rune('a' + int(math.Round(x*float64(test.parts)))))
			}
			near(t, "sum", sum, 1)
			seen[key] = true
		}
		if len(seen) != test.want {
			t.Errorf("simplex(%d, %d) has %d different vectors, want %d", test.m, test.parts, len(seen), test.want)
		}
	}
	calls := 0
	for range simplex(3, 10) { // a loop that ends early must not be called again
		calls++
		break
	}
	if calls != 1 {
		t.Errorf("%d calls after the loop ended", calls)
	}
}

func TestTunedWeights(t *testing.T) {
	for _, test := range []struct {
		name   string
		labels []int
		logits [][]float32
		want   []float64
	}{
		{"all equally good: equal weights", []int{0}, [][]float32{{1, 0}, {1, 0}}, []float64{0.5, 0.5}},
		{"three: the nearest to a third each", []int{0}, [][]float32{{1, 0}, {1, 0}, {1, 0}}, []float64{0.3, 0.3, 0.4}},
		{"the second must weigh more", []int{0}, [][]float32{{0, 1}, {0.8, 0}}, []float64{0.4, 0.6}},
		{"the first is right alone", []int{0, 1}, [][]float32{{1, 0, 0, 1}, {0, 90, 90, 0}}, []float64{1, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := &Outputs{Classes: 2, Labels: test.labels, Rows: test.labels, Logits: test.logits}
			for range test.logits {
				out.Counts = append(out.Counts, 1)
				out.Modalities = append(out.Modalities, "m")
			}
			got := tuneWeights(out)
			for i, want := range test.want {
				near(t, "weight", got[i], want)
			}
		})
	}
}

func TestSumOfClassifiers(t *testing.T) {
	out := &Outputs{Classes: 2, Counts: []int{3}, Rows: []int{4, 9}, Logits: [][]float32{{1, 2, 10, 20, 100, 200 /**/, 3, 4, 30, 40, 300, 400}}}
	for _, test := range []struct {
		from, to int
		want     []float32
	}{
		{0, 3, []float32{111, 222, 333, 444}},
		{0, 2, []float32{11, 22, 33, 44}},
		{2, 3, []float32{100, 200, 300, 400}},
		{1, 1, []float32{0, 0, 0, 0}},
	} {
		if got := out.Sum(0, test.from, test.to); !slices.Equal(got, test.want) {
			t.Errorf("classifiers %d to %d sum to %v, want %v", test.from, test.to, got, test.want)
		}
	}
}

// More samples than fit into one forward pass: rows stay in order, and what fills up the last pass is not counted.
func TestOutputsOfManySamples(t *testing.T) {
	ds := generated(t)
	many := *ds
	many.Labels, many.Parts, many.Modalities = nil, nil, nil
	const n = evalBatch + 44
	for i := range n {
		many.Labels = append(many.Labels, ds.Labels[i%ds.Len()])
		many.Parts = append(many.Parts, datasets.Validation)
	}
	for _, m := range ds.Modalities {
		c := *m
		c.Data = nil
		for i := range n {
			c.Data = append(c.Data, m.Raw(i%ds.Len())...)
		}
		many.Modalities = append(many.Modalities, &c)
	}
	e, err := acquire(goBackend(t), growing(ds), ds, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer e.release()
	out, err := e.eval.outputs(t.Context(), &many, datasets.Validation)
	if err != nil {
		t.Fatal(err)
	}
	for m, name := range out.Modalities {
		if len(out.Logits[m]) != n*out.Classes {
			t.Fatalf("%s: %d logits, want %d", name, len(out.Logits[m]), n*out.Classes)
		}
		for i := ds.Len(); i < n; i++ {
			for c := range out.Classes {
				if a, b := out.Logits[m][i*out.Classes+c], out.Logits[m][(i%ds.Len())*out.Classes+c]; math.Abs(float64(a-b)) > 1e-5 {
					t.Fatalf("%s: sample %d has logit %v, its twin %v", name, i, a, b)
				}
			}
		}
	}
}

func TestEpochOrder(t *testing.T) {
	ds := generated(t)
	net, err := NewNetwork(growing(ds), ds)
	if err != nil {
		t.Fatal(err)
	}
	one := newEpoch(t.Context(), net, ds, 10, 5, 1)
	same, next, seed := newEpoch(t.Context(), net, ds, 10, 5, 1), newEpoch(t.Context(), net, ds, 10, 5, 2), newEpoch(t.Context(), net, ds, 10, 6, 1)
	if !slices.Equal(one.order, same.order) || slices.Equal(one.order, next.order) || slices.Equal(one.order, seed.order) {
		t.Error("the order must depend on seed and epoch, and on nothing else")
	}
	if len(one.order) != 30 || one.Steps() != 6 { // 36 samples: three batches of 10, a step for each modality
		t.Errorf("%d samples in %d steps, want 30 in 6", len(one.order), one.Steps())
	}
	seen := make(map[int]bool)
	for _, i := range one.order {
		if seen[i] || ds.Parts[i] != datasets.Train {
			t.Errorf("sample %d is there twice or not of the training part", i)
		}
		seen[i] = true
	}
	large := newEpoch(t.Context(), net, ds, 1000, 5, 1)
	if len(large.order) != 36 || large.Steps() != 2 {
		t.Errorf("a batch larger than the data: %d samples in %d steps, want 36 in 2", len(large.order), large.Steps())
	}
}

func TestDefaultEncoders(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	exp.Encoders = nil
	net, err := NewNetwork(exp, ds)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := net.encoders[0].Name, net.encoders[1].Name; a != "mlp" || b != "ngram" {
		t.Errorf("encoders %s and %s, want mlp and ngram", a, b)
	}
	if _, err := NewNetwork(experiment.Experiment{}, ds); err == nil {
		t.Error("a network without a method")
	}
}
