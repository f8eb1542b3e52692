// Package stats says how far a difference between two methods can be trusted: paired intervals over splits, a bootstrap
// over test samples, and McNemar's test. A difference is claimed only when its interval excludes zero.
package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// Level is the coverage of the project's intervals.
const Level = 0.95

// Interval is an estimate with its confidence limits, in the unit of the data.
type Interval struct {
	Mean, Low, High float64
	N               int    // pairs, splits or samples that it rests on
	Method          string // in words, for a caption
}

// ExcludesZero tells whether the interval lies wholly on one side of zero. An interval without width claims nothing:
// values that do not vary at all tell nothing about their spread.
func (i Interval) ExcludesZero() bool {
	return i.Low < i.High && (i.Low > 0 || i.High < 0)
}

// String is the mean with its limits, such as "+0.021 [+0.004, +0.038]".
func (i Interval) String() string {
	return fmt.Sprintf("%+.3f [%+.3f, %+.3f]", thousandths(i.Mean), thousandths(i.Low), thousandths(i.High))
}

// thousandths rounds a number as it is printed, so that there is no "-0.000".
func thousandths(x float64) float64 { return math.Round(x*1000)/1000 + 0 }

// Mean is the arithmetic mean; NaN without values.
func Mean(x []float64) float64 { return stat.Mean(x, nil) }

// Std is the sample standard deviation, with n−1 below the line; NaN for fewer than two values.
func Std(x []float64) float64 {
	if len(x) < 2 {
		return math.NaN()
	}
	return stat.StdDev(x, nil)
}

// differences returns a − b, value by value, after checking that they can be paired.
func differences(a, b []float64) ([]float64, error) {
	if len(a) != len(b) {
		return nil, fmt.Errorf("stats: %d values against %d: a paired comparison needs the same splits and seeds on both sides",
			len(a), len(b))
	}
	if len(a) < 2 {
		return nil, fmt.Errorf("stats: %d pair(s): an interval needs two or more; run more splits or seeds", len(a))
	}
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
		if math.IsNaN(d[i]) || math.IsInf(d[i], 0) {
			return nil, fmt.Errorf("stats: pair %d is %v and %v: both must be finite", i, a[i], b[i])
		}
	}
	return d, nil
}

func checkLevel(level float64) error {
	if !(level > 0 && level < 1) {
		return fmt.Errorf("stats: level %v: want a share between 0 and 1, such as 0.95", level)
	}
	return nil
}
