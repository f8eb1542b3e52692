package metric

import (
	"math"
	"strings"
	"testing"
)

func TestNewRefuses(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		name    string
		labels  []int
		logits  []float32
		classes int
		want    string
	}{
		{"no class", []int{0}, []float32{1}, 0, "0 classes"},
		{"no sample", nil, nil, 2, "no samples"},
		{"length", []int{0, 1}, []float32{1, 2, 3}, 2, "3 logits for 2 samples"},
		{"label", []int{0, 2}, []float32{1, 2, 3, 4}, 2, "label 2 of sample 1"},
		{"negative label", []int{-1}, []float32{1, 2}, 2, "label -1 of sample 0"},
		{"not a number", []int{0, 1}, []float32{1, 2, 3, nan}, 2, "sample 1, class 1"},
		{"infinite", []int{0}, []float32{float32(math.Inf(1)), 2}, 2, "diverged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Evaluate(c.labels, c.logits, c.classes)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestSoftmax(t *testing.T) {
	row := []float32{3e38, 3e38, -3e38}
	if p := Softmax(row); p[0] != 0.5 || p[1] != 0.5 || p[2] != 0 {
		t.Errorf("Softmax(%v) = %v", row, p)
	}
	if p := LogSoftmax([]float32{1000, 1000}); !near(p[0], -math.Ln2) {
		t.Errorf("LogSoftmax = %v, want −ln 2", p)
	}
	for j, lp := range LogSoftmax([]float32{0.3, -2, 5}) {
		if p := Softmax([]float32{0.3, -2, 5})[j]; !near(math.Exp(lp), p) {
			t.Errorf("class %d: exp(LogSoftmax) = %v, Softmax = %v", j, math.Exp(lp), p)
		}
	}
	if Softmax(nil) != nil || LogSoftmax(nil) != nil || Argmax(nil) != -1 {
		t.Error("an empty row must give nothing")
	}
}

func TestReliability(t *testing.T) {
	// Two classes: equal logits give probability ½, which closes bin 0 of 2; a sure answer is in bin 1.
	a, err := New([]int{0, 1, 1}, []float32{0, 0, 0, 0, -50, 50}, 2)
	if err != nil {
		t.Fatal(err)
	}
	b := a.Reliability(2)
	if b[0] != (Bin{Count: 2, Confidence: 0.5, Accuracy: 0.5}) || b[1].Count != 1 || b[1].Accuracy != 1 {
		t.Errorf("bins %+v", b)
	}
}
