package study

import (
	"fmt"
	"math"

	"github.com/augkit/aug/augkit/report"
	"github.com/augkit/aug/augkit/runlog"
)

// Forest shows effects with their intervals over splits, one row each. A row names its block, and what it is compared
// with, where the rows differ in that.
func Forest(title, caption string, effects []Effect) report.Figure {
	blocks, against, ofs := make(map[string]bool), make(map[string]bool), make(map[string]bool)
	for _, e := range effects {
		blocks[e.Block], against[e.Against], ofs[e.Of] = true, true, true
	}
	rows := make([]report.Difference, len(effects))
	for i, e := range effects {
		name := e.Variant
		if len(against) > 1 {
			name += " − " + e.Against
		}
		if len(blocks) > 1 {
			name = e.Block + ": " + name
		}
		if len(ofs) > 1 {
			name += ", " + e.Of
		}
		of := e.Of
		if of == Headline {
			of = Fused
		}
		rows[i] = report.Difference{Name: name, Modality: of, Interval: e.Splits}
	}
	return report.Forest(title, "difference in test accuracy", caption, rows)
}

// Table lists effects with both of their intervals and the number of splits that they rest on.
func Table(caption string, effects []Effect) report.Table {
	t := report.Table{Header: []string{"data", "difference", "of", "n", "over splits", "over test samples", "claimed"}, Caption: caption}
	for _, e := range effects {
		samples, claimed := e.Samples.String(), fmt.Sprintf("no difference seen at n = %d", e.Splits.N)
		if math.IsNaN(e.Samples.Mean) {
			samples = "–"
		}
		switch {
		case e.Claimed():
			claimed = "yes"
		case e.Splits.ExcludesZero():
			claimed = "over splits only"
		}
		t.Rows = append(t.Rows, []string{e.Block, e.Variant + " − " + e.Against, e.Of, fmt.Sprint(e.Splits.N), e.Splits.String(), samples, claimed})
	}
	return t
}

// Accuracies lists the mean test accuracy of variants on each block, with the modalities' branches and the classifiers of
// the selected epoch.
func Accuracies(records []Record, block string, modalities []string, variants ...string) report.Table {
	t := report.Table{Header: append([]string{"variant", "runs", "fused"}, modalities...),
		Caption: fmt.Sprintf("%s: mean test accuracy over runs; classifiers at the last epoch in the order of the modalities", block)}
	t.Header = append(t.Header, "classifiers")
	for _, v := range variants {
		if len(pick(records, block, v)) == 0 {
			continue
		}
		row := []string{v, fmt.Sprint(len(pick(records, block, v))), number(records, block, v, func(r *runlog.Result) float64 { return r.TestEqual.Accuracy })}
		classifiers := ""
		for i, m := range modalities {
			row = append(row, number(records, block, v, func(r *runlog.Result) float64 { return r.Test.Branch[m].Accuracy }))
			if i > 0 {
				classifiers += " / "
			}
			classifiers += fmt.Sprintf("%.1f", Mean(records, block, v, func(r *runlog.Result) float64 { return float64(r.Final[m]) }))
		}
		t.Rows = append(t.Rows, append(row, classifiers))
	}
	return t
}

func number(records []Record, block, variant string, of func(*runlog.Result) float64) string {
	return fmt.Sprintf("%.3f", Mean(records, block, variant, of))
}
