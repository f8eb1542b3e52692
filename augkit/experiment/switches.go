package experiment

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The words of the switches that are not the paper's. An empty field means the paper's, the first word of its list.
const (
	ResidualProbabilities = "probabilities"
	TrainedFirst          = "first"
	DirectionStronger     = "stronger"
	ByRandom              = "random"
	ByNone                = "none"
	GivesWeight           = "weight"
	ScoreTraining         = "training"
	ScoreValidation       = "validation"
	StepJoint             = "joint"
	StepLegacy            = "alternating-legacy"
	ScheduleStart         = "start"
	SchedulePlateau       = "plateau"
	SelectTest            = "test"
	SelectLast            = "last"
	PrecisionBFloat16     = "bfloat16"
)

// choice is a switch: a key whose value is one of some words, the paper's first.
type choice struct {
	key   string
	at    func(*Experiment) *string
	words []string
}

var choices = []choice{
	{"method.residual", func(e *Experiment) *string { return &e.Method.Residual }, []string{"logits", ResidualProbabilities}},
	{"method.trained_classifiers", func(e *Experiment) *string { return &e.Method.TrainedClassifiers }, []string{"all", TrainedFirst}},
	{"method.assign.by", func(e *Experiment) *string { return &e.Method.Assign.By }, []string{"difference", "ratio", "share", ByRandom, ByNone}},
	{"method.assign.direction", func(e *Experiment) *string { return &e.Method.Assign.Direction }, []string{"weaker", DirectionStronger}},
	{"method.assign.gives", func(e *Experiment) *string { return &e.Method.Assign.Gives }, []string{"classifier", GivesWeight}},
	{"method.assign.score", func(e *Experiment) *string { return &e.Method.Assign.Score }, []string{"train", ScoreTraining, ScoreValidation}},
	{"train.step", func(e *Experiment) *string { return &e.Train.Step }, []string{"alternating", StepJoint, StepLegacy}},
	{"train.schedule.when", func(e *Experiment) *string { return &e.Train.Schedule.When }, []string{"end", ScheduleStart, SchedulePlateau}},
	{"train.selection", func(e *Experiment) *string { return &e.Train.Selection }, []string{"validation", SelectTest, SelectLast}},
	{"train.precision", func(e *Experiment) *string { return &e.Train.Precision }, []string{"float32", PrecisionBFloat16}},
}

// spellOut writes the paper's choice into every switch that is empty.
func (e *Experiment) spellOut() {
	for _, c := range choices {
		if at := c.at(e); *at == "" {
			*at = c.words[0]
		}
	}
	if e.Method.SingleLoss == 0 {
		e.Method.SingleLoss = 1
	}
}

// validateSwitches reports the first switch with a value that it does not have, or one that contradicts another key.
func (e Experiment) validateSwitches() error {
	e.spellOut()
	for _, c := range choices {
		if word := *c.at(&e); !slices.Contains(c.words, word) {
			return fmt.Errorf("%s is %q; use %s", c.key, word, orList(c.words))
		}
	}
	if err := e.validateStacks(); err != nil {
		return err
	}
	s := e.Train.Schedule
	switch {
	case e.Method.SingleLoss != 1 && e.Method.SingleLoss != 2:
		return fmt.Errorf("method.single_loss is %d; use 1 or 2", e.Method.SingleLoss)
	case s.When != SchedulePlateau && s.Patience != 0:
		return fmt.Errorf("train.schedule.patience is %d, but train.schedule.when is %q; patience is for plateau", s.Patience, s.When)
	case s.When == SchedulePlateau && s.Patience < 1:
		return fmt.Errorf("train.schedule.patience is %d; with plateau it must be at least 1 epoch", s.Patience)
	case s.When == SchedulePlateau && !(s.Factor > 0 && s.Factor < 1):
		return fmt.Errorf("train.schedule.factor is %v; with plateau it must be in (0, 1)", s.Factor)
	}
	return nil
}

// Terms of equation (5), by the names of the experiment file.
var Terms = []string{"newest", "all", "previous"}

// maxStart bounds the classifiers that a modality may begin with.
const maxStart = 99

// validateStacks reports terms and first stacks that do not exist.
func (e Experiment) validateStacks() error {
	for i, t := range e.Method.Terms {
		if !slices.Contains(Terms, t) || slices.Contains(e.Method.Terms[:i], t) {
			return fmt.Errorf("method.terms names %q; name each of %s at most once, or none for all of them", t, orList(Terms))
		}
	}
	for _, m := range slices.Sorted(maps.Keys(e.Method.Start)) {
		n := e.Method.Start[m]
		switch {
		case !slices.Contains(e.Data.Modalities, m):
			return fmt.Errorf("method.start names %s, which is not among data.modalities (%s)", m, strings.Join(e.Data.Modalities, ", "))
		case n < 1 || n > maxStart:
			return fmt.Errorf("method.start.%s is %d; a modality begins with 1 … %d classifiers", m, n, maxStart)
		}
	}
	if e.Method.Assign.Gives == GivesWeight && (len(e.Method.Start) > 0 || e.Method.Gate) {
		return errors.New("method.assign.gives is weight, which adds no classifiers; take method.start and method.gate away")
	}
	if e.Method.Gate && (len(e.Data.Modalities) < 2 || e.Train.Optimizer.Name != "sgd") {
		return errors.New("method.gate needs two modalities or more and train.optimizer.name sgd, with which it was published")
	}
	return nil
}

// orList writes "a, b or c".
func orList(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
