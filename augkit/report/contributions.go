package report

import (
	"fmt"
	"strings"

	"github.com/augkit/aug/datasets"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Contributions shows the stack of one modality from the inside: a bar for the accuracy of each classifier asked alone,
// oldest first, and a line for the summed logits of the first t together. The numbers are those of train.Outputs.
func Contributions(title, modality string, part datasets.Part, single, cumulated []float64) Figure {
	n := len(single)
	if n == 0 || len(cumulated) != n {
		return message(title, fmt.Sprintf("There are %d classifiers alone and %d sums; want one of each a classifier.", n, len(cumulated)))
	}
	own := lookOf(modality)
	p := newPlot("classifier t, oldest first", "accuracy on "+partNames[part])
	p.Add(horizontals())
	sums := curve{look: look{ink, nil, draw.CircleGlyph{}}}
	high := 0.0
	var said []string
	for t := range single {
		p.Add(tinted{float64(t + 1), single[t], own})
		sums.xy = append(sums.xy, plotter.XY{X: float64(t + 1), Y: cumulated[t]})
		high = max(high, single[t], cumulated[t])
		said = append(said, fmt.Sprintf("%d: %.3f, %.3f", t+1, single[t], cumulated[t]))
	}
	line, mark := draw.LineStyle{Color: ink, Width: 2}, draw.GlyphStyle{Color: ink, Radius: 3.2, Shape: draw.CircleGlyph{}}
	p.Add(&plotter.Line{XYs: sums.xy, LineStyle: line}, &plotter.Scatter{XYs: sums.xy, GlyphStyle: mark})
	p.X.Min, p.X.Max = 0.4, float64(n)+0.6
	p.X.Tick.Marker = whole{}
	p.X.Padding, p.Y.Padding = 0, 0
	p.Y.Min, p.Y.Max = 0, min(1, 1.08*high+0.02) // from zero, since a bar's length is its number
	legend := []entry{
		{name: "classifier t alone", line: &draw.LineStyle{Color: faded(own.colour), Width: 11}},
		{name: "sum of the first t", line: &line, mark: &mark},
	}
	alt := fmt.Sprintf("Accuracy on %s of each %s classifier alone, and of the sum up to it. %s.", partNames[part], modality, strings.Join(said, "; "))
	return render(frame{title: title, alt: alt, height: figureHeight - 60, legend: legend}, p.Draw)
}

// tinted is a bar of a paler colour, below a line.
type tinted struct {
	x, y float64
	look look
}

// Plot draws the bar.
func (b tinted) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	fill(c, vg.Rectangle{Min: vg.Point{X: tx(b.x - 0.32), Y: ty(0)}, Max: vg.Point{X: tx(b.x + 0.32), Y: ty(b.y)}}, faded(b.look.colour))
}
