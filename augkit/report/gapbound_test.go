package report

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// course is the curve G₀/(1+c·T·G₀) over n epochs from start, with relative noise.
func course(start, n int, g0, c, noise float64) (epochs []int, gap []float64) {
	rng := rand.New(rand.NewPCG(7, 7))
	for i := range n {
		g := g0 / (1 + c*float64(i)*g0)
		if i > 0 {
			g *= 1 + noise*rng.NormFloat64()
		}
		epochs, gap = append(epochs, start+i), append(gap, g)
	}
	return epochs, gap
}

func TestFitGap(t *testing.T) {
	for _, c := range []struct{ g0, c float64 }{{0.6, 0.4}, {2, 0.01}, {0.05, 30}, {1e-3, 1}, {1, 100}} {
		b, err := FitGap(course(1, 20, c.g0, c.c, 0))
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(b.C-c.c) > 1e-5*c.c || math.Abs(b.R2-1) > 1e-9 || b.G0 != c.g0 || b.Start != 1 || math.Abs(b.Holds-c.c) > 1e-9*c.c {
			t.Errorf("exact curve with G₀ %v and c %v: %+v", c.g0, c.c, b)
		}
	}
	epochs, gap := course(5, 40, 0.8, 0.2, 0.05)
	b, err := FitGap(epochs, gap)
	if err != nil || math.Abs(b.C-0.2) > 0.02 || b.R2 < 0.95 || b.R2 >= 1 || b.Start != 5 {
		t.Errorf("with 5 %% of noise: %+v, %v", b, err)
	}
	tight := 0
	for i, e := range epochs {
		if gap[i] > b.At(b.Holds, e)+1e-12 {
			t.Errorf("epoch %d: the gap %v is above the bound %v that is said to hold", e, gap[i], b.At(b.Holds, e))
		}
		if i > 0 && math.Abs(gap[i]-b.At(b.Holds, e)) < 1e-12 {
			tight++
		}
	}
	if tight != 1 || b.Holds >= b.C {
		t.Errorf("the bound that holds, c = %v, touches %d points", b.Holds, tight)
	}
	// A gap in the distance: missing epochs count as time.
	b, err = FitGap([]int{1, 11, 21}, []float64{1, 0.5, 1. / 3})
	if err != nil || math.Abs(b.C-0.1) > 1e-6 {
		t.Errorf("with epochs left out: %+v, %v", b, err)
	}
	for name, gap := range map[string][]float64{"growing": {0.1, 0.2, 0.3, 0.5}, "constant": {0.2, 0.2, 0.2, 0.2}} {
		b, err := FitGap([]int{1, 2, 3, 4}, gap)
		if err != nil || b.C != 0 || b.Holds != 0 || math.IsNaN(b.R2) || b.R2 > 0 {
			t.Errorf("%s gap: %+v, %v", name, b, err)
		}
	}
}

func TestFitGapIsTheMinimum(t *testing.T) {
	epochs := []int{1, 2, 3, 4, 5, 6, 7, 8}
	gap := []float64{1, 0.01, 0.012, 0.4, 0.011, 0.3, 0.009, 0.01}
	b, err := FitGap(epochs, gap)
	if err != nil {
		t.Fatal(err)
	}
	squares := func(c float64) (sum float64) {
		for i, g := range gap {
			sum += math.Pow(g-b.At(c, epochs[i]), 2)
		}
		return sum
	}
	for c := 1e-3; c < 1e3; c *= 1.01 {
		if squares(c) < squares(b.C)-1e-12 {
			t.Fatalf("c = %v has a smaller sum of squares than the fit's %v", c, b.C)
		}
	}
}

func TestFitGapRefuses(t *testing.T) {
	for _, c := range []struct {
		epochs []int
		gap    []float64
		want   string
	}{
		{[]int{1, 2}, []float64{1, 0.5}, "three or more"},
		{[]int{1, 2, 3}, []float64{1, 0.5}, "2 gaps at 3 epochs"},
		{[]int{1, 2, 3}, []float64{0, 0.5, 0.4}, "epoch 1 is 0"},
		{[]int{1, 2, 3}, []float64{1, -0.5, 0.4}, "epoch 2 is -0.5"},
		{[]int{1, 2, 3}, []float64{1, math.NaN(), 0.4}, "epoch 2 is NaN"},
		{[]int{1, 2, 3}, []float64{1, 0.5, math.Inf(1)}, "epoch 3 is +Inf"},
		{[]int{1, 3, 3}, []float64{1, 0.5, 0.4}, "must ascend"},
	} {
		if b, err := FitGap(c.epochs, c.gap); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v at %v: %+v, error %v, want one with %q", c.gap, c.epochs, b, err, c.want)
		}
	}
}
