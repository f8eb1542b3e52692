package metric

import (
	"cmp"
	"slices"
)

// Accuracy is the share of samples whose largest logit is the true class.
func (a *Answers) Accuracy() float64 {
	hits := 0
	for i, p := range a.Predictions() {
		if p == a.labels[i] {
			hits++
		}
	}
	return float64(hits) / float64(a.Len())
}

// Confusion counts samples: row = true class, column = predicted class, [classes][classes].
func (a *Answers) Confusion() [][]int {
	m := make([][]int, a.classes)
	for i := range m {
		m[i] = make([]int, a.classes)
	}
	for i, p := range a.Predictions() {
		m[a.labels[i]][p]++
	}
	return m
}

// MacroF1 is the mean of the classes' F1 = 2·TP/(2·TP+FP+FN), over the classes that occur among the labels or the
// predictions; as f1_score(average="macro", zero_division=0) of scikit-learn.
func (a *Answers) MacroF1() float64 {
	m := a.Confusion()
	var sum float64
	present := 0
	for c := range m {
		truth, predicted := 0, 0
		for j := range m {
			truth += m[c][j]
			predicted += m[j][c]
		}
		// 2·TP+FP+FN is the sum of the two margins; zero means that the class does not occur at all.
		if truth+predicted == 0 {
			continue
		}
		present++
		sum += 2 * float64(m[c][c]) / float64(truth+predicted)
	}
	return sum / float64(present)
}

// MAP is the mean over all classes of [AveragePrecision] of the class's probability, one class against the rest. A
// class with no sample counts as 0, as in scikit-learn and so in the released AUG code: on a part of the data that
// lacks a class, MAP cannot reach 1. Probabilities are float64; scores that tie only in float32 do not tie here.
func (a *Answers) MAP() float64 {
	p := a.Probabilities()
	positive := make([]bool, a.Len())
	scores := make([]float64, a.Len())
	var sum float64
	for c := range a.classes {
		for i, y := range a.labels {
			positive[i] = y == c
			scores[i] = p[i*a.classes+c]
		}
		sum += AveragePrecision(positive, scores)
	}
	return sum / float64(a.classes)
}

// AveragePrecision is Σₙ (Rₙ − Rₙ₋₁)·Pₙ over the distinct scores from high to low, Rₙ and Pₙ being recall and
// precision with the n-th score as threshold; as average_precision_score of scikit-learn. Samples of equal score enter
// together. No positive sample gives 0. The two slices must be of one length.
func AveragePrecision(positive []bool, scores []float64) float64 {
	var truth []float64 // scores of the positives, from high to low
	for i, p := range positive {
		if p {
			truth = append(truth, scores[i])
		}
	}
	if len(truth) == 0 {
		return 0
	}
	slices.SortFunc(truth, func(a, b float64) int { return cmp.Compare(b, a) })
	// Only a positive raises recall, so its score is a threshold, and of the negatives only the number at each threshold
	// counts: to sort them too would cost most of an evaluation with many classes.
	thresholds := slices.Compact(slices.Clone(truth))
	negatives := make([]int, len(thresholds)) // that enter at a threshold
	lowest := thresholds[len(thresholds)-1]
	for i, s := range scores {
		if positive[i] || s < lowest {
			continue
		}
		at, _ := slices.BinarySearchFunc(thresholds, s, func(t, s float64) int { return cmp.Compare(s, t) })
		negatives[at]++
	}
	var ap float64
	hits, entered := 0, 0 // true positives, and all samples, at a threshold and above
	for k, t := range thresholds {
		before := hits
		for hits < len(truth) && truth[hits] == t {
			hits++
		}
		entered += hits - before + negatives[k]
		ap += float64(hits-before) / float64(len(truth)) * float64(hits) / float64(entered)
	}
	return ap
}
