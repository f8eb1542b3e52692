// Package method holds AUG and what it is compared with behind one interface: a method says which optimizer steps a
// mini-batch makes, which loss each step takes, and whether classifiers are added. A new method is one file and one
// line in the table.
package method

import (
	"fmt"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"

	"github.com/augkit/aug/augkit/assign"
	"github.com/augkit/aug/augkit/boost"
	"github.com/augkit/aug/augkit/experiment"
)

// Step is one optimizer step: the forward pass of some modalities, a loss, an update of what that pass used.
type Step struct {
	Name       string // of a modality, or "joint"
	Modalities []int  // indices of those that take part
	Newest     bool   // nothing is trained but the Layer1 of the newest classifier; the encoder is as in evaluation
}

// Method is what the training engine asks of a method.
type Method interface {
	// Steps lists the optimizer steps of one mini-batch in order.
	Steps(modalities []string) []Step
	// Loss is the scalar that a step minimises: logits [batch, n_o, classes] of each modality of the step, one-hot
	// labels [batch, classes].
	Loss(logits []*Node, labels *Node) *Node
	// Assignment is the rule by which classifiers are added, nil where none ever is.
	Assignment() *assign.Rule
	// Reading is how the loss of a modality's stack is read, for the record of its terms.
	Reading() boost.Reading
	// SumFusion reports whether the fused prediction with equal weights is the plain sum of the modalities' logits
	// (what a joint loss was trained on) rather than their mean.
	SumFusion() bool
}

// Staged is a method of two stages. The first one has the steps of Method; when it ends, the assignment is asked once,
// and the modality that it chooses is trained alone from then on.
type Staged interface {
	Method
	// Boost is the only step of the second stage.
	Boost(name string, modality int) Step
}

// Info describes a method for lists and help texts.
type Info struct {
	Name, About string
	New         func(experiment.Method) (Method, error)
}

// All lists the methods.
var All = []Info{
	{"aug", "sustained boosting with adaptive classifier assignment (the paper)", newAUG},
	{"control", "one classifier a modality, per-modality losses, shared head, no growth: AUG without boosting", newControl},
	{"joint", "naive joint training: the modalities' logits are summed, one loss", newJoint},
	{"gb", "joint, then gradient boosting of the weaker modality: all but its newest classifier frozen", newGB},
	{"sustained", "joint, then sustained boosting of the weaker modality: gb with nothing of it frozen", newSustained},
	{"alone", "one modality alone; a run needs exactly one", newAlone},
	{"late", "late fusion: each modality trained alone, log-probabilities summed", newLate},
}

// New makes the method that an experiment names.
func New(m experiment.Method) (Method, error) {
	names := make([]string, len(All))
	for i, info := range All {
		if info.Name == m.Name {
			return info.New(m)
		}
		names[i] = info.Name
	}
	return nil, fmt.Errorf("there is no method %q; use one of %s", m.Name, strings.Join(names, ", "))
}

// perModality is the alternation of AUG and its control: one step a modality, in order, each on its own loss. The
// shared head takes part in all of them (train_CREMAD.py, lines 42–89).
func perModality(modalities []string) []Step {
	steps := make([]Step, len(modalities))
	for i, name := range modalities {
		steps[i] = Step{Name: name, Modalities: []int{i}}
	}
	return steps
}

// GateStep is the step that trains the gate network, after those of the modalities. It has no modality of its own.
const GateStep = "gate"

// Together makes one step of several: one update on the sum of their losses. The gate keeps its own.
func Together(steps []Step) []Step {
	out := []Step{{Name: "joint"}}
	for _, s := range steps {
		if s.Name == GateStep {
			out = append(out, s)
		}
		out[0].Modalities = append(out[0].Modalities, s.Modalities...)
	}
	return out
}

// AUG is the paper's method.
type AUG struct {
	Rule    assign.Rule
	reading boost.Reading
	gate    bool
}

