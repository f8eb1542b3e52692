package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Confidences are the scores s that the assignment of a run sees, by epoch and then by modality in the order of the
// experiment: those of the training part, of the training epoch as it ran, or of the validation part. They are what
// [assign.Replay] takes. A run without assignment has them too.
func Confidences(run *runlog.Run) [][]float64 {
	return ConfidencesOf(run, run.Experiment.Method.Assign.Score)
}

// ConfidencesOf are the scores that an assignment with another setting of method.assign.score would have seen.
func ConfidencesOf(run *runlog.Run, score string) [][]float64 {
	out := make([][]float64, len(run.Epochs))
	for i, e := range run.Epochs {
		scores := e.Train.Confidence
		switch score {
		case experiment.ScoreValidation:
			scores = e.Validation.Confidence
		case experiment.ScoreTraining:
			scores = e.TrainingConfidence
		}
		for _, m := range run.Experiment.Data.Modalities {
			out[i] = append(out[i], scores[m])
		}
	}
	return out
}

// LastScores shows whether the training and the validation part agree on who is weak: score s and accuracy of each
// modality's branch on both after the last epoch, and the size of its stack while that epoch was trained.
func LastScores(run *runlog.Run) Table {
	t := Table{Header: []string{"modality", "s, training", "s, validation", "accuracy, training", "accuracy, validation", "classifiers"}}
	if len(run.Epochs) == 0 {
		t.Caption = noEpochs
		return t
	}
	last := run.Epochs[len(run.Epochs)-1]
	for _, m := range run.Experiment.Data.Modalities {
		row := []string{m}
		for _, x := range []float64{last.Train.Confidence[m], last.Validation.Confidence[m], last.Train.Branch[m].Accuracy, last.Validation.Branch[m].Accuracy} {
			row = append(row, fmt.Sprintf("%.3f", x))
		}
		t.Rows = append(t.Rows, append(row, fmt.Sprint(last.Classifiers[m])))
	}
	t.Caption = fmt.Sprintf("%s, split %d, seed %d, after epoch %d.", run.Experiment.Data.Name, run.Experiment.Data.Split, run.Experiment.Train.Seed, last.Epoch)
	return t
}

// scoreNames say whose scores they are.
var scoreNames = map[string]string{"": "training part", "train": "training part", experiment.ScoreTraining: "training epoch as it ran", experiment.ScoreValidation: "validation part"}

