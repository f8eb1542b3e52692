package report

import (
	"fmt"
	"slices"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Newest is the paper's Figure 3: the accuracy of a modality's whole stack by epoch against that of all its classifiers
// but the newest, and below on the same axis the number of classifiers. Upright lines mark the epochs after which the
// stack grew; the lower of the two curves begins where there is a second classifier.
func Newest(run *runlog.Run, modality string, part datasets.Part) Figure {
	title := fmt.Sprintf("What the newest %s classifier adds on %s: %s", modality, partNames[part], run.Experiment.Name)
	full := curve{name: "all classifiers", look: lookOf(modality)}
	before := curve{name: "all but the newest", look: look{muted, []vg.Length{2, 3}, draw.RingGlyph{}}}
	stack := curve{name: "classifiers", look: look{colour: lookOf(modality).colour}, step: true}
	var grown []float64
	better, gain := 0, 0.0
	for _, e := range run.Epochs {
		r := record(e, part)
		if r == nil {
			continue
		}
		s, ok := r.Branch[modality]
		if !ok {
			continue
		}
		x := float64(e.Epoch)
		full.xy = append(full.xy, plotter.XY{X: x, Y: s.Accuracy})
		stack.xy = append(stack.xy, plotter.XY{X: x, Y: float64(e.Classifiers[modality])})
		if p, ok := r.Previous[modality]; ok {
			before.xy = append(before.xy, plotter.XY{X: x, Y: p.Accuracy})
			gain += s.Accuracy - p.Accuracy
			if s.Accuracy >= p.Accuracy {
				better++
			}
		}
		if slices.Contains(e.Grown, modality) && e.Epoch < len(run.Epochs) {
			grown = append(grown, x+0.5)
		}
	}
	switch {
	case len(full.xy) == 0:
		return message(title, fmt.Sprintf("No epoch has the branch %q on %s.", modality, partNames[part]))
	case len(before.xy) == 0:
		return message(title, fmt.Sprintf("The modality %s never had a second classifier.", modality))
	}
	upper := newPlot("", "accuracy on "+partNames[part])
	lines := []curve{full, before}
	upper.Add(upright{grown, draw.LineStyle{Color: border, Width: 1}})
	upper.Y.Min, upper.Y.Max = padded(lines, 0, 1)
	legend := drawCurves(upper, lines)
	lower := newPlot("epoch", "classifiers")
	lower.Add(upright{grown, draw.LineStyle{Color: border, Width: 1}})
	drawCurves(lower, []curve{stack})
	most := slices.MaxFunc(stack.xy, func(a, b plotter.XY) int { return int(a.Y - b.Y) }).Y
	lower.Y.Min, lower.Y.Max = 0, most+0.5
	lower.Y.Tick.Marker = few{whole{}}
	n := float64(len(run.Epochs))
	for _, p := range []*plot.Plot{upper, lower} {
		p.X.Min, p.X.Max = 1-0.02*n, n*1.02
		p.X.Tick.Marker = whole{}
	}
	caption := fmt.Sprintf("With two classifiers or more the whole stack is at least as accurate in %d of %d epochs; mean difference %s points.",
		better, len(before.xy), minus(fmt.Sprintf("%+.2f", 100*gain/float64(len(before.xy)))))
	alt := fmt.Sprintf("Accuracy on %s by epoch. %s %s Number of classifiers: %.0f at first, %.0f in the last epoch.",
		partNames[part], ends(lines, "%.3f"), caption, stack.xy[0].Y, stack.xy[len(stack.xy)-1].Y)
	return render(frame{title: title, alt: alt, caption: caption, height: figureHeight + 100, legend: legend}, func(c draw.Canvas) {
		tiled(c, [][]*plot.Plot{{upper}, {lower}}, 2.5, 1)
	})
}
