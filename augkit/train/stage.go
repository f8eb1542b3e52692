package train

import (
	"context"
	"fmt"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/assign"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/method"
	"github.com/augkit/aug/augkit/nn"
	"github.com/augkit/aug/augkit/optim"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// The second stage of a method that has two (method.Staged). Which stage it is stands in the structure: in the second one
// a modality has more than one classifier. So a checkpoint needs no more than it has.

// staged reports whether the method has two stages.
func (n *Network) staged() bool {
	_, ok := n.method.(method.Staged)
	return ok
}

// boosted is the modality that is trained alone, -1 while there is none.
func (n *Network) boosted() int {
	for m, count := range n.Counts {
		if count > 1 && n.staged() {
			return m
		}
	}
	return -1
}

// restage takes the step of the second stage when it has begun.
func (n *Network) restage() {
	if m := n.boosted(); m >= 0 {
		n.steps = []method.Step{n.method.(method.Staged).Boost(n.Modalities[m], m)}
	}
}

// choose asks the assignment. Once a method of two stages has a modality to boost, it stays with it; the only one there is
// needs no scores.
func (n *Network) choose(rule assign.Rule, scores []float64) []int {
	switch m := n.boosted(); {
	case m >= 0:
		return []int{m}
	case n.staged() && len(scores) == 1 && rule.By != experiment.ByNone:
		return []int{0}
	}
	return rule.Next(scores)
}

// hold makes the graph that is being built train the newest classifier only, if its plan says so, and otherwise all. The
// optimizer leaves alone what is not trainable, without momentum and weight decay too.
func (n *Network) hold(store *model.Store, p plan) {
	if !n.staged() {
		return
	}
	for v := range store.Scope(nn.Scope).IterVariables() {
		if n.trains(v.Path()) {
			v.SetTrainable(!p.newest || n.classifier(p.modalities[0], v.Path()) == p.counts[0])
		}
	}
}

// endsStage reports whether the first stage ends with an epoch.
func (r *runner) endsStage(epoch int) bool {
	return r.net.staged() && epoch == r.exp.JointEpochs() && epoch < r.exp.Train.Epochs
}

// secondStage begins a new training of the network that the first stage selected: the assignment sees its scores, the
// optimizer has no memory, and nothing is selected yet.
func (r *runner) secondStage(ctx context.Context, rec *runlog.Epoch) error {
	if r.best != nil {
		if err := restoreBest(r.store, r.best); err != nil {
			return err
		}
		r.best.Finalize()
		r.best = nil
	}
	for v := range r.store.IterVariables() {
		if strings.HasPrefix(v.Path(), nn.Scope+"/") {
			continue
		}
		if err := v.SetValue(tensors.FromShape(v.Shape())); err != nil {
			return fmt.Errorf("begin the second stage: %w", err)
		}
	}
	r.state.BestEpoch, r.state.BestAccuracy, r.state.BestCounts, r.state.Plateau = 0, 0, nil, optim.Plateau{}
	part := datasets.Train
	if r.exp.Method.Assign.Score == experiment.ScoreValidation {
		part = datasets.Validation
	}
	// Not to be interrupted: a checkpoint from here would have the weights of one epoch and the position of another.
	out, err := r.eval.outputs(context.WithoutCancel(ctx), r.ds, part)
	if err != nil {
		return err
	}
	measured, err := out.record(r.net.weights(r.exp.Inference), r.net.method.Reading())
	if err != nil {
		return fmt.Errorf("begin the second stage: %w", err)
	}
	r.assign(rec, measured.Confidence)
	return nil
}
