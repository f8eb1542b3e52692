package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
	"github.com/augkit/aug/datasets"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// GapFit shows the gap G of a part by epoch with the curve of Theorem 1 fitted to it by [FitGap], and below what is
// left over. Epoch start is where T is 0 (1: the first); a gap often opens before it closes, and which part of its
// course is shown is the reader's choice, so the caption says it. The dotted curve is the tightest one above every
// recorded gap: the theorem is a bound, and a fit through the middle of the points is none.
func GapFit(run *runlog.Run, part datasets.Part, start int) Figure {
	title := fmt.Sprintf("Gap on %s and the theorem's bound: %s", partNames[part], run.Experiment.Name)
	if len(run.Experiment.Data.Modalities) < 2 {
		return message(title, "A gap is between two modalities or more; this run has one.")
	}
	var epochs []int
	var gap []float64
	for _, e := range run.Epochs {
		if r := record(e, part); r != nil && e.Epoch >= start {
			epochs, gap = append(epochs, e.Epoch), append(gap, r.Gap)
		}
	}
	b, err := FitGap(epochs, gap)
	if err != nil {
		return message(title, strings.TrimPrefix(err.Error(), "report: "))
	}
	fitLook := look{ink, nil, nil}
	recorded := curve{name: "gap G", look: look{muted, []vg.Length{2, 3}, draw.BoxGlyph{}}, xy: points(epochs, gap)}
	fit := curve{name: fmt.Sprintf("least squares, c = %.3g", b.C), look: fitLook, xy: b.line(b.C, epochs)}
	lines := []curve{recorded, fit}
	upper := newPlot("", "G [nats]")
	if b.Holds > 0 {
		lines = append(lines, curve{name: fmt.Sprintf("bound that holds, c = %.3g", b.Holds), look: look{muted, []vg.Length{9, 3}, nil}, xy: b.line(b.Holds, epochs)})
	}
	upper.Y.Min, upper.Y.Max = padded(lines, 0, math.Inf(1))
	upper.Y.Min = 0
	legend := drawCurves(upper, lines)
	legend[0].name = "gap G, recorded"

	left := make([]float64, len(gap))
	for i := range gap {
		left[i] = gap[i] - b.At(b.C, epochs[i])
	}
	lower := newPlot("epoch", "residual [nats]")
	stems := points(epochs, left)
	for _, q := range stems {
		lower.Add(&plotter.Line{XYs: plotter.XYs{{X: q.X}, q}, LineStyle: draw.LineStyle{Color: muted, Width: 1.5}})
	}
	lower.Add(&plotter.Scatter{XYs: stems, GlyphStyle: draw.GlyphStyle{Color: muted, Radius: 2.6, Shape: draw.BoxGlyph{}}},
		&plotter.Line{XYs: plotter.XYs{{X: float64(epochs[0])}, {X: float64(epochs[len(epochs)-1])}}, LineStyle: draw.LineStyle{Color: ink, Width: 1}})
	lower.Y.Min, lower.Y.Max = padded([]curve{{xy: append(stems, plotter.XY{})}}, math.Inf(-1), math.Inf(1))
	lower.Y.Tick.Marker = few{plot.DefaultTicks{}}
	for _, p := range []*plot.Plot{upper, lower} {
		room := 0.02 * float64(epochs[len(epochs)-1]-epochs[0])
		p.X.Min, p.X.Max = float64(epochs[0])-room, float64(epochs[len(epochs)-1])+room
		p.X.Tick.Marker = whole{}
	}
	caption := b.words()
	alt := fmt.Sprintf("Gap G in nats by epoch. %s %s", ends(lines[:2], "%.3f"), caption)
	return render(frame{title: title, alt: alt, caption: caption, height: figureHeight + 110, legend: legend}, func(c draw.Canvas) {
		tiled(c, [][]*plot.Plot{{upper}, {lower}}, 3, 1)
	})
}

// words is the outcome of a fit.
func (b GapBound) words() string {
	s := fmt.Sprintf("G(T) = G₀/(1 + c·T·G₀), G₀ = %.3f nats at epoch %d, where T = 0. ", b.G0, b.Start)
	if b.C == 0 {
		s += "The gap does not close: c = 0 fits best. "
	} else {
		s += fmt.Sprintf("Least squares: c = %.3g per nat and epoch, R² = %s. ", b.C, minus(fmt.Sprintf("%.2f", b.R2)))
	}
	if b.Holds > 0 {
		return s + fmt.Sprintf("Every recorded gap obeys the bound up to c = %.3g.", b.Holds)
	}
	return s + "Some gap is as large as G₀ or larger, so no c > 0 makes it a bound."
}

