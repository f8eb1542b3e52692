package method

import (
	"errors"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"

	"github.com/augkit/aug/augkit/assign"
	"github.com/augkit/aug/augkit/boost"
	"github.com/augkit/aug/augkit/experiment"
)

// Boosted is the experiment behind the paper's Figure 1 ("MML w/ GB"): naive joint training first, then boosting of one
// modality, that with the smallest confidence score, while the others stay as they are. The modality is chosen once,
// without a dead zone, and gets a classifier when the second stage begins and every t_N epochs after. The stages are two
// trainings: the second one begins with the weights that the first one selected, an optimizer without memory and the
// schedule from its start, and the result is of one of its epochs. With a single modality the first stage is that
// modality alone; with assign.by none the second one goes on as the first.
//
// gb is gradient boosting. The paper does not say what a learner is in its figure; here it is a classifier, as in its
// own method. Only the newest is trained, on the residual label, ε of equation (2). The earlier ones are frozen, and so
// are the encoder with its batch statistics and the shared head: the head is also the other modalities', which must not
// change.
//
// sustained is the same with the loss of equation (5) and nothing of the modality frozen. The shared head moves, so the
// other branches do too, untrained.
type Boosted struct {
	Joint
	rule    assign.Rule
	reading boost.Reading
	frozen  bool
}

func newGB(m experiment.Method) (Method, error) {
	if len(m.Terms) == 0 {
		m.Terms = []string{"newest"}
	}
	if m.TrainedClassifiers == experiment.TrainedFirst {
		return nil, errors.New("method gb trains nothing but added classifiers; take method.trained_classifiers first away")
	}
	return newBoosted(m, true)
}

func newSustained(m experiment.Method) (Method, error) { return newBoosted(m, false) }

func newBoosted(m experiment.Method, frozen bool) (Method, error) {
	switch {
	case len(m.Start) > 0:
		return nil, fmt.Errorf("method %s begins with one classifier a modality; take method.start away", m.Name)
	case m.Assign.Score == experiment.ScoreTraining:
		return nil, fmt.Errorf("method %s asks for the scores of the network that it boosts; method.assign.score must be train or validation", m.Name)
	}
	made, err := newAUG(m)
	if err != nil {
		return nil, err
	}
	aug := made.(*AUG)
	aug.Rule.Sigma, aug.Rule.Tau, aug.reading.Single = 1, 0, 0
	return &Boosted{rule: aug.Rule, reading: aug.reading, frozen: frozen}, nil
}

// Boost implements Staged.
func (b *Boosted) Boost(name string, modality int) Step {
	return Step{Name: name, Modalities: []int{modality}, Newest: b.frozen}
}

// Loss implements Method: the joint one, and that of the stack which is boosted.
func (b *Boosted) Loss(logits []*Node, labels *Node) *Node {
	if len(logits) == 1 && logits[0].Shape().Dimensions[1] > 1 {
		return b.reading.Loss(logits[0], labels)
	}
	return b.Joint.Loss(logits, labels)
}

// Reading implements Method.
func (b *Boosted) Reading() boost.Reading { return b.reading }

// Assignment implements Method.
func (b *Boosted) Assignment() *assign.Rule { return &b.rule }
