package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// PerClass shows which class each modality's branch and the fused prediction know: recall on test, the share of a class's
// samples that are answered right, a row a class; the mean over runs, seeds averaged within a split.
func PerClass(m Method) Figure {
	title := "Recall by class: " + m.Name
	runs := completed(m.Runs)
	if len(runs) == 0 {
		return message(title, "There are no complete runs to show.")
	}
	predictors := append(modalities(runs...), fusedName)
	var names []string
	recalls := make(map[*runlog.Run]map[string][]float64)
	for _, r := range runs {
		a, err := testAnswers(r)
		if err != nil {
			return message(title, err.Error())
		}
		if names == nil {
			names = classNames(r, a.Classes)
		}
		if a.Classes != len(names) {
			return message(title, fmt.Sprintf("The runs have different classes, %d and %d.", len(names), a.Classes))
		}
		recalls[r] = make(map[string][]float64)
		for _, name := range predictors {
			q, err := a.of(name)
			if err != nil {
				return message(title, err.Error())
			}
			recalls[r][name] = recallOf(q.Confusion())
		}
	}
	p := newPlot("recall on test", "")
	var at []plot.Tick
	var words []string
	for k, class := range names {
		row := perClassRow{y: -float64(k)}
		var said []string
		for _, name := range predictors {
			values := perSplit(runs, func(r *runlog.Run) float64 { return recalls[r][name][k] })
			if len(values) == 0 {
				continue // no test part has this class
			}
			row.values, row.looks = append(row.values, stats.Mean(values)), append(row.looks, lookOf(name))
			said = append(said, fmt.Sprintf("%s %.2f", name, stats.Mean(values)))
		}
		p.Add(row)
		at = append(at, plot.Tick{Value: row.y, Label: shorten(class, textSize-1, 150)})
		words = append(words, class+": "+strings.Join(said, ", "))
	}
	p.X.Min, p.X.Max, p.X.Padding = -0.02, 1.02, 0
	p.Y.Min, p.Y.Max = -float64(len(names))+0.4, 0.6
	p.Y.Tick.Marker = plot.ConstantTicks(at)
	p.Y.Tick.Length, p.Y.Width, p.Y.Padding = 0, 0, 0
	var legend []entry
	for _, name := range predictors {
		l := lookOf(name)
		legend = append(legend, entry{name: name, mark: &draw.GlyphStyle{Color: l.colour, Radius: 4.5, Shape: l.marker}})
	}
	caption := "Mean over runs. " + basis(runs)
	return render(frame{title: title, alt: "Recall on test. " + strings.Join(words, "; ") + ". " + caption, caption: caption, height: 84 + 24*float64(len(names)), legend: legend}, p.Draw)
}

// recallOf is the share of each row of a confusion matrix on the diagonal; NaN for a class without samples.
func recallOf(confusion [][]int) []float64 {
	out := make([]float64, len(confusion))
	for k, row := range confusion {
		total := 0
		for _, n := range row {
			total += n
		}
		out[k] = math.NaN()
		if total > 0 {
			out[k] = float64(row[k]) / float64(total)
		}
	}
	return out
}

// perClassRow draws the markers of one class on a faint line.
type perClassRow struct {
	y      float64
	values []float64
	looks  []look
}

// Plot draws the row, the fused marker last.
func (r perClassRow) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	c.StrokeLine2(draw.LineStyle{Color: grid, Width: 1}, tx(0), ty(r.y), tx(1), ty(r.y))
	for i, v := range r.values {
		c.DrawGlyph(draw.GlyphStyle{Color: r.looks[i].colour, Radius: 4.5, Shape: r.looks[i].marker}, vg.Point{X: tx(v), Y: ty(r.y)})
	}
}

// ECE picks the expected calibration error on test of a predictor, a modality's branch or "fused", over the 15 bins of
// [Calibration]; NaN where the run lacks it or is not complete.
func ECE(which string) func(*runlog.Run) float64 {
	return func(run *runlog.Run) float64 {
		a, err := testAnswers(run)
		if err != nil {
			return math.NaN()
		}
		q, err := a.of(which)
		if err != nil {
			return math.NaN()
		}
		return q.ECE(calibrationBins)
	}
}
