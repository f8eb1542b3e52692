package train

import (
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
)

// Protocol is how every number of a run comes about, for the head of a table. The authors' and the last epoch's are for
// runs that ask for them by train.selection.
const (
	Protocol        = "honest: epoch selected on validation accuracy, test read once"
	AuthorsProtocol = "authors' protocol: epoch selected on test accuracy, test read after every epoch"
	LastProtocol    = "last epoch, nothing selected, test read once"
)

// selection decides which epoch a run's result is of.
type selection struct {
	protocol string
	test     bool // the test part is measured after every epoch
	// takes reports whether an epoch takes the place of the best one so far, and by which accuracy.
	takes func(r *runner, rec *runlog.Epoch) (accuracy float64, takes bool)
}

var selections = map[string]selection{
	"":           onValidation,
	"validation": onValidation,
	experiment.SelectTest: {AuthorsProtocol, true, func(r *runner, rec *runlog.Epoch) (float64, bool) {
		accuracy := rec.Test.Fused.Accuracy
		return accuracy, r.state.BestEpoch == 0 || accuracy >= r.state.BestAccuracy // of equal ones the last, as released
	}},
	experiment.SelectLast: {LastProtocol, false, func(r *runner, rec *runlog.Epoch) (float64, bool) {
		return rec.Validation.Fused.Accuracy, rec.Epoch == r.exp.Train.Epochs
	}},
}

var onValidation = selection{Protocol, false, func(r *runner, rec *runlog.Epoch) (float64, bool) {
	accuracy := rec.Validation.Fused.Accuracy
	return accuracy, r.state.BestEpoch == 0 || accuracy > r.state.BestAccuracy
}}

func selectionOf(exp experiment.Experiment) selection { return selections[exp.Train.Selection] }
