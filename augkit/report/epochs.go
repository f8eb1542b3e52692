package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/augkit/aug/augkit/runlog"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const noEpochs = "No epoch is recorded yet."

// Accuracy shows the accuracy on validation by epoch: of the fused network and of each modality's branch alone. The
// ring marks the epoch selected (so far, while the run goes on).
func Accuracy(run *runlog.Run) Figure {
	title := "Validation accuracy: " + run.Experiment.Name
	if len(run.Epochs) == 0 {
		return message(title, noEpochs)
	}
	lines := []curve{newCurve(fusedName, run, func(e runlog.Epoch) float64 { return e.Validation.Fused.Accuracy })}
	for _, m := range modalities(run) {
		lines = append(lines, newCurve(m, run, func(e runlog.Epoch) float64 { return e.Validation.Branch[m].Accuracy }))
	}
	alt := "Accuracy on the validation part by epoch. " + ends(lines, "%.3f")
	p := newPlot("epoch", "accuracy on validation")
	p.Y.Min, p.Y.Max = padded(lines, 0, 1)
	legend := drawCurves(p, lines)
	if s := selected(run); s > 0 && s <= len(run.Epochs) {
		y := lines[0].xy[s-1].Y
		mark := draw.GlyphStyle{Color: ink, Radius: 7, Shape: ring{}}
		p.Add(&plotter.Scatter{XYs: plotter.XYs{{X: float64(s), Y: y}}, GlyphStyle: mark})
		mark.Radius = 5
		legend = append(legend, entry{name: fmt.Sprintf("selected: epoch %d", s), mark: &mark})
		alt += fmt.Sprintf(" Epoch %d is selected, fused %.3f.", s, y)
	}
	return byEpoch(title, alt, p, legend, run)
}

// Staircase shows the number of classifiers of each modality while each epoch was trained. Lines are set a little apart
// so that equal counts stay visible.
func Staircase(run *runlog.Run) Figure {
	title := "Classifiers per modality: " + run.Experiment.Name
	if len(run.Epochs) == 0 {
		return message(title, noEpochs)
	}
	var lines []curve
	most := 1
	for _, m := range modalities(run) {
		l := newCurve(m, run, func(e runlog.Epoch) float64 { return float64(e.Classifiers[m]) })
		for _, q := range l.xy {
			most = max(most, int(q.Y))
		}
		lines = append(lines, l)
	}
	alt := "Number of classifiers by epoch. " + ends(lines, "%.0f")
	for i, l := range lines {
		// 0.03 of the axis apart: about three pixels.
		shift := 0.03 * float64(most) * (float64(i) - float64(len(lines)-1)/2)
		for k := range l.xy {
			l.xy[k].Y += shift
		}
		lines[i].step = true
	}
	p := newPlot("epoch", "classifiers")
	p.Y.Min, p.Y.Max = 0, float64(most)+0.5
	p.Y.Tick.Marker = whole{}
	return byEpoch(title, alt, p, drawCurves(p, lines), run)
}

// Gap shows G, the largest branch loss minus the smallest (paper, equation 7), in nats on training and validation.
func Gap(run *runlog.Run) Figure {
	title := "Gap between modalities: " + run.Experiment.Name
	if len(run.Epochs) == 0 {
		return message(title, noEpochs)
	}
	train := newCurve("training", run, func(e runlog.Epoch) float64 { return e.Train.Gap })
	train.look = look{muted, []vg.Length{5, 3}, draw.BoxGlyph{}}
	validation := newCurve("validation", run, func(e runlog.Epoch) float64 { return e.Validation.Gap })
	validation.look = looks[fusedName]
	lines := []curve{validation, train}
	p := newPlot("epoch", "gap G [nats]")
	p.Y.Min, p.Y.Max = padded(lines, 0, math.Inf(1))
	p.Y.Min = 0
	alt := "Gap G in nats by epoch: the largest branch loss minus the smallest. " + ends(lines, "%.3f")
	return byEpoch(title, alt, p, drawCurves(p, lines), run)
}