// Assignment shows the adaptive classifier assignment of a run at work (paper, section 3.3): above, the confidence score s
// of each modality by epoch; upright lines mark the epochs after which the assignment was asked, rings on a curve those
// after which its modality got a classifier. Below, the lead s_a − σ·s_b of the strongest over the weakest modality with
// the threshold τ, where the rule compares that.
func Assignment(run *runlog.Run) Figure {
	title := "Adaptive assignment: " + run.Experiment.Name
	mods := run.Experiment.Data.Modalities
	switch {
	case len(run.Epochs) == 0:
		return message(title, noEpochs)
	case len(mods) < 2:
		return message(title, "An assignment is between two modalities or more; this run has one.")
	}
	scores := Confidences(run)
	var lines []curve
	grown := map[string]int{}
	var rings plotter.XYs
	var checks []float64
	for k, m := range mods {
		line := curve{name: m, look: lookOf(m)}
		for i, e := range run.Epochs {
			at := plotter.XY{X: float64(e.Epoch), Y: scores[i][k]}
			line.xy = append(line.xy, at)
			if slices.Contains(e.Grown, m) {
				rings = append(rings, at)
				grown[m]++
			}
			if k == 0 && e.Checked {
				checks = append(checks, at.X)
			}
		}
		lines = append(lines, line)
	}
	grid := upright{checks, draw.LineStyle{Color: border, Width: 1}}
	upper := newPlot("", "confidence score s")
	upper.Add(grid)
	upper.Y.Min, upper.Y.Max = padded(lines, 0, 1)
	legend := drawCurves(upper, lines)
	mark := draw.GlyphStyle{Color: ink, Radius: 6.5, Shape: ring{}}
	if len(rings) > 0 {
		upper.Add(&plotter.Scatter{XYs: rings, GlyphStyle: mark})
	}
	small := mark
	small.Radius = 5
	legend = append(legend, entry{name: "gets a classifier", mark: &small}, entry{name: "asked", line: &draw.LineStyle{Color: border, Width: 3}})
	panels := [][]*plot.Plot{{upper}}
	caption := fmt.Sprintf("Scores of the %s. Asked %s", scoreNames[run.Experiment.Method.Assign.Score], count(len(checks), "time"))
	for i, m := range mods {
		caption += fmt.Sprintf("%s %s +%d", []string{":", ","}[min(i, 1)], m, grown[m])
	}
	caption += "."
	rule := run.Experiment.Method
	if rule.Assign.Direction == experiment.DirectionStronger {
		caption += " The stronger modality gets it."
	}
	if rule.Assign.By == "" || rule.Assign.By == "difference" {
		panels = append(panels, []*plot.Plot{leadPanel(scores, run.Epochs, rule, grid)})
		caption += fmt.Sprintf(" Dashed below: τ = %g, σ = %g.", rule.Tau, rule.Sigma)
	} else {
		upper.X.Label.Text = "epoch"
	}
	n := float64(len(run.Epochs))
	for _, row := range panels {
		row[0].X.Min, row[0].X.Max = 1-0.02*n, n*1.02
		row[0].X.Tick.Marker = whole{}
	}
	alt := fmt.Sprintf("Confidence score by epoch. %s %s %s", ends(lines, "%.3f"), caption, growths(run))
	height := float64(figureHeight)
	if len(panels) > 1 {
		height += 100
	}
	return render(frame{title: title, alt: alt, caption: caption, height: height, legend: legend}, func(c draw.Canvas) {
		tiled(c, panels, []float64{2.5, 1}[:len(panels)]...)
	})
}

// leadPanel is s_a − σ·s_b by epoch: a filled point where it is above τ at a check.
func leadPanel(scores [][]float64, epochs []runlog.Epoch, rule experiment.Method, checks upright) *plot.Plot {
	p := newPlot("epoch", "s_a − σ·s_b")
	var lead, asked plotter.XYs
	for i, e := range epochs {
		at := plotter.XY{X: float64(e.Epoch), Y: slices.Max(scores[i]) - rule.Sigma*slices.Min(scores[i])}
		lead = append(lead, at)
		if e.Checked && at.Y > rule.Tau {
			asked = append(asked, at)
		}
	}
	first, last := lead[0].X, lead[len(lead)-1].X
	p.Add(checks,
		&plotter.Line{XYs: plotter.XYs{{X: first, Y: rule.Tau}, {X: last, Y: rule.Tau}}, LineStyle: draw.LineStyle{Color: ink, Width: 1, Dashes: []vg.Length{4, 3}}},
		&plotter.Line{XYs: lead, LineStyle: draw.LineStyle{Color: muted, Width: 1.5}})
	if len(asked) > 0 {
		p.Add(&plotter.Scatter{XYs: asked, GlyphStyle: draw.GlyphStyle{Color: ink, Radius: 3, Shape: draw.CircleGlyph{}}})
	}
	p.Y.Min, p.Y.Max = padded([]curve{{xy: append(slices.Clone(lead), plotter.XY{X: first, Y: rule.Tau})}}, math.Inf(-1), math.Inf(1))
	p.Y.Tick.Marker = few{plot.DefaultTicks{}}
	return p
}

// growths lists who got a classifier after which epoch.
func growths(run *runlog.Run) string {
	var said []string
	for _, e := range run.Epochs {
		if len(e.Grown) > 0 {
			said = append(said, fmt.Sprintf("%d %s", e.Epoch, strings.Join(e.Grown, " and ")))
		}
	}
	if len(said) == 0 {
		return "Nobody got a classifier."
	}
	return "Classifiers after epochs " + strings.Join(said, ", ") + "."
}
