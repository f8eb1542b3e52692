package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit/metric"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
	"github.com/augkit/aug/datasets"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// fusionSteps is the number of steps of the weight from 0 to 1.
const fusionSteps = 20

// FusionWeights shows what the fusion weight of the first of two modalities does to a method's accuracy on validation and
// on test, against equal weights: the mean over runs with a band of ± one standard deviation over splits. Dots at the
// bottom are the weights that validation chose, one a run. Only recorded predictions are used. The test curve is for
// looking: a weight is never chosen on it.
func FusionWeights(m Method) Figure {
	title := "Fusion weights: " + m.Name
	runs := completed(m.Runs)
	if len(runs) == 0 {
		return message(title, "There are no complete runs to show.")
	}
	mods := modalities(runs...)
	if len(mods) != 2 {
		return message(title, fmt.Sprintf("One weight stands for two modalities; these runs have %s.", strings.Join(mods, ", ")))
	}
	var lines []curve
	for _, part := range []datasets.Part{datasets.Test, datasets.Validation} {
		gains := make(map[*runlog.Run][]float64)
		for _, r := range runs {
			g, err := fusionGains(r, part)
			if err != nil {
				return message(title, err.Error())
			}
			gains[r] = g
		}
		line := curve{name: partNames[part], look: lookOf(fusedName)}
		if part == datasets.Validation {
			line.look = look{muted, []vg.Length{5, 3}, draw.BoxGlyph{}}
		}
		for k := range fusionSteps + 1 {
			values := perSplit(runs, func(r *runlog.Run) float64 { return gains[r][k] })
			line.xy = append(line.xy, plotter.XY{X: float64(k) / fusionSteps, Y: stats.Mean(values)})
			line.half = append(line.half, spreadOf(values))
		}
		lines = append(lines, line)
	}
	p := newPlot(fmt.Sprintf("weight of %s; %s has one minus it", mods[0], mods[1]), "accuracy − that of equal weights")
	p.X.Min, p.X.Max = -0.02, 1.02
	low, high := padded(lines, math.Inf(-1), math.Inf(1))
	p.Y.Min, p.Y.Max = low-0.2*(high-low), high
	legend := drawCurves(p, lines)
	p.Add(&plotter.Line{XYs: plotter.XYs{{X: 0}, {X: 1}}, LineStyle: draw.LineStyle{Color: ink, Width: 1}})
	chosen := make(map[float64]int)
	for _, r := range runs {
		chosen[math.Round(10*r.Result.TunedWeights[mods[0]])/10]++
	}
	p.Add(dots(chosen))
	mark := draw.GlyphStyle{Color: muted, Radius: 3, Shape: draw.CircleGlyph{}}
	legend = append(legend, entry{name: "chosen on validation", mark: &mark})
	for i := range legend[:2] {
		legend[i].name = "on " + legend[i].name
	}
	var said []string
	for w := range 11 {
		if n := chosen[float64(w)/10]; n > 0 {
			said = append(said, fmt.Sprintf("%.1f in %s", float64(w)/10, count(n, "run")))
		}
	}
	caption := "Mean over runs, band ± one standard deviation over splits. " + basis(runs)
	test := lines[0].xy
	best := slices.MaxFunc(test, func(a, b plotter.XY) int { return int(math.Copysign(1, a.Y-b.Y)) })
	alt := fmt.Sprintf("Accuracy against equal weights. On test %+.3f at weight 0, %+.3f at weight 1, largest %+.3f at %.2f. Validation chose %s. %s",
		test[0].Y, test[fusionSteps].Y, best.Y, best.X, strings.Join(said, ", "), caption)
	return render(frame{title: title, alt: alt, caption: caption, height: figureHeight, legend: legend}, p.Draw)
}

// fusionGains is the accuracy at each weight of the first modality less that at one half.
func fusionGains(run *runlog.Run, part datasets.Part) ([]float64, error) {
	a, err := partAnswers(run, part)
	if err != nil {
		return nil, err
	}
	out := make([]float64, fusionSteps+1)
	for k := range out {
		w := float64(k) / fusionSteps
		a.Weights = []float64{w, 1 - w}
		q, err := metric.New(a.Labels, a.Fused(), a.Classes)
		if err != nil {
			return nil, err
		}
		out[k] = q.Accuracy()
	}
	equal := out[fusionSteps/2]
	for k := range out {
		out[k] -= equal
	}
	return out, nil
}

// partAnswers are the predictions of a complete run for its validation or test part.
func partAnswers(run *runlog.Run, part datasets.Part) (answers, error) {
	if part == datasets.Test {
		return testAnswers(run)
	}
	twin := *run
	if len(twin.Predictions) == 0 && run.Result != nil {
		again, err := runlog.Open(run.Dir)
		if err != nil {
			return answers{}, err
		}
		twin.Predictions = again.Predictions
	}
	var picked []runlog.Prediction
	for _, p := range twin.Predictions {
		if p.Part == part.String() {
			p.Part = datasets.Test.String()
			picked = append(picked, p)
		}
	}
	if len(picked) == 0 {
		return answers{}, fmt.Errorf("the run %s holds no predictions of the %s part", run.Dir, part)
	}
	twin.Predictions = picked
	return testAnswers(&twin)
}

// dots are columns of dots on the lower edge, by the number of runs at each weight.
type dots map[float64]int

// Plot draws the columns; where there are many runs the dots of a column come closer.
func (d dots) Plot(c draw.Canvas, p *plot.Plot) {
	tx, _ := p.Transforms(&c)
	highest := 1
	for _, n := range d {
		highest = max(highest, n)
	}
	step := min(7, (c.Max.Y-c.Min.Y)*0.16/vg.Length(highest))
	for w, n := range d {
		for i := range n {
			c.DrawGlyph(draw.GlyphStyle{Color: muted, Radius: 3, Shape: draw.CircleGlyph{}}, vg.Point{X: tx(w), Y: c.Min.Y + 5 + step*vg.Length(i)})
		}
	}
}
