// Package optim holds the optimizers and the schedule that the paper's experiments use. GoMLX's own SGD has no
// momentum and no weight decay; its Adam is used as it is.
package optim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/nn"
)

// SGD is stochastic gradient descent with momentum and L2 weight decay, step for step as PyTorch's torch.optim.SGD:
//
//	d ← gradient + weight_decay·w
//	v ← momentum·v + d      (v starts at 0, so the first v is d)
//	w ← w − learning_rate·v
//
// Below Slow it is a tenth of the learning rate, as for w_network of the authors' earlier commit. Only variables that the step's graph used are touched, as with PyTorch ≥ 2, where the others have no gradient. One that
// the graph uses without the loss depending on it has a gradient of zero and is moved by momentum and weight decay.
type SGD struct {
	LearningRate, Momentum, WeightDecay float64
}

// Slow is the scope whose variables learn at a tenth of the rate.
const Slow = nn.Scope + "/gate/"

// velocityScope is where the velocities v live, under the path of their variable.
const velocityScope = "/optimizers/sgd"

// New makes the optimizer that an experiment names.
func New(o experiment.Optimizer) (optimizer.Interface, error) {
	if !(o.LearningRate > 0) {
		return nil, fmt.Errorf("train.optimizer.learning_rate is %v; it must be above 0", o.LearningRate)
	}
	switch o.Name {
	case "sgd":
		return &SGD{o.LearningRate, o.Momentum, o.WeightDecay}, nil
	case "adam":
		// AdamW: the decay is not part of the gradient's moments.
		return optimizer.Adam().LearningRate(o.LearningRate).WeightDecay(o.WeightDecay).Epsilon(1e-8).Done(), nil
	}
	return nil, fmt.Errorf("there is no optimizer %q; use sgd or adam", o.Name)
}

// UpdateGraph implements optimizer.Interface.
func (s *SGD) UpdateGraph(scope *model.Scope, g *Graph, loss *Node) {
	// In the order of their paths, so that the graph does not depend on when a variable was made.
	var used []*model.Variable
	for v := range scope.IterVariables() {
		if v.Trainable && v.InUseByGraph(g) {
			used = append(used, v)
		}
	}
	slices.SortFunc(used, func(a, b *model.Variable) int { return cmp.Compare(a.Path(), b.Path()) })
	values := make([]*Node, len(used))
	for i, v := range used {
		values[i] = v.NodeValue(g)
	}
	grads := Gradient(loss, values...)
	optimizer.IncrementGlobalStep(g, loss.DType())
	rate := optimizer.LearningRateVar(scope, loss.DType(), s.LearningRate).NodeValue(g)
	for i, v := range used {
		w, d := values[i], grads[i]
		if s.WeightDecay != 0 {
			d = Add(d, MulScalar(w, s.WeightDecay))
		}
		if s.Momentum != 0 {
			velocity := s.velocity(scope.Store(), v)
			d = Add(MulScalar(velocity.NodeValue(g), s.Momentum), d)
			velocity.SetNodeValue(d)
		}
		by := rate
		if strings.HasPrefix(v.Path(), Slow) {
			by = DivScalar(rate, 10)
		}
		v.SetNodeValue(Sub(w, Mul(by, d)))
	}
}

func (s *SGD) velocity(store *model.Store, v *model.Variable) *model.Variable {
	scope := store.Scope(velocityScope + v.Scope())
	if old := scope.GetVariable(v.Name()); old != nil {
		return old.SetTrainable(false)
	}
	// A value, not an initializer: no graph has to be compiled to make zeros.
	return scope.VariableWithValue(v.Name(), tensors.FromShape(v.Shape())).SetTrainable(false)
}

// Clear implements optimizer.Interface: it forgets the velocities.
func (*SGD) Clear(scope *model.Scope) error {
	return scope.Store().DeleteVariablesInScope(velocityScope)
}

// SetRate writes the learning rate of the next steps; no graph is rebuilt for it.
func SetRate(store *model.Store, rate float64) error {
	scope := store.Scope("/" + optimizer.Scope)
	v := scope.GetVariable(optimizer.ParamLearningRate)
	value := tensors.FromScalar(float32(rate))
	if v == nil {
		made, err := scope.CreateVariable(optimizer.ParamLearningRate, value)
		if err != nil {
			return fmt.Errorf("set the learning rate: %w", err)
		}
		made.SetTrainable(false)
		return nil
	}
	if err := v.SetValue(value); err != nil {
		return fmt.Errorf("set the learning rate: %w", err)
	}
	return nil
}
