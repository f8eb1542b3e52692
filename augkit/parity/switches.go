package parity

import (
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/boost"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/method"
	"github.com/augkit/aug/augkit/nn"
)

// switches are the settings of a network case that have the experiment file's names and words.
type switches struct {
	Residual           string   `json:"residual"`
	SingleLoss         int      `json:"single_loss"`
	TrainedClassifiers string   `json:"trained_classifiers"`
	Terms              []string `json:"terms"`
	Gate               bool     `json:"gate"`
	Step               string   `json:"step"`
}

// method is the experiment's section of that name that the case describes.
func (c *Case) method() experiment.Method {
	return experiment.Method{Name: c.Method, Lambda: c.Lambda, Residual: c.Residual, SingleLoss: c.SingleLoss,
		TrainedClassifiers: c.TrainedClassifiers, Terms: c.Terms, Gate: c.Gate, Sigma: 1}
}

func (c *Case) newMethod() (method.Method, error) { return method.New(c.method()) }

// steps are the optimizer steps of a mini-batch, as augkit/train makes them.
func (c *Case) steps(how method.Method) []method.Step {
	steps := how.Steps(c.modalityNames())
	if c.Step == experiment.StepJoint && len(steps) > 1 {
		steps = method.Together(steps)
	}
	return steps
}

// zeroes reports whether gradients are zeroed between the steps of a mini-batch, and taken away only after them.
func (c *Case) zeroes() bool { return c.Step == experiment.StepLegacy }

// checkSwitches asks the experiment file's own check, so that both know the same words, and then whether the case has a use
// for them.
func (c *Case) checkSwitches() error {
	optimizer := experiment.Optimizer{Name: "sgd", LearningRate: 1}
	if c.Optimizer != nil {
		optimizer = *c.Optimizer
	}
	e := experiment.Experiment{
		Data:      experiment.Data{Name: "case", Modalities: c.modalityNames()},
		Method:    c.method(),
		Inference: experiment.Inference{Fusion: "equal"},
		Train:     experiment.Train{Epochs: 1, Batch: 2, Optimizer: optimizer, Step: c.Step},
	}
	if err := e.Validate(); err != nil {
		return c.setting("%s", strings.NewReplacer("method.", "", "train.", "", "data.", "").Replace(err.Error()))
	}
	frozen := c.TrainedClassifiers == experiment.TrainedFirst
	switch {
	case c.Method != "aug" && (c.Residual != "" || len(c.Terms) > 0 || c.Gate):
		return c.setting("residual, terms and gate are for method aug, this is %s", c.Method)
	case c.Method == "joint" && c.SingleLoss != 0:
		return c.setting("single_loss is for aug and control, this is joint")
	case c.Steps == 0 && (frozen || c.zeroes()):
		return c.setting("trained_classifiers first and step alternating-legacy say what an optimizer does; they need steps above 0")
	}
	return nil
}

// gateRatio is the variable that the gate network is asked with while it is trained.
const gateRatio = "gate/ratio"

// gate applies the gate network to ratios [modalities]: [modalities, 1]. As in augkit/train, only its own step trains it.
func gate(store *model.Store, ratios *Node, trained bool) *Node {
	scope := store.Scope(model.JoinPath(networkScope, "gate"))
	out := boost.Gate(scope, Reshape(ratios, -1, 1))
	for v := range scope.IterVariables() {
		v.SetTrainable(trained && v.Name() != "ratio")
	}
	return out
}

// gateVariable holds the ratios of the mini-batch.
func (c *Case) gateVariable(store *model.Store) *model.Variable {
	return nn.Variable(store.Scope(model.JoinPath(networkScope, "gate")), "ratio", len(c.Modalities))
}

// gates are those of a training graph, or nil where none are needed.
func (c *Case) gates(store *model.Store, g *Graph, needed bool) *Node {
	if !c.Gate || !needed {
		return nil
	}
	return gate(store, c.gateVariable(store).NodeValue(g), false)
}
