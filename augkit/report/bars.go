package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars compares methods as the paper's Figure 1 does: for each method one bar a modality, its branch alone, and one for
// the fused prediction. A bar is the mean test accuracy over splits, its whisker ± one standard deviation. That is a
// spread, not a test: whether two methods differ says [Study], which pairs them. Runs of one modality alone may be put
// together as one method; it then has no fused bar.
func Bars(title string, methods ...Method) Figure {
	var all []*runlog.Run
	for _, m := range methods {
		all = append(all, completed(m.Runs)...)
	}
	if len(all) == 0 {
		return message(title, "There are no complete runs to show.")
	}
	// A run of all modalities gives their order, wherever it stands.
	fullest := slices.SortedStableFunc(slices.Values(all), func(a, b *runlog.Run) int {
		return len(b.Experiment.Data.Modalities) - len(a.Experiment.Data.Modalities)
	})
	predictors := append(modalities(fullest...), fusedName)
	var bars []onebar
	var words []string
	high := 0.0
	several := false
	for i, m := range methods {
		var said []string
		for k, name := range predictors {
			values := perSplit(completed(m.Runs), barValue(name))
			if len(values) == 0 {
				continue
			}
			// 0.8 of the unit between two methods is theirs.
			b := onebar{width: 0.8 / float64(len(predictors)), mean: stats.Mean(values), std: spreadOf(values), look: lookOf(name)}
			b.x = float64(i) + (float64(k)-float64(len(predictors)-1)/2)*b.width
			bars = append(bars, b)
			high = math.Max(high, b.mean+b.std)
			number := fmt.Sprintf("%s %.3f", name, b.mean)
			if len(values) > 1 {
				several = true
				number += fmt.Sprintf(" ± %.3f", b.std)
			}
			said = append(said, number)
		}
		if len(said) == 0 {
			said = []string{"no complete runs"}
		}
		words = append(words, m.Name+": "+strings.Join(said, ", "))
	}
	p := newPlot("", "test accuracy")
	p.Add(horizontals())
	for _, b := range bars {
		p.Add(b)
	}
	var ticks []plot.Tick
	for i, m := range methods {
		ticks = append(ticks, plot.Tick{Value: float64(i), Label: shorten(m.Name, textSize-1, 560/float64(len(methods)))})
	}
	p.X.Tick.Marker = plot.ConstantTicks(ticks)
	p.X.Tick.Length, p.X.Tick.LineStyle.Width = 5, 0
	p.X.Min, p.X.Max = -0.5, float64(len(methods))-0.5
	p.X.Padding, p.Y.Padding = 0, 0
	p.Y.Min, p.Y.Max = 0, math.Min(1.08, high*1.08+0.02) // from zero, since a bar's length is its number
	var legend []entry
	for _, name := range predictors {
		label := name
		if name != fusedName {
			label += ", its branch"
		}
		legend = append(legend, entry{name: label, line: &draw.LineStyle{Color: Colour(name), Width: 11}})
	}
	caption := "Mean over runs. " + basis(all)
	if several {
		caption = "Mean, whiskers ± one standard deviation over splits (over seeds where there is one split). " + basis(all)
	}
	alt := fmt.Sprintf("Test accuracy. %s. %s", strings.Join(words, "; "), caption)
	return render(frame{title: title, alt: alt, caption: caption, height: figureHeight, legend: legend}, p.Draw)
}

// barValue picks the test accuracy of a predictor; a run of one modality has no fused prediction to speak of.
func barValue(name string) func(*runlog.Run) float64 {
	if name != fusedName {
		return Branch(name)
	}
	return func(r *runlog.Run) float64 {
		if len(r.Experiment.Data.Modalities) < 2 {
			return math.NaN()
		}
		return ofResult(r, func(q *runlog.Result) float64 { return q.Test.Fused.Accuracy })
	}
}

// onebar is a bar with its whisker and its number, in the units of the axes.
type onebar struct {
	x, width, mean, std float64
	look                look
}

// Plot draws the bar.
func (b onebar) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	left, right := tx(b.x-0.46*b.width), tx(b.x+0.46*b.width)
	fill(c, vg.Rectangle{Min: vg.Point{X: left, Y: ty(0)}, Max: vg.Point{X: right, Y: ty(b.mean)}}, b.look.colour)
	top := ty(b.mean)
	if middle := tx(b.x); b.std > 0 {
		// White below the line, or it would vanish on a dark bar.
		for _, s := range []draw.LineStyle{{Color: card, Width: 3.5}, {Color: ink, Width: 1.3}} {
			low, high := ty(b.mean-b.std), ty(b.mean+b.std)
			c.StrokeLine2(s, middle, low, middle, high)
			c.StrokeLine2(s, middle-3.5, low, middle+3.5, low)
			c.StrokeLine2(s, middle-3.5, high, middle+3.5, high)
			top = high
		}
	}
	number := fmt.Sprintf("%.2f", b.mean)
	small := styled(10.5, ink, draw.XCenter, draw.YBottom)
	if small.Width(number) > right-left+2 {
		number = strings.TrimPrefix(number, "0")
	}
	c.FillText(small, vg.Point{X: tx(b.x), Y: top + 3}, number)
}
