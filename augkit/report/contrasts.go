package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
)

// ByMethod sorts runs by the name of their method, in the order in which the methods come.
func ByMethod(runs []*runlog.Run) []Method {
	var out []Method
	for _, r := range runs {
		name := r.Experiment.Method.Name
		k := slices.IndexFunc(out, func(m Method) bool { return m.Name == name })
		if k < 0 {
			k, out = len(out), append(out, Method{Name: name})
		}
		out[k].Runs = append(out[k].Runs, r)
	}
	return out
}

// Pair is two methods on the same splits and seeds; what is compared is A − B.
type Pair struct{ A, B Method }

// Number is something that can be read off a run, such as [FusedEqual], and its name with its unit.
type Number struct {
	Name string
	Of   func(*runlog.Run) float64
}

// Contrasts is a table of paired differences by [Compare], a row a pair and a column a number; the pairs may be on
// different data sets, each with its own runs. Errors are those of Compare.
func Contrasts(pairs []Pair, numbers ...Number) (Table, error) {
	t := Table{Header: []string{"data", "difference"}}
	var all []*runlog.Run
	for _, n := range numbers {
		t.Header = append(t.Header, n.Name)
	}
	for _, p := range pairs {
		if len(p.A.Runs) == 0 {
			return t, fmt.Errorf("report: %s has no runs: train them first", p.A.Name)
		}
		row := []string{p.A.Runs[0].Experiment.Data.Name, p.A.Name + " − " + p.B.Name}
		for _, n := range numbers {
			iv, err := Compare(p.A.Runs, p.B.Runs, n.Of)
			if err != nil {
				return t, fmt.Errorf("%s against %s, %s: %w", p.A.Name, p.B.Name, n.Name, err)
			}
			row = append(row, starred(iv))
		}
		t.Rows = append(t.Rows, row)
		all = append(append(all, p.A.Runs...), p.B.Runs...)
	}
	t.Caption = "Mean paired difference and 95 % interval; * excludes zero, else no difference is seen. " + basisByData(all)
	return t, nil
}

// starred writes an interval, with a star where it excludes zero.
func starred(iv stats.Interval) string {
	cell := minus(iv.String())
	if iv.ExcludesZero() {
		cell += " *"
	}
	return cell
}

// basisByData is [basis] where data sets may differ in their splits.
func basisByData(runs []*runlog.Run) string {
	var data, protocols []string
	of := make(map[string][]*runlog.Run)
	for _, r := range runs {
		name := r.Experiment.Data.Name
		if of[name] == nil {
			data = append(data, name)
		}
		of[name] = append(of[name], r)
	}
	for i, name := range data {
		size, protocol, _ := strings.Cut(basis(of[name]), "; ")
		data[i] = size
		if !slices.Contains(protocols, protocol) {
			protocols = append(protocols, protocol)
		}
	}
	return strings.Join(data, "; ") + "; " + strings.Join(protocols, " ")
}
