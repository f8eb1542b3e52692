package stats

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Slope fits y = c·x^b by least squares on the logarithms and returns b, with its Student t interval on n − 2 degrees of
// freedom, and c. The interval takes the points as scattered independently about one power law; where y has a part that
// does not grow, b lies below the power of the part that does.
func Slope(x, y []float64, level float64) (b Interval, c float64, err error) {
	if err := checkLevel(level); err != nil {
		return b, 0, err
	}
	if len(x) != len(y) || len(x) < 3 {
		return b, 0, fmt.Errorf("stats: slope through %d points with %d values: want three or more of each", len(x), len(y))
	}
	u, v := make([]float64, len(x)), make([]float64, len(x))
	for i := range x {
		if !(x[i] > 0 && y[i] > 0) || math.IsInf(x[i]+y[i], 0) {
			return b, 0, fmt.Errorf("stats: point %d is (%v, %v): a slope of logarithms needs finite numbers above 0", i, x[i], y[i])
		}
		u[i], v[i] = math.Log(x[i]), math.Log(y[i])
	}
	if slices.Min(u) == slices.Max(u) {
		return b, 0, fmt.Errorf("stats: all points have x = %v: a slope needs different ones", x[0])
	}
	a, slope := stat.LinearRegression(u, v, nil, false)
	left, spread, mean := 0.0, 0.0, Mean(u)
	for i := range u {
		e, d := v[i]-a-slope*u[i], u[i]-mean
		left, spread = left+e*e, spread+d*d
	}
	free := float64(len(x) - 2)
	half := distuv.StudentsT{Sigma: 1, Nu: free}.Quantile((1+level)/2) * math.Sqrt(left/free/spread)
	return Interval{Mean: slope, Low: slope - half, High: slope + half, N: len(x), Method: "least squares on logarithms, Student t"}, math.Exp(a), nil
}

// Median is the middle value, or the mean of the two in the middle; NaN without values.
func Median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(x))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
