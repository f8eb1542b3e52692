package parity

import (
	"cmp"
	"slices"
)

// Row is a line of the table of tolerances: all arrays of one group in one family of cases.
type Row struct {
	Group     string // forward, gradient, trained or rate
	Family    string // which cases
	Files     int
	Arrays    int
	Worst     Difference // the array that is nearest to its tolerance, or farthest beyond it
	WorstFile string
}

// The families of cases, whose roundings differ.
const (
	familyLayers   = "layers, encoders"
	familyDeep     = "ResNet18"
	familyNetworks = "networks"
	familySGD      = "SGD"
	familyZeroed   = "SGD, zeroed gradients"
	familyAdam     = "Adam"
	familySchedule = "schedules"
)

var (
	groups   = []string{"forward", "gradient", "trained", "rate"}
	families = []string{familyLayers, familyDeep, familyNetworks, familySGD, familyZeroed, familyAdam, familySchedule}
)

// Table sums reports up, by group and family.
func Table(reports []*Report) []Row {
	var rows []Row
	for _, rep := range reports {
		last := make(map[string]bool) // groups that this file has been counted in
		for _, d := range rep.Arrays {
			i := slices.IndexFunc(rows, func(r Row) bool { return r.Group == d.Group && r.Family == rep.Family })
			if i < 0 {
				i = len(rows)
				rows = append(rows, Row{Group: d.Group, Family: rep.Family, Worst: d, WorstFile: rep.File})
			}
			r := &rows[i]
			r.Arrays++
			if !last[d.Group] {
				last[d.Group] = true
				r.Files++
			}
			if d.Rel/d.Tolerance > r.Worst.Rel/r.Worst.Tolerance {
				r.Worst, r.WorstFile = d, rep.File
			}
		}
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(slices.Index(groups, a.Group), slices.Index(groups, b.Group)),
			cmp.Compare(slices.Index(families, a.Family), slices.Index(families, b.Family)))
	})
	return rows
}

// family is the one that a case belongs to.
func (c *Case) family() string {
	deep := c.Layer == "resnet18"
	for _, m := range c.Modalities {
		deep = deep || m.Encoder == "resnet18"
	}
	switch {
	case c.Kind == "schedule":
		return familySchedule
	case c.Steps > 0 && c.Kind == "network":
		switch {
		case c.Optimizer.Name != "sgd":
			return familyAdam
		case c.zeroes():
			return familyZeroed
		}
		return familySGD
	case deep:
		return familyDeep
	case c.Kind == "layer":
		return familyLayers
	}
	return familyNetworks
}
