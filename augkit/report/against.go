package report

import (
	"fmt"
	"strings"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
)

// Against is a table of methods that differ from a reference in a setting or two: the mean size of each modality's stack
// in the last epoch, the mean fused test accuracy, and the paired differences to the reference by [Compare], fused and by
// branch. Errors are those of Compare.
func Against(reference Method, others ...Method) (Table, error) {
	mods := modalities(reference.Runs...)
	t := Table{Header: []string{"method", "classifiers in the last epoch: " + strings.Join(mods, " / "), fusedName, fusedName + " − reference"}}
	for _, m := range mods {
		t.Header = append(t.Header, m+" − reference")
	}
	all := append([]*runlog.Run{}, reference.Runs...)
	for i, m := range append([]Method{reference}, others...) {
		row := []string{m.Name, lastStacks(m.Runs, mods), fmt.Sprintf("%.3f", stats.Mean(perSplit(m.Runs, FusedEqual)))}
		for _, name := range append([]string{fusedName}, mods...) {
			if i == 0 {
				row = append(row, none)
				continue
			}
			pick := FusedEqual
			if name != fusedName {
				pick = Branch(name)
			}
			iv, err := Compare(m.Runs, reference.Runs, pick)
			if err != nil {
				return t, fmt.Errorf("%s against %s, %s: %w", m.Name, reference.Name, name, err)
			}
			row = append(row, starred(iv))
		}
		t.Rows = append(t.Rows, row)
		if i > 0 {
			all = append(all, m.Runs...)
		}
	}
	t.Caption = fmt.Sprintf("Reference: %s. Test accuracy, paired 95 %% intervals; * excludes zero, else no difference is seen. Classifiers: mean over runs. %s", reference.Name, basis(all))
	return t, nil
}

// lastStacks is the mean number of classifiers that each modality had while the last epoch was trained.
func lastStacks(runs []*runlog.Run, mods []string) string {
	var said []string
	for _, m := range mods {
		var n []float64
		for _, r := range runs {
			if e := len(r.Epochs); e > 0 {
				n = append(n, float64(r.Epochs[e-1].Classifiers[m]))
			}
		}
		if len(n) == 0 { // late fusion
			return none
		}
		said = append(said, fmt.Sprintf("%.3g", stats.Mean(n)))
	}
	return strings.Join(said, " / ")
}
