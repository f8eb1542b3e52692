package report

import (
	"maps"
	"math"
	"slices"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// LastGap picks the gap G on a part after the last epoch, in nats; NaN where the run has no such record.
func LastGap(part datasets.Part) func(*runlog.Run) float64 {
	return func(run *runlog.Run) float64 {
		if r := lastRecord(run, part); r != nil {
			return r.Gap
		}
		return math.NaN()
	}
}

// LastLoss picks the cross entropy of one modality's branch on a part after the last epoch, in nats: what [LastGap] is a
// difference of. NaN where the run has no such record.
func LastLoss(part datasets.Part, modality string) func(*runlog.Run) float64 {
	return func(run *runlog.Run) float64 {
		if r := lastRecord(run, part); r != nil {
			if s, ok := r.Branch[modality]; ok {
				return s.Loss
			}
		}
		return math.NaN()
	}
}

// lastRecord is what the last epoch recorded of a part; nil where there is no epoch or no such part.
func lastRecord(run *runlog.Run, part datasets.Part) *runlog.PartRecord {
	if len(run.Epochs) == 0 {
		return nil
	}
	return record(run.Epochs[len(run.Epochs)-1], part)
}

// PeakEpoch is the first epoch after which the gap on a part is largest, where [GapBounds] begins with [FromPeak]; 0 where
// the run has no such record.
func PeakEpoch(run *runlog.Run, part datasets.Part) int {
	epoch, largest := 0, math.Inf(-1)
	for _, e := range run.Epochs {
		if r := record(e, part); r != nil && r.Gap > largest {
			epoch, largest = e.Epoch, r.Gap
		}
	}
	return epoch
}

// TermGaps is a method with the gap taken between the losses of equation 5, ε + ε_all + ε_pre, instead of between the
// cross entropies of the summed logits: the paper's equation 7 to the letter. The runs are copies.
func TermGaps(m Method) Method {
	out := Method{Name: m.Name + ", equation 5"}
	for _, r := range m.Runs {
		twin := *r
		twin.Epochs = slices.Clone(r.Epochs)
		for i := range twin.Epochs {
			e := &twin.Epochs[i]
			for _, part := range []*runlog.PartRecord{&e.Train, &e.Validation} {
				part.Gap = termGap(*part)
			}
			if e.Test != nil {
				test := *e.Test
				test.Gap = termGap(test)
				e.Test = &test
			}
		}
		out.Runs = append(out.Runs, &twin)
	}
	return out
}

// termGap is the largest loss of equation 5 less the smallest.
func termGap(r runlog.PartRecord) float64 {
	terms := slices.Collect(maps.Values(r.Terms))
	if len(terms) == 0 {
		return math.NaN()
	}
	return slices.Max(terms) - slices.Min(terms)
}
