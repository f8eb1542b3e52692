package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit/metric"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
	"gonum.org/v1/plot/plotter"
)

// missingDraws is how often it is drawn who lacks a modality.
const missingDraws = 20

// MissingModality shows the accuracy of methods against the share of test samples that lack one modality, as the paper's
// Table 5 does. It uses the recorded predictions only: a modality that is missing gives no logits, and what is left
// answers. Modality names the one that is missing; empty: any of them, drawn for each sample. The draws are
// [metric.Branches.Missing]'s, the same for every method. Lines are the mean over draws and splits, bands ± one standard
// deviation over splits; in expectation a line is straight, so what counts are its two ends. No network sees an input
// that is missing, unlike where zeros stand in for it.
func MissingModality(modality string, methods ...Method) Figure {
	title, lack := "Accuracy when one modality is missing", "a modality"
	if modality != "" {
		lack = modality
		title = fmt.Sprintf("Accuracy when the modality %s is missing", modality)
	}
	percent := []float64{0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100}
	shares := make([]float64, len(percent))
	for i, p := range percent {
		shares[i] = p / 100
	}
	p := newPlot("share of the test samples that lack "+lack+" [%]", "test accuracy")
	var lines []curve
	var all []*runlog.Run
	var words []string
	for i, l := range methodLooks(methods) {
		runs := slices.DeleteFunc(completed(methods[i].Runs), func(r *runlog.Run) bool { return len(r.Experiment.Data.Modalities) < 2 })
		if len(runs) == 0 {
			continue // a modality alone has nothing left when it is missing
		}
		curves := make(map[*runlog.Run][]float64)
		strays := 0.0
		for _, r := range runs {
			mean, std, err := missingOf(r, modality, shares)
			if err != nil {
				return message(title, strings.TrimPrefix(err.Error(), "metric: "))
			}
			curves[r] = mean
			strays = max(strays, slices.Max(std))
		}
		line := curve{name: methods[i].Name, look: l}
		for k := range shares {
			values := perSplit(runs, func(r *runlog.Run) float64 { return curves[r][k] })
			line.xy = append(line.xy, plotter.XY{X: percent[k], Y: stats.Mean(values)})
			line.half = append(line.half, spreadOf(values))
		}
		lines, all = append(lines, line), append(all, runs...)
		words = append(words, fmt.Sprintf("%s: %.3f with none missing, %.3f at 20 %%, %.3f at 50 %%, %.3f at 100 %% (one test set strays by up to %.3f from draw to draw)",
			line.name, line.xy[0].Y, line.xy[2].Y, line.xy[5].Y, line.xy[10].Y, strays))
	}
	if len(lines) == 0 {
		return message(title, "There are no complete runs with two modalities or more.")
	}
	p.Y.Min, p.Y.Max = padded(lines, 0, 1)
	legend := drawCurves(p, lines)
	p.X.Min, p.X.Max = -2, 102
	p.X.Tick.Marker = whole{}
	caption := fmt.Sprintf("Mean over %d draws of the samples, from predictions only; band ± one standard deviation over splits. %s", missingDraws, basis(all))
	return render(frame{title: title, alt: "Test accuracy. " + strings.Join(words, "; ") + ". " + caption, caption: caption, height: figureHeight, legend: legend}, p.Draw)
}

// missingOf is the curve of one run and its spread over the draws.
func missingOf(run *runlog.Run, modality string, shares []float64) (mean, std []float64, err error) {
	a, err := testAnswers(run)
	if err != nil {
		return nil, nil, err
	}
	which := metric.Any
	if modality != "" {
		if which = slices.Index(a.modalities, modality); which < 0 {
			return nil, nil, fmt.Errorf("%s has no modality %q; it has %s", run.Dir, modality, strings.Join(a.modalities, ", "))
		}
	}
	return a.Missing(shares, which, missingDraws)
}
