package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// PairedT is Student's interval for the mean of a − b over n ≥ 2 independent pairs: d̄ ± t(n−1)·s/√n. Splits of one
// data set overlap and are not independent: use [CorrectedT] for them. Seeds on one fixed split are; the interval
// then speaks of that split only.
func PairedT(a, b []float64, level float64) (Interval, error) {
	iv, err := tInterval(a, b, 0, level)
	iv.Method = "paired t"
	return iv, err
}

// CorrectedT is the corrected resampled t interval for the mean of a − b over J ≥ 2 random splits of one data set, with
// test and train the sizes of the parts: d̄ ± t(J−1)·s·√(1/J + test/train). The second term stands for the overlap of
// the training parts, which makes the plain interval far too narrow (Nadeau and Bengio, "Inference for the
// Generalization Error", Machine Learning 52, 2003, section 3).
func CorrectedT(a, b []float64, test, train int, level float64) (Interval, error) {
	if test < 1 || train < 1 {
		return Interval{}, fmt.Errorf("stats: test part of %d and training part of %d samples: both must hold at least 1", test, train)
	}
	iv, err := tInterval(a, b, float64(test)/float64(train), level)
	iv.Method = "corrected resampled t"
	return iv, err
}

// tInterval widens the variance of the mean, s²/n, to s²·(1/n + overlap).
func tInterval(a, b []float64, overlap, level float64) (Interval, error) {
	if err := checkLevel(level); err != nil {
		return Interval{}, err
	}
	d, err := differences(a, b)
	if err != nil {
		return Interval{}, err
	}
	n := len(d)
	mean, s := Mean(d), Std(d)
	// Rounding must not turn equal differences, such as 0.3 − 0.2 and 0.2 − 0.1, into a tiny spread.
	if s <= 1e-12*math.Max(1, math.Abs(mean)) {
		s = 0
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(n - 1)}.Quantile((1 + level) / 2)
	half := t * s * math.Sqrt(1/float64(n)+overlap)
	return Interval{Mean: mean, Low: mean - half, High: mean + half, N: n}, nil
}
