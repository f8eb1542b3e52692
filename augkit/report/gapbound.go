package report

import (
	"fmt"
	"math"

	"github.com/augkit/aug/augkit/stats"
)

// GapBound is the bound of the paper's Theorem 1 (equation 8) fitted to a recorded gap,
//
//	G(T) ≤ G₀ / (1 + c·T·G₀)
//
// with T in epochs after the first one and G₀ the gap there. The theorem's constant ν²κ²/(2·L_a·β²), which cannot be
// measured, and the steps of an epoch are in c.
type GapBound struct {
	Start int     // the epoch at which T is 0
	G0    float64 // nats
	C     float64 // of the least squares, per nat and epoch; 0: the gap does not close
	R2    float64 // share of the gap's variance that the curve with C explains; negative where a constant does better
	Holds float64 // the largest c at which no recorded gap lies above the curve; 0: there is none
}

// At is the curve with constant c at an epoch, in nats.
func (b GapBound) At(c float64, epoch int) float64 {
	return b.G0 / (1 + c*float64(epoch-b.Start)*b.G0)
}

// FitGap finds the c ≥ 0 with the smallest sum of squares in G itself, at the gaps of ascending epochs; the first one is
// G₀. On 1/G, where the curve is a straight line, the smallest gaps would weigh most, whose 1/G is mostly noise, and R²
// would not be in the unit that the figure shows. Every gap must be finite and above zero.
func FitGap(epochs []int, gap []float64) (GapBound, error) {
	if len(epochs) != len(gap) || len(gap) < 3 {
		return GapBound{}, fmt.Errorf("report: fit of %d gaps at %d epochs: want one gap an epoch, and three or more", len(gap), len(epochs))
	}
	for i, g := range gap {
		if !(g > 0) || math.IsInf(g, 0) {
			return GapBound{}, fmt.Errorf("report: the gap of epoch %d is %v: the bound is for a finite gap above zero", epochs[i], g)
		}
		if i > 0 && epochs[i] <= epochs[i-1] {
			return GapBound{}, fmt.Errorf("report: epoch %d after epoch %d: they must ascend", epochs[i], epochs[i-1])
		}
	}
	b := GapBound{Start: epochs[0], G0: gap[0], Holds: math.Inf(1)}
	squares := func(c float64) float64 {
		sum := 0.0
		for i, g := range gap {
			sum += (g - b.At(c, epochs[i])) * (g - b.At(c, epochs[i]))
		}
		return sum
	}
	last := float64(epochs[len(epochs)-1] - b.Start)
	// ln(G(T)/G₀) at the last epoch is searched instead of c: it has no unit, and 0 is c = 0.
	fall := func(x float64) float64 { return math.Expm1(x) / (last * b.G0) }
	b.C = fall(smallest(func(x float64) float64 { return squares(fall(x)) }))
	if squares(0) <= squares(b.C) {
		b.C = 0
	}
	mean, total := stats.Mean(gap), 0.0
	for i, g := range gap {
		total += (g - mean) * (g - mean)
		if i > 0 {
			b.Holds = math.Min(b.Holds, (1/g-1/b.G0)/float64(epochs[i]-b.Start))
		}
	}
	b.Holds = math.Max(b.Holds, 0)
	if total > 0 { // a gap that never moves has no variance to explain
		b.R2 = 1 - squares(b.C)/total
	}
	return b, nil
}

// smallest is where f is smallest in 0…ln 10⁴: the best point of a grid, refined by golden section between its
// neighbours. The grid is needed since the sum of squares may have two valleys.
func smallest(f func(float64) float64) float64 {
	const points = 400
	step := math.Log(1e4) / points
	best := 0
	for i := range points + 1 {
		if f(float64(i)*step) < f(float64(best)*step) {
			best = i
		}
	}
	low, high := step*math.Max(0, float64(best-1)), step*float64(best+1)
	golden := (math.Sqrt(5) - 1) / 2
	for range 60 { // 0.618⁶⁰ of two steps is below rounding
		a, b := high-golden*(high-low), low+golden*(high-low)
		if f(a) <= f(b) {
			high = b
		} else {
			low = a
		}
	}
	return (low + high) / 2
}
