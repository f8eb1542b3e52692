package study

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
)

// Fused stands for the fused prediction with equal weights, where else a modality is named.
const Fused = "fused"

// Headline stands for the fused prediction with the weights that the experiment asks for.
const Headline = "headline"

// Effect is the difference in test accuracy of a variant to another one on the same splits and seeds.
type Effect struct {
	Block, Variant, Against, Of string
	// Over splits, corrected for the overlap of their training parts: what another split of the same data would show.
	Splits stats.Interval
	// Over test samples, by bootstrap, the networks as they are: what other test samples would show. It does not know that
	// samples of one group are alike, so on stamps9, where an item is spoken in several languages, it is too narrow.
	Samples stats.Interval
	// Accuracies by split, in the order of splits, seeds averaged.
	Values, Base []float64
}

// Claimed reports whether both intervals exclude zero.
func (e Effect) Claimed() bool { return e.Splits.ExcludesZero() && e.Samples.ExcludesZero() }

// draws and seed of the bootstrap.
const (
	draws = 2000
	seed  = 1
)

// Compare pairs the records of two variants of a block by split and seed. Of is [Fused], [Headline] or a modality. It is an
// error where a partner is missing, there are fewer than two splits, or the protocols differ; selection on test is
// compared by [Flattery].
func Compare(records []Record, block, variant, against, of string) (Effect, error) {
	e := Effect{Block: block, Variant: variant, Against: against, Of: of}
	a, b := pick(records, block, variant), pick(records, block, against)
	if len(a) == 0 || len(a) != len(b) {
		return e, fmt.Errorf("study: %s: %d records of %s and %d of %s; train what is missing", block, len(a), variant, len(b), against)
	}
	left, right := make(map[int][]float64), make(map[int][]float64)
	var marks []float64 // differences sample by sample
	test, train := 0, 0
	for i := range a {
		if err := match(a[i], b[i]); err != nil {
			return e, err
		}
		split := a[i].Experiment.Data.Split
		x, y, err := accuracies(a[i], b[i], of)
		if err != nil {
			return e, err
		}
		left[split], right[split] = append(left[split], x), append(right[split], y)
		test, train = test+a[i].Result.TestSize, train+a[i].Result.TrainSize
		if of != Headline {
			l, r := a[i].Right[of], b[i].Right[of]
			for k := range l {
				marks = append(marks, float64(l[k])-float64(r[k]))
			}
		}
	}
	for _, split := range slices.Sorted(maps.Keys(left)) {
		e.Values, e.Base = append(e.Values, stats.Mean(left[split])), append(e.Base, stats.Mean(right[split]))
	}
	var err error
	if e.Splits, err = stats.CorrectedT(e.Values, e.Base, test, train, stats.Level); err != nil {
		return e, fmt.Errorf("study: %s, %s − %s: %w", block, variant, against, err)
	}
	if of == Headline {
		e.Samples = e.Splits
		return e, nil
	}
	e.Samples, err = stats.Bootstrap(len(marks), func(index []int) float64 {
		sum := 0.0
		for _, i := range index {
			sum += marks[i]
		}
		return sum / float64(len(index))
	}, draws, seed, stats.Level)
	return e, err
}

// pick takes a variant's records of a block by split and seed.
func pick(records []Record, block, variant string) []Record {
	var out []Record
	for _, r := range records {
		if r.Block == block && r.Variant == variant {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b Record) int {
		if d := a.Experiment.Data.Split - b.Experiment.Data.Split; d != 0 {
			return d
		}
		return int(a.Experiment.Train.Seed - b.Experiment.Train.Seed)
	})
	return out
}

// match refuses a pair whose numbers mean different things.
func match(a, b Record) error {
	name := fmt.Sprintf("study: %s, split %d, seed %d", a.Block, a.Experiment.Data.Split, a.Experiment.Train.Seed)
	switch {
	case a.Experiment.Data.Split != b.Experiment.Data.Split || a.Experiment.Train.Seed != b.Experiment.Train.Seed:
		return fmt.Errorf("%s: %s has no partner of %s; train what is missing", name, a.Variant, b.Variant)
	case a.Result.Protocol != b.Result.Protocol:
		return fmt.Errorf("%s: %s is %q, %s is %q; they can't be compared", name, a.Variant, a.Result.Protocol, b.Variant, b.Result.Protocol)
	case a.DataHash != b.DataHash || a.Result.TestSize != b.Result.TestSize:
		return fmt.Errorf("%s: %s and %s were trained on different data; train one of them again", name, a.Variant, b.Variant)
	}
	return nil
}

