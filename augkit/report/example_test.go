package report_test

import (
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/report"
	"github.com/augkit/aug/augkit/runlog"
)

// Outside a notebook Display prints the text alternative of a figure, and the plain form of a table.
func Example() {
	run := &runlog.Run{Experiment: experiment.Experiment{Name: "generated"}}
	run.Experiment.Data.Modalities = []string{"image", "text"}
	for n := 1; n <= 2; n++ {
		run.Epochs = append(run.Epochs, runlog.Epoch{Epoch: n, Classifiers: map[string]int{"image": 1, "text": n}})
	}
	report.Staircase(run).Display()
	report.Table{
		Caption: "Generated numbers, no protocol.",
		Header:  []string{"method", "accuracy"},
		Rows:    [][]string{{"joint", "0.701"}, {"AUG", "0.745"}},
	}.Display()
	// Output:
	// Classifiers per modality: generated
	// Number of classifiers by epoch. image: 1 in epoch 1, 1 in epoch 2. text: 1 in epoch 1, 2 in epoch 2.
	// method  accuracy
	// ──────  ────────
	// joint      0.701
	// AUG        0.745
	// Generated numbers, no protocol.
}
