package report

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
)

// none stands where a method has no such number.
const none = "–"

// Summary has one row for each method (experiment without its split and seed): test scores as mean ± standard deviation
// over splits, with seeds averaged within a split, or over seeds where there is a single split. Runs that are not
// complete are left out, as the caption then says.
func Summary(runs []*runlog.Run) Table {
	var groups []*group
	known := map[string]*group{}
	var protocols []string
	left := 0
	var done []*runlog.Run
	for _, r := range runs {
		if r.Result == nil {
			left++
			continue
		}
		done = append(done, r)
		key := methodKey(r)
		if known[key] == nil {
			known[key] = &group{}
			groups = append(groups, known[key])
		}
		known[key].runs = append(known[key].runs, r)
		if !slices.Contains(protocols, r.Result.Protocol) {
			protocols = append(protocols, r.Result.Protocol)
		}
	}
	nameRows(groups)
	mods := modalities(done...)
	t := Table{Header: []string{"method", "splits × seeds", "fused, equal weights", "fused, tuned weights"}}
	t.Header = append(t.Header, mods...)
	t.Header = append(t.Header, "macro-F1", "mAP", "gap G [nats]", "classifiers, selected (last): "+strings.Join(mods, " / "))
	for _, g := range groups {
		t.Rows = append(t.Rows, g.row(mods))
	}
	t.Caption = "Accuracy, macro-F1, mAP and G on the test part; mean ± standard deviation over splits, or over seeds " +
		"where there is one split. Protocol: " + strings.Join(protocols, "; and ") + "."
	if len(done) == 0 {
		t.Caption = "No complete runs."
	}
	if left > 0 {
		t.Caption += fmt.Sprintf(" Left out, not complete: %d.", left)
	}
	return t
}

// group is the runs of one row.
type group struct {
	name string
	runs []*runlog.Run
}

func (g *group) row(mods []string) []string {
	splits, seeds := map[int]bool{}, map[int64]bool{}
	for _, r := range g.runs {
		splits[r.Experiment.Data.Split], seeds[r.Experiment.Train.Seed] = true, true
	}
	size := fmt.Sprintf("%d × %d", len(splits), len(seeds))
	cells := []string{g.name, size, g.spread(FusedEqual), g.spread(FusedTuned)}
	for _, m := range mods {
		cells = append(cells, g.spread(Branch(m)))
	}
	cells = append(cells,
		g.spread(func(r *runlog.Run) float64 { return r.Result.Test.Fused.MacroF1 }),
		g.spread(func(r *runlog.Run) float64 { return r.Result.Test.Fused.MAP }),
		g.spread(func(r *runlog.Run) float64 {
			if len(r.Result.Test.Branch) < 2 {
				return math.NaN()
			}
			return r.Result.Test.Gap
		}))
	selected := g.classifiers(mods, func(r *runlog.Result) map[string]int { return r.Classifiers })
	last := g.classifiers(mods, func(r *runlog.Result) map[string]int { return r.Final })
	if last != selected {
		selected += " (" + last + ")"
	}
	return append(cells, selected)
}

// classifiers is the mean size of each modality's stack.
func (g *group) classifiers(mods []string, of func(*runlog.Result) map[string]int) string {
	counts := make([]string, len(mods))
	for i, m := range mods {
		var n []float64
		for _, r := range g.runs {
			if c, ok := of(r.Result)[m]; ok {
				n = append(n, float64(c))
			}
		}
		counts[i] = none
		if len(n) > 0 {
			counts[i] = fmt.Sprintf("%.3g", stats.Mean(n))
		}
	}
	return strings.Join(counts, " / ")
}

// spread is the mean ± standard deviation of a number over the row's splits or seeds.
func (g *group) spread(pick func(*runlog.Run) float64) string {
	if slices.ContainsFunc(g.runs, func(r *runlog.Run) bool { return math.IsNaN(pick(r)) }) {
		return none
	}
	values := perSplit(g.runs, pick)
	if len(values) == 1 {
		return fmt.Sprintf("%.3f", values[0])
	}
	return fmt.Sprintf("%.3f ± %.3f", stats.Mean(values), stats.Std(values))
}

// methodKey is the experiment without what varies inside a row, or is only a name.
func methodKey(r *runlog.Run) string {
	e := r.Experiment
	e.Name, e.About, e.Data.Split, e.Train.Seed = "", "", 0, 0
	key, _ := json.Marshal(e) // a recorded experiment was JSON before
	return string(key)
}

// nameRows calls each row after its method, with the modalities of a method that sees only one, and with the name of the
// experiment where two rows would be called the same.
func nameRows(groups []*group) {
	count := map[string]int{}
	for _, g := range groups {
		e := g.runs[0].Experiment
		g.name = e.Method.Name
		if len(e.Data.Modalities) == 1 {
			g.name += " " + e.Data.Modalities[0]
		}
		count[g.name]++
	}
	for _, g := range groups {
		if count[g.name] > 1 {
			g.name += " (" + g.runs[0].Experiment.Name + ")"
		}
	}
}