// curve is one line over epochs.
type curve struct {
	name string
	look look
	step bool
	xy   plotter.XYs
	half []float64 // half the height of the band around the line; nil for none
}

func newCurve(name string, run *runlog.Run, y func(runlog.Epoch) float64) curve {
	c := curve{name: name, look: lookOf(name)}
	for _, e := range run.Epochs {
		c.xy = append(c.xy, plotter.XY{X: float64(e.Epoch), Y: y(e)})
	}
	return c
}

// drawCurves adds lines with about ten markers each and returns their legend.
func drawCurves(p *plot.Plot, lines []curve) []entry {
	p.Add(horizontals())
	for _, l := range lines { // below all lines
		if l.half != nil {
			p.Add(band(l))
		}
	}
	var legend []entry
	for i := len(lines) - 1; i >= 0; i-- { // the first, fused, on top
		l := lines[i]
		line := draw.LineStyle{Color: l.look.colour, Width: 2, Dashes: l.look.dashes}
		mark := draw.GlyphStyle{Color: l.look.colour, Radius: 3.2, Shape: l.look.marker}
		pl := &plotter.Line{XYs: l.xy, LineStyle: line}
		if l.step {
			pl.StepStyle = plotter.MidStep
		}
		var marks plotter.XYs
		for k := 0; k < len(l.xy); k += max(1, len(l.xy)/10) {
			marks = append(marks, l.xy[k])
		}
		p.Add(pl, &plotter.Scatter{XYs: marks, GlyphStyle: mark})
		legend = append(legend, entry{l.name, &line, &mark})
	}
	slices.Reverse(legend)
	return legend
}

// horizontals are the faint lines behind the data at the ticks of the upright axis.
func horizontals() *plotter.Grid {
	g := plotter.NewGrid()
	g.Vertical.Width = 0
	g.Horizontal.Color = grid
	return g
}

func byEpoch(title, alt string, p *plot.Plot, legend []entry, run *runlog.Run) Figure {
	n := float64(len(run.Epochs))
	p.X.Min, p.X.Max = 1-0.02*n, n+0.02*n
	if n == 1 {
		p.X.Min, p.X.Max = 0.5, 1.5
	}
	p.X.Tick.Marker = whole{}
	return render(frame{title: title, alt: alt, height: figureHeight, legend: legend}, p.Draw)
}

// padded is the range of the lines and their bands with a twentieth of room, within [low, high] and never empty.
func padded(lines []curve, low, high float64) (float64, float64) {
	from, to := math.Inf(1), math.Inf(-1)
	for _, l := range lines {
		for i, q := range l.xy {
			half := 0.0
			if l.half != nil {
				half = l.half[i]
			}
			from, to = math.Min(from, q.Y-half), math.Max(to, q.Y+half)
		}
	}
	room := math.Max((to-from)/20, 0.01)
	// A marker on the edge would be cut, so the room goes a little beyond what the data can reach.
	return math.Max(from-room, low-room/2), math.Min(to+room, high+room/2)
}

// ends lists the first and last value of each line in words.
func ends(lines []curve, format string) string {
	var s []string
	for _, l := range lines {
		first, last := l.xy[0], l.xy[len(l.xy)-1]
		s = append(s, fmt.Sprintf("%s: "+format+" in epoch %g, "+format+" in epoch %g.", l.name, first.Y, first.X, last.Y, last.X))
	}
	return strings.Join(s, " ")
}

// whole puts ticks on whole numbers only, at most about eight.
type whole struct{}

// Ticks returns the whole numbers between the limits at a step of 1, 2 or 5 times a power of ten.
func (whole) Ticks(low, high float64) []plot.Tick {
	step := 1.0
	for k := 0; (high-low)/step > 8; k++ {
		step *= []float64{2, 2.5, 2}[k%3]
	}
	var ticks []plot.Tick
	for v := math.Ceil(low/step) * step; v <= high; v += step {
		ticks = append(ticks, plot.Tick{Value: v, Label: strconv.Itoa(int(v))})
	}
	return ticks
}
