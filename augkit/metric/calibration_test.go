package metric

import (
	"math"
	"testing"
)

// odds are two logits with probability p of class 0.
func odds(p float64) []float32 { return []float32{float32(math.Log(p / (1 - p))), 0} }

func TestECE(t *testing.T) {
	// rows repeats a row of logits, right of them being of class 0.
	rows := func(row []float32, right, n int) (labels []int, logits []float32) {
		for i := range n {
			y := 0
			if i >= right {
				y = 1
			}
			labels, logits = append(labels, y), append(logits, row...)
		}
		return labels, logits
	}
	for _, c := range []struct {
		name     string
		row      []float32
		right, n int
		want     float64
	}{
		{"perfect, sure", []float32{60, 0}, 10, 10, 0},
		{"perfect, 0.7", odds(0.7), 7, 10, 0},
		{"worst: sure and always wrong", []float32{60, 0}, 0, 10, 1},
		{"over-confident by 0.3", odds(0.9), 6, 10, 0.3},
		{"under-confident by 0.4", odds(0.6), 10, 10, 0.4},
		{"always wrong at 0.6", odds(0.6), 0, 10, 0.6},
	} {
		labels, logits := rows(c.row, c.right, c.n)
		a, err := New(labels, logits, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, bins := range []int{1, 10, 15} { // one confidence, so one bin whatever their number
			if got := a.ECE(bins); math.Abs(got-c.want) > 1e-7 { // logits are float32
				t.Errorf("%s, %d bins: ECE %v, want %v", c.name, bins, got, c.want)
			}
		}
	}
	// In one bin two opposite faults cancel; in bins of their own they add up.
	over, a := rows(odds(0.95), 5, 10)
	under, b := rows(odds(0.55), 10, 10)
	both, err := New(append(over, under...), append(a, b...), 2)
	if err != nil {
		t.Fatal(err)
	}
	if one, many := both.ECE(1), both.ECE(15); math.Abs(one) > 1e-7 || math.Abs(many-0.45) > 1e-7 {
		t.Errorf("ECE %v in one bin and %v in 15, want 0 and 0.45", one, many)
	}
}
