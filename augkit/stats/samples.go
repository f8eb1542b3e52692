package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Bootstrap is the percentile interval of a statistic over n test samples: it is computed for draws resamples with
// replacement, each a list of n sample indices, and the outer (1−level)/2 are cut off at both ends (Efron and
// Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13). Give both methods the same indices to bootstrap
// a difference in pairs. The statistic must not keep the slice. The same seed gives the same interval. It speaks of
// the choice of test samples for trained networks, not of another training run.
func Bootstrap(n int, statistic func(index []int) float64, draws int, seed uint64, level float64) (Interval, error) {
	if err := checkLevel(level); err != nil {
		return Interval{}, err
	}
	if n < 2 || draws < 100 {
		return Interval{}, fmt.Errorf("stats: bootstrap of %d samples with %d draws: want at least 2 samples and 100 draws", n, draws)
	}
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	mean := statistic(index)
	rng := rand.New(rand.NewPCG(seed, 0))
	values := make([]float64, draws)
	for k := range values {
		for i := range index {
			index[i] = rng.IntN(n)
		}
		values[k] = statistic(index)
		if math.IsNaN(values[k]) {
			return Interval{}, fmt.Errorf("stats: the statistic is NaN for resample %d: it must be defined for every resample", k)
		}
	}
	slices.Sort(values)
	tail := (1 - level) / 2
	return Interval{Mean: mean, Low: quantile(values, tail), High: quantile(values, 1-tail), N: n, Method: "percentile bootstrap"}, nil
}

// quantile interpolates between the two sorted values around p·(n−1), as NumPy does.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := min(int(at), len(sorted)-2)
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// McNemar is the exact two-sided p-value of McNemar's test from the samples that only the first, or only the second,
// of two classifiers gets right: the probability under Binomial(n, ½), n = onlyA + onlyB, of a division at least as
// uneven (McNemar, Psychometrika 12, 1947). Without such samples it is 1. Both counts must be ≥ 0.
func McNemar(onlyA, onlyB int) float64 {
	n := onlyA + onlyB
	if n == 0 {
		return 1
	}
	p := 2 * distuv.Binomial{N: float64(n), P: 0.5}.CDF(float64(min(onlyA, onlyB)))
	return math.Min(1, p)
}

// Discordant counts the samples that only a, and only b, gets right, for [McNemar]; the slices hold one answer for
// each sample, true where it is right, and must be of one length.
func Discordant(a, b []bool) (onlyA, onlyB int) {
	for i := range a {
		switch {
		case a[i] && !b[i]:
			onlyA++
		case b[i] && !a[i]:
			onlyB++
		}
	}
	return onlyA, onlyB
}
