package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

// Series is one line of a [Sweep].
type Series struct {
	Name   string      // a modality or "fused"; gives the colour
	Values [][]float64 // for each x one value a split (or seed); empty where there is none
}

// BySetting makes the lines of a [Sweep] from runs that differ in one number, such as λ: for each of its values the
// test accuracy of every modality's branch and of the fused prediction, one value a split. Runs that are not complete
// are left out.
func BySetting(runs []*runlog.Run, setting func(experiment.Experiment) float64) (xs []float64, series []Series) {
	groups := map[float64][]*runlog.Run{}
	done := completed(runs)
	for _, r := range done {
		x := setting(r.Experiment)
		groups[x] = append(groups[x], r)
	}
	xs = slices.Sorted(maps.Keys(groups))
	for _, name := range append([]string{fusedName}, modalities(done...)...) {
		s := Series{Name: name}
		for _, x := range xs {
			s.Values = append(s.Values, perSplit(groups[x], barValue(name)))
		}
		series = append(series, s)
	}
	return xs, series
}

// Sweep shows test accuracy against a setting, one line a predictor, as the paper's Figure 2: the mean of each x's
// values with a band of ± one standard deviation. The axis names the setting, with its unit if it has one. Where some
// values lie too close for an even scale they are put at equal distances, as the caption then says.
func Sweep(title, axis string, xs []float64, series ...Series) Figure {
	if len(xs) < 2 || len(series) == 0 {
		return message(title, fmt.Sprintf("A sweep needs two settings or more and a series; there are %d and %d.", len(xs), len(series)))
	}
	for i, x := range xs {
		if math.IsInf(x, 0) || i > 0 && !(x > xs[i-1]) { // which refuses NaN too
			return message(title, "The settings of a sweep must be finite and ascend.")
		}
	}
	at := positions(xs)
	p := newPlot(axis, "test accuracy")
	var lines []curve
	var words []string
	most := 0
	for _, s := range series {
		if len(s.Values) != len(xs) {
			return message(title, fmt.Sprintf("The series %s has values at %d of %d settings.", s.Name, len(s.Values), len(xs)))
		}
		line := curve{name: s.Name, look: lookOf(s.Name)}
		var said []string
		for i, v := range s.Values {
			if len(v) == 0 {
				continue
			}
			mean, std := stats.Mean(v), spreadOf(v)
			if math.IsNaN(mean+std) || math.IsInf(mean+std, 0) {
				return message(title, fmt.Sprintf("A value of %s at %g is not finite.", s.Name, xs[i]))
			}
			line.xy = append(line.xy, plotter.XY{X: at[i], Y: mean})
			line.half = append(line.half, std)
			most = max(most, len(v))
			said = append(said, fmt.Sprintf("%.3f at %g", mean, xs[i]))
		}
		if len(line.xy) == 0 {
			continue
		}
		lines = append(lines, line)
		words = append(words, s.Name+": "+strings.Join(said, ", "))
	}
	if len(lines) == 0 {
		return message(title, "There are no values yet.")
	}
	p.Y.Min, p.Y.Max = padded(lines, 0, 1)
	legend := drawCurves(p, lines)
	var ticks []plot.Tick
	for i, x := range xs {
		ticks = append(ticks, plot.Tick{Value: at[i], Label: strconv.FormatFloat(x, 'g', -1, 64)})
	}
	p.X.Tick.Marker = plot.ConstantTicks(ticks)
	room := 0.03 * (at[len(at)-1] - at[0])
	p.X.Min, p.X.Max = at[0]-room, at[len(at)-1]+room
	caption := fmt.Sprintf("%s a setting.", count(most, "run"))
	if most > 1 {
		caption = fmt.Sprintf("Mean over up to %d splits (or seeds), band ± one standard deviation.", most)
	}
	if !slices.Equal(at, xs) {
		caption += " Settings at equal distances, not to scale."
	}
	alt := fmt.Sprintf("Test accuracy by %s. %s. %s", axis, strings.Join(words, "; "), caption)
	return render(frame{title: title, alt: alt, caption: caption, height: figureHeight, legend: legend}, p.Draw)
}

// positions are the places of ascending settings on the axis: the settings themselves, or 0, 1, 2, … where two of them
// would be nearer than their labels are wide.
func positions(xs []float64) []float64 {
	span := xs[len(xs)-1] - xs[0]
	for i := 1; i < len(xs); i++ {
		if xs[i]-xs[i-1] < span/16 {
			even := make([]float64, len(xs))
			for k := range even {
				even[k] = float64(k)
			}
			return even
		}
	}
	return xs
}