// line is the curve with constant c, at whole epochs and between them.
func (b GapBound) line(c float64, epochs []int) plotter.XYs {
	var xy plotter.XYs
	for e := epochs[0]; e <= epochs[len(epochs)-1]; e++ {
		xy = append(xy, plotter.XY{X: float64(e), Y: b.At(c, e)})
	}
	return xy
}

func points(epochs []int, y []float64) plotter.XYs {
	xy := make(plotter.XYs, len(y))
	for i := range y {
		xy[i] = plotter.XY{X: float64(epochs[i]), Y: y[i]}
	}
	return xy
}

// Gaps compares the gap G of several methods by epoch, on training and on validation: the mean over a method's runs,
// with a band of ± one standard deviation over splits where there are several.
func Gaps(methods ...Method) Figure {
	title := "Gap between modalities by method"
	panels := make([]*plot.Plot, 2)
	var legend []entry
	var alt []string
	var all []*runlog.Run
	most, longest := 0.0, 0
	for k, part := range []datasets.Part{datasets.Train, datasets.Validation} {
		p := newPlot("epoch", "gap G [nats]")
		heading(p, partNames[part])
		var lines []curve
		for i, l := range methodLooks(methods) {
			m := methods[i]
			runs := slices.DeleteFunc(slices.Clone(m.Runs), func(r *runlog.Run) bool {
				return r == nil || len(r.Epochs) == 0 || len(r.Experiment.Data.Modalities) < 2
			})
			if len(runs) == 0 {
				continue // late fusion has no epochs, a modality alone has no gap
			}
			line := meanByEpoch(runs, func(e runlog.Epoch) float64 { return record(e, part).Gap })
			line.name, line.look = m.Name, l
			lines, all = append(lines, line), append(all, runs...)
			longest = max(longest, len(line.xy))
		}
		if len(lines) == 0 {
			return message(title, "None of these runs has epochs with two modalities.")
		}
		legend = drawCurves(p, lines)
		_, high := padded(lines, 0, math.Inf(1))
		most = math.Max(most, high)
		alt = append(alt, fmt.Sprintf("On %s: %s", partNames[part], ends(lines, "%.3f")))
		panels[k] = p
	}
	for _, p := range panels { // one scale, or the two parts could not be compared
		p.Y.Min, p.Y.Max = 0, most
		p.X.Min, p.X.Max = 1-0.02*float64(longest), float64(longest)*1.02
		p.X.Tick.Marker = whole{}
	}
	panels[1].Y.Label.Text = ""
	caption := "Mean over runs, band ± one standard deviation over splits. " + basis(all)
	return render(frame{title: title, alt: "Gap G in nats by epoch. " + strings.Join(alt, " ") + " " + caption, caption: caption, height: figureHeight, legend: legend},
		func(c draw.Canvas) { tiled(c, [][]*plot.Plot{panels}) })
}

// meanByEpoch is the mean over the runs at every epoch that all of them have, and its standard deviation over splits.
func meanByEpoch(runs []*runlog.Run, y func(runlog.Epoch) float64) curve {
	n := len(runs[0].Epochs)
	for _, r := range runs {
		n = min(n, len(r.Epochs))
	}
	var c curve
	for i := range n {
		values := perSplit(runs, func(r *runlog.Run) float64 { return y(r.Epochs[i]) })
		c.xy = append(c.xy, plotter.XY{X: float64(runs[0].Epochs[i].Epoch), Y: stats.Mean(values)})
		c.half = append(c.half, spreadOf(values))
	}
	return c
}

// few thins the ticks of a low panel.
type few struct{ plot.Ticker }

// Ticks returns the labelled ticks, at most four of them.
func (f few) Ticks(low, high float64) []plot.Tick {
	major := slices.DeleteFunc(f.Ticker.Ticks(low, high), func(t plot.Tick) bool { return t.Label == "" })
	step := (len(major) + 3) / 4
	var out []plot.Tick
	for i := 0; i < len(major); i += max(1, step) {
		out = append(out, major[i])
	}
	return out
}
