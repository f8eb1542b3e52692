package datasets

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// GroupedFolds spreads groups over n folds so that no group is in two folds and each class is spread evenly: groups
// are shuffled by seed, then each, largest first, goes to the fold that has fewest samples of the group's commonest
// class (then fewest samples at all). It returns the fold of every sample.
func GroupedFolds(labels, groups []int, n int, seed uint64) []int {
	type group struct{ id, size, class, most int }
	order := make([]int, len(groups)) // by group, then by class: a map of each group would take more than the data
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(groups[i], groups[j]), cmp.Compare(labels[i], labels[j]))
	})
	var all []group
	run := 0 // samples of the group's class in hand
	for k, i := range order {
		if k == 0 || groups[i] != groups[order[k-1]] {
			all, run = append(all, group{id: groups[i]}), 0
		} else if labels[i] != labels[order[k-1]] {
			run = 0
		}
		run++
		g := &all[len(all)-1]
		g.size++
		if run > g.most { // of equally common classes the lowest
			g.class, g.most = labels[i], run
		}
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	slices.SortStableFunc(all, func(a, b group) int { return cmp.Compare(b.size, a.size) })

	perClass := make([]map[int]int, n)
	total := make([]int, n)
	for f := range perClass {
		perClass[f] = make(map[int]int)
	}
	home := make(map[int]int, len(all))
	for _, g := range all {
		best := 0
		for f := 1; f < n; f++ {
			if c := cmp.Compare(perClass[f][g.class], perClass[best][g.class]); c < 0 || c == 0 && total[f] < total[best] {
				best = f
			}
		}
		home[g.id] = best
		perClass[best][g.class] += g.size
		total[best] += g.size
	}
	folds := make([]int, len(groups))
	for i, g := range groups {
		folds[i] = home[g]
	}
	return folds
}

// FoldSplit makes the split number fold out of five grouped folds: that fold is the test part (20 %), and of what is
// left one grouped part in eight (10 % of all) is the validation part. The five test parts cover every sample once.
//
// The validation part is the last of its eight folds: the largest groups go to the first ones, and a validation part
// that is mostly one group selects badly.
func FoldSplit(labels, groups []int, fold int) []Part {
	const eighths = 8
	folds := GroupedFolds(labels, groups, 5, 0)
	parts := make([]Part, len(labels))
	var rest, restLabels, restGroups []int
	for i, f := range folds {
		if f == fold {
			parts[i] = Test
			continue
		}
		rest = append(rest, i)
		restLabels = append(restLabels, labels[i])
		restGroups = append(restGroups, groups[i])
	}
	for k, f := range GroupedFolds(restLabels, restGroups, eighths, uint64(fold)+1) {
		if f == eighths-1 {
			parts[rest[k]] = Validation
		}
	}
	return parts
}

// ShuffleParts deals the parts of a split anew to the samples of each class, at random by seed: every part keeps its
// number of samples of every class, but samples that belong together no longer stay together. It shows what grouping is
// worth; results on such a split flatter.
func ShuffleParts(labels []int, parts []Part, seed uint64) []Part {
	byClass := make(map[int][]int)
	for i, label := range labels {
		byClass[label] = append(byClass[label], i)
	}
	out := make([]Part, len(parts))
	for class, members := range byClass {
		order := rand.New(rand.NewPCG(seed, uint64(class))).Perm(len(members))
		for k, i := range members {
			out[i] = parts[members[order[k]]]
		}
	}
	return out
}