func accuracies(a, b Record, of string) (x, y float64, err error) {
	get := func(r Record) (float64, bool) {
		switch of {
		case Fused:
			return r.Result.TestEqual.Accuracy, true
		case Headline:
			return r.Result.Test.Fused.Accuracy, true
		}
		s, ok := r.Result.Test.Branch[of]
		return s.Accuracy, ok
	}
	x, okX := get(a)
	y, okY := get(b)
	if !okX || !okY || of != Headline && len(a.Right[of]) != len(b.Right[of]) {
		return 0, 0, fmt.Errorf("study: %s: %s and %s have no answers of %s to compare", a.Block, a.Variant, b.Variant, of)
	}
	return x, y, nil
}

// Flattery is by how much selecting the epoch on test flatters a variant that recorded the test part after every epoch: the
// test accuracy that is reported then, less the one at the epoch that validation would have selected in the same run.
// Values and Base are the two; Samples is not set.
func Flattery(records []Record, block, variant string) (Effect, error) {
	e := Effect{Block: block, Variant: variant, Against: "selected on validation", Of: Fused}
	test, train := 0, 0
	byTest, byValidation := make(map[int][]float64), make(map[int][]float64)
	for _, r := range pick(records, block, variant) {
		var best, honest Point
		for _, p := range r.Curve {
			if p.Test >= best.Test {
				best = p
			}
			if p.Validation > honest.Validation {
				honest = p
			}
		}
		if best.Test == 0 {
			return e, fmt.Errorf("study: %s, %s: the test part was not read after every epoch; train with train.selection=test", block, variant)
		}
		split := r.Experiment.Data.Split
		byTest[split], byValidation[split] = append(byTest[split], best.Test), append(byValidation[split], honest.Test)
		test, train = test+r.Result.TestSize, train+r.Result.TrainSize
	}
	for _, split := range slices.Sorted(maps.Keys(byTest)) {
		e.Values, e.Base = append(e.Values, stats.Mean(byTest[split])), append(e.Base, stats.Mean(byValidation[split]))
	}
	var err error
	if e.Splits, err = stats.CorrectedT(e.Values, e.Base, test, train, stats.Level); err != nil {
		return e, fmt.Errorf("study: %s, %s: %w", block, variant, err)
	}
	e.Samples = stats.Interval{Mean: math.NaN(), Low: math.NaN(), High: math.NaN()}
	return e, nil
}

// Mean is the mean over records of a number of their results, by block and variant.
func Mean(records []Record, block, variant string, of func(*runlog.Result) float64) float64 {
	var values []float64
	for _, r := range pick(records, block, variant) {
		values = append(values, of(&r.Result))
	}
	return stats.Mean(values)
}

// Blocks lists the blocks of the records in the order in which they come.
func Blocks(records []Record) []string {
	var out []string
	for _, r := range records {
		if !slices.Contains(out, r.Block) {
			out = append(out, r.Block)
		}
	}
	return out
}

// Pairs compares pairs of variants, each written "a − b" (a minus sign or a hyphen between spaces), on every block that has
// records of both: block by block, pair by pair.
func Pairs(records []Record, of string, pairs ...string) ([]Effect, error) {
	var out []Effect
	for _, block := range Blocks(records) {
		for _, p := range pairs {
			a, b, ok := strings.Cut(strings.Replace(p, " − ", " - ", 1), " - ")
			if !ok {
				return nil, fmt.Errorf("study: %q names no two variants; write it as untrained − paper", p)
			}
			if len(pick(records, block, a)) == 0 || len(pick(records, block, b)) == 0 {
				continue // the block leaves one of them out
			}
			e, err := Compare(records, block, a, b, of)
			if err != nil {
				return nil, err
			}
			out = append(out, e)
		}
	}
	return out, nil
}
