package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit/metric"
	"github.com/augkit/aug/augkit/runlog"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// calibrationBins are those of Guo et al. ("On Calibration of Modern Neural Networks", ICML 2017).
const calibrationBins = 15

// Calibration is a reliability diagram of a run on the test part for the fused prediction and each modality's branch:
// in each of 15 bins of equal width, by the probability of the predicted class, the share of right answers. On the
// diagonal the network is as often right as it says; a bar below it is over-confident. ECE, the expected calibration
// error, is the mean distance to the diagonal, each bin with the weight of its samples (Guo et al., ICML 2017, equation
// 3; [metric.Answers.ECE]). The strip at the bottom shows where the samples are. The fused probability is the softmax
// of the weighted sum of logits that the run's result was measured on, so weights below one make it less sure.
func Calibration(run *runlog.Run) Figure {
	title := "Calibration on test: " + run.Experiment.Name
	a, err := testAnswers(run)
	if err != nil {
		return message(title, err.Error())
	}
	names := a.modalities
	if len(names) > 1 {
		names = append([]string{fusedName}, names...)
	}
	columns := len(names)
	if columns > 3 {
		columns = (columns + 1) / 2
	}
	var plots [][]*plot.Plot
	var words []string
	for i, name := range names {
		q, err := a.of(name)
		if err != nil {
			return message(title, err.Error())
		}
		if i%columns == 0 {
			plots = append(plots, make([]*plot.Plot, columns))
		}
		ece := q.ECE(calibrationBins)
		p := newPlot("", "")
		heading(p, fmt.Sprintf("%s, ECE %.3f", name, ece))
		p.Add(horizontals(), reliability{q.Reliability(calibrationBins), lookOf(name)})
		for _, axis := range []*plot.Axis{&p.X, &p.Y} {
			axis.Min, axis.Max, axis.Padding = 0, 1, 0
			axis.Tick.Marker = plot.ConstantTicks{{Value: 0, Label: "0"}, {Value: 0.25}, {Value: 0.5, Label: "0.5"}, {Value: 0.75}, {Value: 1, Label: "1"}}
		}
		p.X.Label.Text = "confidence"
		if i%columns == 0 {
			p.Y.Label.Text = "accuracy"
		}
		plots[len(plots)-1][i%columns] = p
		words = append(words, fmt.Sprintf("%s: ECE %.3f, mean confidence %.3f, accuracy %.3f", name, ece, meanConfidence(q), q.Accuracy()))
	}
	caption := fmt.Sprintf("%s, split %d, seed %d, %d test samples, 15 bins. Bars: share of right answers; diagonal: perfect; strip below: number of samples against the fullest bin.",
		run.Experiment.Data.Name, run.Experiment.Data.Split, run.Experiment.Train.Seed, len(a.Labels))
	// Data areas come out about square.
	height := float64(len(plots)) * (60 + float64(figureWidth-2*margin)/math.Max(2, float64(columns)))
	return render(frame{title: title, alt: caption + " " + strings.Join(words, "; ") + ".", caption: caption, height: height + 40},
		func(c draw.Canvas) { tiled(c, plots) })
}

// meanConfidence is the mean probability of the predicted class.
func meanConfidence(q *metric.Answers) float64 {
	sum := 0.0
	for _, b := range q.Reliability(calibrationBins) {
		sum += float64(b.Count) * b.Confidence
	}
	return sum / float64(q.Len())
}

// reliability draws the bars, the diagonal and the strip of one predictor.
type reliability struct {
	bins []metric.Bin
	look look
}

// Plot draws the diagram.
func (r reliability) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	n := float64(len(r.bins))
	fullest := slices.MaxFunc(r.bins, func(a, b metric.Bin) int { return a.Count - b.Count }).Count
	for i, b := range r.bins {
		if b.Count == 0 {
			continue
		}
		left, right := tx(float64(i)/n)+0.5, tx(float64(i+1)/n)-0.5
		fill(c, vg.Rectangle{Min: vg.Point{X: left, Y: ty(0)}, Max: vg.Point{X: right, Y: ty(b.Accuracy)}}, faded(r.look.colour))
		c.StrokeLine2(draw.LineStyle{Color: r.look.colour, Width: 2.5}, left, ty(b.Accuracy), right, ty(b.Accuracy))
		fill(c, vg.Rectangle{Min: vg.Point{X: left, Y: ty(0)}, Max: vg.Point{X: right, Y: ty(0.15 * float64(b.Count) / float64(fullest))}}, ink)
	}
	diagonal := draw.LineStyle{Color: muted, Width: 1.2, Dashes: []vg.Length{4, 3}}
	c.StrokeLine2(diagonal, tx(0), ty(0), tx(1), ty(1))
}
