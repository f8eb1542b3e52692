package stats

import (
	"math"
	"strings"
	"testing"
)

func TestSlope(t *testing.T) {
	exact, c, err := Slope([]float64{1, 10, 100}, []float64{2, 2 * math.Pow(10, 1.5), 2000}, Level)
	if err != nil || !near(exact.Mean, 1.5, 1e-12) || !near(c, 2, 1e-12) || exact.High-exact.Low > 1e-6 {
		t.Errorf("slope %+v, c %v, %v; want 1.5 and 2", exact, c, err)
	}
	// By hand, on base-e logarithms 0, 1, 2, 3 and 0, 1, 2, 4: b = 1.3, squares left 0.3, t(2) = 4.302653,
	// half = t·√(0.15/5) = 0.745241.
	e := math.E
	b, _, err := Slope([]float64{1, e, e * e, e * e * e}, []float64{1, e, e * e, e * e * e * e}, 0.95)
	if err != nil || !near(b.Mean, 1.3, 1e-9) || !near(b.High-b.Mean, 0.745241, 1e-5) || b.N != 4 {
		t.Errorf("slope %+v, %v", b, err)
	}
	for _, c := range []struct {
		x, y  []float64
		level float64
		want  string
	}{
		{[]float64{1, 2}, []float64{1, 2}, Level, "three or more"},
		{[]float64{1, 2, 3}, []float64{1, 2}, Level, "three or more"},
		{[]float64{1, 2, 3}, []float64{1, 0, 2}, Level, "point 1"},
		{[]float64{2, 2, 2}, []float64{1, 3, 2}, Level, "different"},
		{[]float64{1, 2, 3}, []float64{1, 2, 3}, 95, "level"},
	} {
		if _, _, err := Slope(c.x, c.y, c.level); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, %v: error %v, want %q", c.x, c.y, err, c.want)
		}
	}
}

func TestMedian(t *testing.T) {
	if Median([]float64{5, 1, 3}) != 3 || Median([]float64{4, 1, 3, 2}) != 2.5 || !math.IsNaN(Median(nil)) {
		t.Error("Median is wrong")
	}
}
