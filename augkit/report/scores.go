package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
)

// Duration is how long a run trained and measured, rounded for reading.
func Duration(run *runlog.Run) time.Duration {
	seconds := 0.0
	for _, t := range run.Timings {
		seconds += t.TrainSec + t.EvalSec
	}
	return (time.Duration(seconds*10) * time.Second / 10).Round(100 * time.Millisecond)
}

// EpochLine is an epoch in one line, the modalities in the order of the experiment.
func EpochLine(exp experiment.Experiment, e runlog.Epoch, t runlog.Timing) string {
	each := func(format string, value func(m string) any) string {
		parts := make([]string, len(exp.Data.Modalities))
		for i, m := range exp.Data.Modalities {
			parts[i] = fmt.Sprintf(format, value(m))
		}
		return strings.Join(parts, "/")
	}
	losses := make([]string, 0, len(e.TrainingLoss))
	for _, name := range slices.Sorted(maps.Keys(e.TrainingLoss)) {
		losses = append(losses, fmt.Sprintf("%s %.3f", name, e.TrainingLoss[name]))
	}
	line := fmt.Sprintf("epoch %d/%d  loss %s  validation %.3f (%s)  s %s  classifiers %s  G %.2f train %.2f val  %.1f s",
		e.Epoch, exp.Train.Epochs, strings.Join(losses, " "), e.Validation.Fused.Accuracy,
		each("%.3f", func(m string) any { return e.Validation.Branch[m].Accuracy }),
		each("%.3f", func(m string) any { return e.Train.Confidence[m] }),
		each("%d", func(m string) any { return e.Classifiers[m] }),
		e.Train.Gap, e.Validation.Gap, t.TrainSec+t.EvalSec)
	if len(e.Grown) > 0 {
		line += "  → " + strings.Join(e.Grown, ", ")
	}
	if e.Best {
		line += "  *"
	}
	return line
}

// Scores is every score of a run's fused prediction and of its branches on the validation and the test part.
func Scores(run *runlog.Run, validation, test runlog.PartRecord) Table {
	t := Table{Header: []string{"part", "predictor", "accuracy", "macro-F1", "mAP", "loss [nats]"}}
	for _, part := range []struct {
		name   string
		record runlog.PartRecord
	}{{"validation", validation}, {"test", test}} {
		add := func(predictor string, s runlog.Score) {
			t.Rows = append(t.Rows, []string{part.name, predictor, fmt.Sprintf("%.3f", s.Accuracy), fmt.Sprintf("%.3f", s.MacroF1),
				fmt.Sprintf("%.3f", s.MAP), fmt.Sprintf("%.3f", s.Loss)})
		}
		add("fused", part.record.Fused)
		for _, m := range run.Experiment.Data.Modalities {
			if s, ok := part.record.Branch[m]; ok {
				add(m, s)
			}
		}
	}
	if run.Result != nil {
		t.Caption = fmt.Sprintf("%s, split %d, seed %d, epoch %d of %d. Protocol: %s.", run.Experiment.Name, run.Experiment.Data.Split,
			run.Experiment.Train.Seed, run.Result.Epoch, run.Result.Epochs, run.Result.Protocol)
	}
	return t
}