func newAUG(m experiment.Method) (Method, error) {
	if !(m.Lambda >= 0 && m.Lambda <= 1) {
		return nil, fmt.Errorf("method.lambda is %v; it must be in [0, 1]", m.Lambda)
	}
	a := &AUG{
		reading: boost.Reading{Lambda: m.Lambda, Probabilities: m.Residual == experiment.ResidualProbabilities, Single: m.SingleLoss},
		gate:    m.Gate,
		Rule: assign.Rule{Sigma: m.Sigma, Tau: m.Tau, By: m.Assign.By, Several: m.Assign.Several,
			Stronger: m.Assign.Direction == experiment.DirectionStronger},
	}
	for i, name := range experiment.Terms {
		if slices.Contains(m.Terms, name) {
			a.reading.Terms |= boost.Terms(1) << i
		}
	}
	if err := a.Rule.Validate(); err != nil {
		return nil, fmt.Errorf("method: %w", err)
	}
	return a, nil
}

// Steps implements Method.
func (a *AUG) Steps(modalities []string) []Step {
	steps := perModality(modalities)
	if a.gate {
		steps = append(steps, Step{Name: GateStep})
	}
	return steps
}

// Loss implements Method: equation (5) of the step's modality, or the sum over those of a step together.
func (a *AUG) Loss(logits []*Node, labels *Node) *Node { return sumOf(a.reading, logits, labels) }

// Reading implements Method.
func (a *AUG) Reading() boost.Reading { return a.reading }

func sumOf(r boost.Reading, logits []*Node, labels *Node) *Node {
	loss := r.Loss(logits[0], labels)
	for _, l := range logits[1:] {
		loss = Add(loss, r.Loss(l, labels))
	}
	return loss
}

// Assignment implements Method.
func (a *AUG) Assignment() *assign.Rule { return &a.Rule }

// SumFusion implements Method.
func (*AUG) SumFusion() bool { return false }

// Control is AUG without boosting: what shared head and per-modality losses do by themselves. With one modality it is
// that modality alone.
type Control struct{ single int }

func newControl(m experiment.Method) (Method, error) { return Control{m.SingleLoss}, nil }

func newAlone(experiment.Method) (Method, error) { return Control{}, nil }

// Steps implements Method.
func (Control) Steps(modalities []string) []Step { return perModality(modalities) }

// Loss implements Method: the cross entropy of the step's modality, or the sum over those of a step together.
func (c Control) Loss(logits []*Node, labels *Node) *Node { return sumOf(c.Reading(), logits, labels) }

// Reading implements Method.
func (c Control) Reading() boost.Reading { return boost.Reading{Single: c.single} }

// Assignment implements Method.
func (Control) Assignment() *assign.Rule { return nil }

// SumFusion implements Method.
func (Control) SumFusion() bool { return false }

// Late is late fusion. It trains nothing itself: package train makes it from runs of each modality alone.
type Late struct{ Control }

func newLate(experiment.Method) (Method, error) { return Late{}, nil }

// SumFusion implements Method: log-probabilities are summed.
func (Late) SumFusion() bool { return true }

// Joint is naive joint training: one loss on the sum of the modalities' logits.
type Joint struct{}

func newJoint(experiment.Method) (Method, error) { return Joint{}, nil }

// Steps implements Method.
func (Joint) Steps(modalities []string) []Step { return Together(perModality(modalities)) }

// Reading implements Method.
func (Joint) Reading() boost.Reading { return boost.Reading{} }

// Loss implements Method.
func (Joint) Loss(logits []*Node, labels *Node) *Node {
	var sum *Node
	for _, l := range logits {
		s := boost.Sum(l, 0, l.Shape().Dimensions[1])
		if sum == nil {
			sum = s
		} else {
			sum = Add(sum, s)
		}
	}
	return boost.CrossEntropy(sum, labels)
}

// Assignment implements Method.
func (Joint) Assignment() *assign.Rule { return nil }

// SumFusion implements Method.
func (Joint) SumFusion() bool { return true }
