package report

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestPCA(t *testing.T) {
	// Points on two orthogonal directions of four dimensions with standard deviations 3 and 1, and an offset.
	rng := rand.New(rand.NewPCG(3, 3))
	var rows [][]float32
	var want [][2]float64
	for range 500 {
		u, v := 3*rng.NormFloat64(), rng.NormFloat64()
		rows = append(rows, []float32{float32(5 + 0.6*u), float32(-2 + 0.8*u), float32(v), 7})
		want = append(want, [2]float64{u, v})
	}
	points, explained, err := PCA(rows)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(explained[0]-0.9) > 0.02 || math.Abs(explained[0]+explained[1]-1) > 1e-6 {
		t.Errorf("explained %v, want about 0.9 and together 1", explained)
	}
	var mean, meanWant [2]float64
	for i := range points {
		for k := range 2 {
			mean[k] += points[i][k] / 500
			meanWant[k] += want[i][k] / 500
		}
	}
	for i := range points {
		for k := range 2 {
			// The sample's axes are turned a little against the true ones.
			if math.Abs(points[i][k]-(want[i][k]-meanWant[k])) > 0.5 {
				t.Fatalf("point %d: %v, want about %v", i, points[i], want[i])
			}
		}
	}
	if math.Abs(mean[0])+math.Abs(mean[1]) > 1e-9 {
		t.Errorf("the points are centred on %v", mean)
	}
	wide := [][]float32{{1, 0, 0, 0, 0, 0}, {2, 0, 0, 0, 0, 0}, {4, 0, 0, 0, 0, 0}}
	if p, e, err := PCA(wide); err != nil || math.Abs(e[0]-1) > 1e-12 || math.Abs(p[2][0]-p[0][0]-3) > 1e-9 {
		t.Errorf("more columns than rows: %v, %v, %v", p, e, err)
	}
	for _, c := range []struct {
		rows [][]float32
		want string
	}{
		{nil, "0 rows"},
		{[][]float32{{1, 2}, {2, 3}}, "2 rows"},
		{[][]float32{{1}, {2}, {3}}, "two values or more"},
		{[][]float32{{1, 2}, {2, 3}, {3}}, "row 2 has 1 values"},
		{[][]float32{{1, 2}, {2, float32(math.NaN())}, {3, 4}}, "value NaN in row 1"},
		{[][]float32{{1, 2}, {1, 2}, {1, 2}}, "equal"},
	} {
		if _, _, err := PCA(c.rows); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want one with %q", c.rows, err, c.want)
		}
	}
}
