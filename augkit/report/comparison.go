package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// Comparison is the standard picture of a study: for each modality its accuracy alone and that of its branch in each
// method, against the modality alone; then the fused scores of the methods, against joint training (the first method,
// where there is none). The runs are those of one study, with the same splits and seeds for every method.
func Comparison(runs []*runlog.Run) (Figure, error) {
	var methods []string
	for _, r := range runs {
		if name := r.Experiment.Method.Name; !slices.Contains(methods, name) {
			methods = append(methods, name)
		}
	}
	together := slices.DeleteFunc(slices.Clone(methods), func(m string) bool { return m == "alone" || m == "late" })
	mods := modalities(runs...)
	var blocks []Block
	for _, m := range mods {
		rows := []Method{}
		if alone := pickRuns(runs, "alone", m); len(alone) > 0 {
			rows = append(rows, Method{"alone", alone})
		}
		for _, name := range together {
			rows = append(rows, Method{"in " + name, pickRuns(runs, name, "")})
		}
		b, err := NewBlock(m, Branch(m), 0, rows...)
		if err != nil {
			return Figure{}, err
		}
		blocks = append(blocks, b)
	}
	fused := slices.DeleteFunc(slices.Clone(methods), func(m string) bool { return m == "alone" })
	rows := make([]Method, len(fused))
	for i, name := range fused {
		rows[i] = Method{name, pickRuns(runs, name, "")}
	}
	b, err := NewBlock("fused", FusedEqual, max(0, slices.Index(fused, "joint")), rows...)
	if err != nil {
		return Figure{}, err
	}
	blocks = append(blocks, b)
	splits := map[int]bool{}
	for _, r := range runs {
		splits[r.Experiment.Data.Split] = true
	}
	caption := fmt.Sprintf("%s, %d splits, test part; epoch selected on validation. Bars: paired 95 %% intervals against the block's reference, corrected for overlapping splits.",
		runs[0].Experiment.Data.Name, len(splits))
	return Study(fmt.Sprintf("%s: each modality alone and inside each method", runs[0].Experiment.Data.Name), "test accuracy", caption, blocks), nil
}

// pickRuns takes the runs of a method, and of a single modality where one is named.
func pickRuns(runs []*runlog.Run, name, modality string) []*runlog.Run {
	var out []*runlog.Run
	for _, r := range runs {
		if r.Experiment.Method.Name == name && (modality == "" || slices.Equal(r.Experiment.Data.Modalities, []string{modality})) {
			out = append(out, r)
		}
	}
	return out
}

// Differences is a table of paired differences in test accuracy between methods, each written "a − b" (a minus sign or a
// hyphen between spaces): fused and by branch, with its 95 % interval and whether it is claimed.
func Differences(runs []*runlog.Run, pairs ...string) (Table, error) {
	t := Table{Header: []string{"difference", "of", "mean [95 % interval]", "claimed"},
		Caption: "Paired by split; intervals corrected for overlapping splits (Nadeau and Bengio 2003). A difference is claimed only where the interval excludes zero."}
	for _, p := range pairs {
		left, right, ok := strings.Cut(strings.Replace(p, " − ", " - ", 1), " - ")
		if !ok {
			return t, fmt.Errorf("report: %q names no two methods; write it as aug − control", p)
		}
		a, b := pickRuns(runs, left, ""), pickRuns(runs, right, "")
		add := func(of string, pick func(*runlog.Run) float64) error {
			iv, err := Compare(a, b, pick)
			if err != nil {
				return fmt.Errorf("%s: %w", p, err)
			}
			claimed := "no"
			if iv.ExcludesZero() {
				claimed = "yes"
			}
			t.Rows = append(t.Rows, []string{left + " − " + right, of, minus(iv.String()), claimed})
			return nil
		}
		if err := add("fused", FusedEqual); err != nil {
			return t, err
		}
		if left == "late" || right == "late" {
			continue // its branches are the modalities alone
		}
		for _, m := range modalities(runs...) {
			if err := add(m, Branch(m)); err != nil {
				return t, err
			}
		}
	}
	return t, nil
}

// Samples shows some training pictures of each class with their captions. The data set needs a modality of kind image;
// other data give a figure that says so.
func Samples(ds *datasets.Dataset, perClass int) Figure {
	title := ds.Name + ": a few training samples of each class"
	i := slices.IndexFunc(ds.Modalities, func(m *datasets.Modality) bool { return m.Kind == datasets.Image })
	if i < 0 {
		return message(title, "This data set has no pictures.")
	}
	m := ds.Modalities[i]
	byClass := make([][]int, len(ds.Classes))
	for _, k := range ds.Indices(datasets.Train) {
		byClass[ds.Labels[k]] = append(byClass[ds.Labels[k]], k)
	}
	var pictures []Picture
	for row := range perClass {
		for c, samples := range byClass {
			if len(samples) == 0 {
				continue
			}
			k := samples[(2*row+1)*len(samples)/(2*perClass)]
			pictures = append(pictures, Picture{Image: RGB(m.Raw(k), m.Shape[0], m.Shape[1]), Word: ds.Captions[k], Class: ds.Classes[c]})
		}
	}
	const columns = 4 // more would cut the words short
	return ImageGrid(title, columns, pictures)
}
