package report

import (
	"fmt"
	"slices"

	"github.com/augkit/aug/datasets"
)

// Counts tells what must stand beside a result on a data set: samples, classes, the share of the largest class, which
// is what a network scores that always names it, the number of groups, and the samples in each part of the split.
func Counts(sets ...*datasets.Dataset) Table {
	t := Table{
		Header:  []string{"data set", "modalities", "samples", "classes", "largest class", "groups"},
		Caption: "Parts are those of the split that was opened. Largest class: its share of all samples.",
	}
	for _, part := range datasets.Parts {
		t.Header = append(t.Header, partNames[part])
	}
	for _, ds := range sets {
		groups := map[int]bool{}
		for _, g := range ds.Groups {
			groups[g] = true
		}
		names := ""
		for _, m := range ds.Modalities {
			if names != "" {
				names += ", "
			}
			names += fmt.Sprintf("%s %v", m.Name, m.Shape)
		}
		count := perClass(ds, allSamples(ds))
		largest := slices.Max(append(count, 0))
		row := []string{ds.Name, names, fmt.Sprint(ds.Len()), fmt.Sprint(len(ds.Classes)),
			fmt.Sprintf("%.1f %%", 100*float64(largest)/float64(max(1, ds.Len()))), fmt.Sprint(len(groups))}
		for _, part := range datasets.Parts {
			row = append(row, fmt.Sprint(len(ds.Indices(part))))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// ClassCounts are the samples of each class, in all and by part, with the number of groups that they come from.
func ClassCounts(ds *datasets.Dataset) Table {
	t := Table{Header: []string{"class", "samples", "groups"}, Caption: ds.Name + ": samples by class; parts are those of the split that was opened."}
	for _, part := range datasets.Parts {
		t.Header = append(t.Header, partNames[part])
	}
	groups := make([]map[int]bool, len(ds.Classes))
	for i, label := range ds.Labels {
		if groups[label] == nil {
			groups[label] = map[int]bool{}
		}
		groups[label][ds.Groups[i]] = true
	}
	all := perClass(ds, allSamples(ds))
	for c, class := range ds.Classes {
		t.Rows = append(t.Rows, []string{class, fmt.Sprint(all[c]), fmt.Sprint(len(groups[c]))})
	}
	for _, part := range datasets.Parts {
		for c, n := range perClass(ds, ds.Indices(part)) {
			t.Rows[c] = append(t.Rows[c], fmt.Sprint(n))
		}
	}
	return t
}

// perClass counts the samples of each class among rows.
func perClass(ds *datasets.Dataset, rows []int) []int {
	count := make([]int, len(ds.Classes))
	for _, i := range rows {
		count[ds.Labels[i]]++
	}
	return count
}

func allSamples(ds *datasets.Dataset) []int {
	rows := make([]int, ds.Len())
	for i := range rows {
		rows[i] = i
	}
	return rows
}
