// Package report turns recorded runs into figures and tables. It reads package runlog and trains nothing, so every
// number that it shows can be found in a run folder.
//
// A [Figure] is an SVG with a text alternative; a [Table] writes itself as Markdown, HTML or plain text and its caption
// names the protocol. Both have Display, which shows them in a notebook and prints text elsewhere.
//
// Each modality has one colour, one dash pattern and one marker in all figures; methods and classes have hues that no
// modality has. A picture that compares whole methods takes them as [Method]: named runs that differ in split and seed
// only. No text colour has enough contrast on
// both a white page and JupyterLab's dark one (4.5:1 on #111111 needs a luminance above 0.200, on white one below
// 0.183), so a figure brings its own light card.
package report

import (
	"slices"

	"github.com/augkit/aug/augkit/runlog"
)

// fusedName is how the fused predictor is called in figures and tables.
const fusedName = "fused"

// modalities lists the modalities of the runs in the order of their experiment files.
func modalities(runs ...*runlog.Run) []string {
	var names []string
	for _, r := range runs {
		for _, m := range r.Experiment.Data.Modalities {
			if !slices.Contains(names, m) {
				names = append(names, m)
			}
		}
	}
	return names
}

// selected is the epoch whose network is reported: the Result's, or the best so far of a run that goes on; 0 if none.
func selected(run *runlog.Run) int {
	if run.Result != nil {
		return run.Result.Epoch
	}
	best := 0
	for _, e := range run.Epochs {
		if e.Best {
			best = e.Epoch
		}
	}
	return best
}
