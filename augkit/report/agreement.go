package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit/metric"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// Agreement counts the test samples of a run by which of its branches answer them right, and in how many of these the
// fused prediction is right: what the sum makes of branches that agree and of ones that do not.
func Agreement(run *runlog.Run) (Table, error) {
	a, err := testAnswers(run)
	if err != nil {
		return Table{}, fmt.Errorf("report: %w", err)
	}
	branches, fused, err := a.rights()
	if err != nil {
		return Table{}, fmt.Errorf("report: %w", err)
	}
	m := len(a.modalities)
	samples, hits := make([]int, 1<<m), make([]int, 1<<m)
	for i := range fused {
		who := 0 // a bit for each branch that is wrong, the first one the highest
		for k := range branches {
			who <<= 1
			if !branches[k][i] {
				who++
			}
		}
		samples[who]++
		if fused[i] {
			hits[who]++
		}
	}
	t := Table{Header: append(slices.Clone(a.modalities), "test samples", fusedName+" right"),
		Caption: fmt.Sprintf("%s, split %d, seed %d, epoch %d. Protocol: %s.", run.Experiment.Data.Name, run.Experiment.Data.Split,
			run.Experiment.Train.Seed, run.Result.Epoch, run.Result.Protocol)}
	for who := range samples {
		var row []string
		for k := range m {
			row = append(row, []string{"right", "wrong"}[who>>(m-1-k)&1])
		}
		t.Rows = append(t.Rows, append(row, fmt.Sprint(samples[who]), fmt.Sprint(hits[who])))
	}
	return t, nil
}

// rights says of every test sample whether each branch and the fused prediction are right.
func (a answers) rights() (branches [][]bool, fused []bool, err error) {
	for _, name := range append(slices.Clone(a.modalities), fusedName) {
		q, err := a.of(name)
		if err != nil {
			return nil, nil, err
		}
		right := make([]bool, q.Len())
		for i, guess := range q.Predictions() {
			right[i] = guess == a.Labels[i]
		}
		branches = append(branches, right)
	}
	last := len(branches) - 1
	return branches[:last], branches[last], nil
}

// Disagreements shows pictures of test samples that exactly one branch answers right, some of each branch, evenly spread
// over the part; below each its text and who is right. The data set is that of the run and has a modality of kind image.
func Disagreements(run *runlog.Run, ds *datasets.Dataset, each int) Figure {
	title := "Test samples that one branch alone gets right: " + run.Experiment.Name
	i := slices.IndexFunc(ds.Modalities, func(m *datasets.Modality) bool { return m.Kind == datasets.Image })
	if i < 0 {
		return message(title, "This data set has no pictures.")
	}
	a, err := testAnswers(run)
	if err != nil {
		return message(title, err.Error())
	}
	branches, fused, err := a.rights()
	if err != nil {
		return message(title, strings.TrimPrefix(err.Error(), "metric: "))
	}
	at := make(map[string]int, len(ds.IDs))
	for k, id := range ds.IDs {
		at[id] = k
	}
	image := ds.Modalities[i]
	var pictures []Picture
	for k, name := range a.modalities {
		var only []int
		for s := range fused {
			alone := branches[k][s]
			for other := range branches {
				alone = alone && (other == k || !branches[other][s])
			}
			if alone {
				only = append(only, s)
			}
		}
		for n := range min(each, len(only)) {
			s := only[(2*n+1)*len(only)/(2*min(each, len(only)))]
			row, ok := at[a.IDs[s]]
			if !ok {
				return message(title, fmt.Sprintf("The data set has no sample %s: it is not that of the run.", a.IDs[s]))
			}
			who := "right: " + name
			if fused[s] {
				who += ", " + fusedName
			}
			pictures = append(pictures, Picture{Image: RGB(image.Raw(row), image.Shape[0], image.Shape[1]), Word: ds.Captions[row], Class: who})
		}
	}
	return ImageGrid(title, max(1, each), pictures)
}

// LogitsOf is how a test sample, the i-th of the record, is answered: the logits of each branch, their weighted sum, and
// its softmax, class by class.
func LogitsOf(run *runlog.Run, i int) (Table, error) {
	a, err := testAnswers(run)
	if err != nil {
		return Table{}, fmt.Errorf("report: %w", err)
	}
	if i < 0 || i >= len(a.IDs) {
		return Table{}, fmt.Errorf("report: the run %s has test samples 0 to %d, not %d", run.Dir, len(a.IDs)-1, i)
	}
	from, to := i*a.Classes, (i+1)*a.Classes
	names := classNames(run, a.Classes)
	t := Table{Header: []string{"class"}, Caption: fmt.Sprintf("Test sample %s; its class is %s. Weights: ", a.IDs[i], names[a.Labels[i]])}
	var columns [][]float32
	var weights []string
	for k, m := range a.modalities {
		t.Header = append(t.Header, "z of "+m)
		columns = append(columns, a.Logits[k][from:to])
		weights = append(weights, fmt.Sprintf("%s %.3g", m, a.Weights[k]))
	}
	t.Header = append(t.Header, "weighted sum", "probability")
	t.Caption += strings.Join(weights, ", ") + "."
	fused := a.Fused()[from:to]
	columns = append(columns, fused)
	p := metric.Softmax(fused)
	for c, name := range names {
		row := []string{name}
		for _, z := range columns {
			row = append(row, minus(fmt.Sprintf("%.2f", z[c])))
		}
		t.Rows = append(t.Rows, append(row, fmt.Sprintf("%.3f", p[c])))
	}
	return t, nil
}
