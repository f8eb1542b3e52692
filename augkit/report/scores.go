package report

import (
	"fmt"
	"time"

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
