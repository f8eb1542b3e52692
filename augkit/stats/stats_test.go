package stats

import (
	"math"
	"strings"
	"testing"
)

// Accuracies of two methods on five splits; the expected limits are SciPy's ttest_rel and t.ppf.
var (
	first  = []float64{0.81, 0.84, 0.79, 0.86, 0.83}
	second = []float64{0.78, 0.80, 0.80, 0.81, 0.79}
)

func TestTIntervals(t *testing.T) {
	plain := func(level float64) func() (Interval, error) {
		return func() (Interval, error) { return PairedT(first, second, level) }
	}
	corrected := func(test, train int) func() (Interval, error) {
		return func() (Interval, error) { return CorrectedT(first, second, test, train, 0.95) }
	}
	for _, c := range []struct {
		name      string
		of        func() (Interval, error)
		low, high float64
		excludes  bool
	}{
		{"plain, 95 %", plain(0.95), 0.0008803980720984671, 0.05911960192790146, true},
		{"plain, 90 %", plain(0.90), 0.00764100227557505, 0.05235899772442486, true},
		{"corrected, test 100, train 400", corrected(100, 400), -0.013679402891852283, 0.07367940289185221, false},
		{"corrected, test 1, train 2", corrected(1, 2), -0.024477786826724707, 0.08447778682672463, false},
		{"two pairs", func() (Interval, error) {
			return PairedT([]float64{1, 2}, []float64{0, 3.5}, 0.95)
		}, -16.13275592021837, 15.632755920218369, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			iv, err := c.of()
			if err != nil {
				t.Fatal(err)
			}
			if !near(iv.Low, c.low, 1e-9) || !near(iv.High, c.high, 1e-9) || iv.ExcludesZero() != c.excludes {
				t.Errorf("%v excludes zero: %v; want [%v, %v], %v", iv, iv.ExcludesZero(), c.low, c.high, c.excludes)
			}
		})
	}
}

func TestEqualDifferencesClaimNothing(t *testing.T) {
	iv, err := PairedT([]float64{0.3, 0.2, 0.9}, []float64{0.2, 0.1, 0.8}, Level)
	if err != nil || iv.Low != iv.High || iv.ExcludesZero() {
		t.Errorf("%+v, %v: want no width and no claim", iv, err)
	}
}

func TestBootstrap(t *testing.T) {
	// 30 of 100 right: the bootstrap distribution is Binomial(100, 0.3)/100, 2.5 % and 97.5 % at 0.21 and 0.39.
	share := func(index []int) float64 {
		n := 0
		for _, i := range index {
			if i < 30 {
				n++
			}
		}
		return float64(n) / float64(len(index))
	}
	iv, err := Bootstrap(100, share, 4000, 1, Level)
	if err != nil {
		t.Fatal(err)
	}
	if iv.Mean != 0.3 || !near(iv.Low, 0.21, 0.011) || !near(iv.High, 0.39, 0.011) || iv.N != 100 {
		t.Errorf("%+v, want 0.3 [0.21, 0.39]", iv)
	}
	again, _ := Bootstrap(100, share, 4000, 1, Level)
	if again != iv {
		t.Error("the same seed gave another interval")
	}
	other, _ := Bootstrap(100, func(index []int) float64 { return share(index) + float64(index[0])*1e-9 }, 4000, 2, Level)
	if other.Low == iv.Low {
		t.Error("another seed gave the same interval")
	}
}

func TestQuantile(t *testing.T) {
	x := []float64{1, 2, 4, 8}
	for p, want := range map[float64]float64{0: 1, 0.5: 3, 0.9: 6.8, 1: 8} {
		if got := quantile(x, p); !near(got, want, 1e-12) {
			t.Errorf("quantile %v = %v, want %v", p, got, want)
		}
	}
}

func TestMcNemar(t *testing.T) {
	// Expected: SciPy's binomtest(onlyA, onlyA+onlyB, 0.5).
	for _, c := range []struct {
		a, b int
		want float64
	}{
		{0, 0, 1}, {1, 0, 1}, {5, 5, 1}, {2, 10, 0.03857421875}, {10, 2, 0.03857421875},
		{40, 70, 0.005447429511444476}, {0, 8, 0.0078125},
	} {
		if got := McNemar(c.a, c.b); !near(got, c.want, 1e-10) {
			t.Errorf("McNemar(%d, %d) = %v, want %v", c.a, c.b, got, c.want)
		}
	}
	a, b := Discordant([]bool{true, true, false, false, true}, []bool{true, false, true, false, false})
	if a != 2 || b != 1 {
		t.Errorf("Discordant = %d, %d, want 2, 1", a, b)
	}
}

func TestRefusals(t *testing.T) {
	nan := math.NaN()
	one := func([]int) float64 { return 1 }
	for _, c := range []struct {
		want string
		of   func() (Interval, error)
	}{
		{"2 values against 1", func() (Interval, error) { return PairedT([]float64{1, 2}, []float64{1}, Level) }},
		{"1 pair", func() (Interval, error) { return PairedT([]float64{1}, []float64{1}, Level) }},
		{"pair 1 is NaN", func() (Interval, error) { return PairedT([]float64{1, nan}, []float64{1, 2}, Level) }},
		{"level 95", func() (Interval, error) { return PairedT(first, second, 95) }},
		{"training part of 0", func() (Interval, error) { return CorrectedT(first, second, 10, 0, Level) }},
		{"bootstrap of 1 samples", func() (Interval, error) { return Bootstrap(1, one, 1000, 1, Level) }},
		{"100 draws", func() (Interval, error) { return Bootstrap(9, one, 10, 1, Level) }},
		{"NaN for resample 0", func() (Interval, error) {
			return Bootstrap(9, func([]int) float64 { return nan }, 100, 1, Level)
		}},
	} {
		if _, err := c.of(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
	if !math.IsNaN(Std([]float64{1})) || !near(Std([]float64{1, 3}), math.Sqrt2, 1e-15) || Mean([]float64{1, 3}) != 2 {
		t.Error("Mean or Std is wrong")
	}
}

func near(a, b, eps float64) bool { return math.Abs(a-b) <= eps }

func TestIntervalHasNoMinusZero(t *testing.T) {
	if got, want := (Interval{Mean: -0.0001, Low: -0.0125, High: 0.0004}).String(), "+0.000 [-0.013, +0.000]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
