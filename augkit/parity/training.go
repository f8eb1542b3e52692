package parity

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	gomlx "github.com/gomlx/gomlx/ml/train"

	"github.com/augkit/aug/augkit/boost"
	"github.com/augkit/aug/augkit/method"
	"github.com/augkit/aug/augkit/nn"
	"github.com/augkit/aug/augkit/optim"
)

func (c *Case) checkTraining() error {
	if c.Steps == 0 {
		if c.Optimizer != nil || len(c.Grow) > 0 {
			return c.setting("optimizer and grow need steps above 0")
		}
		return nil
	}
	if c.Optimizer == nil {
		return c.setting("steps is %d but there is no optimizer", c.Steps)
	}
	if _, err := optim.New(*c.Optimizer); err != nil {
		return c.setting("%v", err)
	}
	if !c.Training {
		return c.setting("optimizer steps are made in training mode; set training to true")
	}
	for _, g := range c.Grow {
		if c.index(g.Modality) < 0 || g.After < 1 || g.After > c.Steps {
			return c.setting("grow has modality %q after %d; it must be one of the modalities, after 1 … %d mini-batches", g.Modality, g.After, c.Steps)
		}
	}
	return nil
}

func (c *Case) index(name string) int {
	for i, m := range c.Modalities {
		if m.Name == name {
			return i
		}
	}
	return -1
}

// stepSpec names one training graph, as Spec does in augkit/train: a step of the method, the sizes of its stacks, and of
// those that it moves without a gradient.
type stepSpec struct {
	step          string
	stacks, moved string
}

func (s stepSpec) String() string { return s.step + " " + s.stacks + " " + s.moved }

// trainer is a run of optimizer steps on GoMLX's Trainer, put together as augkit/train puts it together.
type trainer struct {
	c       *Case
	r       *Runner
	store   *model.Store
	how     method.Method
	steps   []method.Step
	counts  []int
	weights map[string][]int // shapes of all weights of the final stacks
	set     map[string]bool  // those that are in the store
	gating  bool             // the graph that is being built is the gate's step: Trainer calls graph and then loss
	*gomlx.Trainer
}

// train makes the optimizer steps of a case and, after them, evaluates the last mini-batch.
func (r *Runner) train(c *Case) (results, error) {
	batches, err := c.batches()
	if err != nil {
		return nil, err
	}
	rates, err := c.rates()
	if err != nil {
		return nil, err
	}
	t, err := r.newTrainer(c, batches[0].inputs)
	if err != nil {
		return nil, err
	}
	if err := t.setNew(); err != nil {
		return nil, err
	}
	if c.Gate {
		if err := c.gateVariable(t.store).SetValue(batches[0].ratios); err != nil {
			return nil, fmt.Errorf("%s: set the ratios: %w", c.File, err)
		}
	}
	losses := &result{shape: []int{len(batches), len(t.steps)}}
	for s, b := range batches {
		if err := optim.SetRate(t.store, rates[s]); err != nil {
			return nil, fmt.Errorf("%s: %w", c.File, err)
		}
		row, err := t.miniBatch(b)
		if err != nil {
			return nil, fmt.Errorf("%s: mini-batch %d: %w", c.File, s+1, err)
		}
		losses.values = append(losses.values, row...)
		for _, g := range c.Grow {
			if g.After == s+1 {
				t.counts[c.index(g.Modality)]++
				if err := t.setNew(); err != nil {
					return nil, err
				}
			}
		}
	}
	got := results{"losses": losses}
	if err := t.evaluate(batches[len(batches)-1], got); err != nil {
		return nil, fmt.Errorf("%s: evaluate: %w", c.File, err)
	}
	return got, readVariables(t.store, "after", got, func(v *model.Variable) bool { return weightName(v) != gateRatio })
}

// rates are the learning rates of the mini-batches.
func (c *Case) rates() ([]float64, error) {
	out := make([]float64, c.Steps)
	a := c.arrays["rates"]
	if a != nil && (a.f64 == nil || len(a.shape) != 1 || a.shape[0] != c.Steps) {
		return nil, c.bad("rates", fmt.Sprintf("is %s of shape %v", a.dtype, a.shape), fmt.Sprintf("it must be float64 [%d]", c.Steps))
	}
	for i := range out {
		out[i] = c.Optimizer.LearningRate
		if a != nil {
			out[i] = a.f64[i]
		}
	}
	return out, nil
}

func (c *Case) finalCounts() []int {
	counts := make([]int, len(c.Modalities))
	for i, m := range c.Modalities {
		counts[i] = m.Classifiers
	}
	for _, g := range c.Grow {
		counts[c.index(g.Modality)]++
	}
	return counts
}

// newTrainer makes a trainer, or resets the last one if its graphs are those of this case, as augkit/train reuses its
// engines: the counts are the first ones again, and all that the optimizer holds is 0.
func (r *Runner) newTrainer(c *Case, inputs []*tensors.Tensor) (*trainer, error) {
	key, err := c.graphKey(inputs)
	if err != nil {
		return nil, err
	}
	if r.trainer == nil || r.key != key {
		r.Close()
		how, err := c.newMethod()
		if err != nil {
			return nil, err
		}
		optimizer, err := optim.New(*c.Optimizer)
		if err != nil {
			return nil, err
		}
		t := &trainer{r: r, store: model.NewStore(), how: how, steps: c.steps(how)}
		t.Trainer = gomlx.NewTrainer(r.backend, t.store, t.graph, t.loss, optimizer, nil, nil).WithMaxExecutors(1 << 20)
		r.trainer, r.key = t, key
	}
	t := r.trainer
	t.c, t.counts, t.set = c, nil, make(map[string]bool)
	for _, m := range c.Modalities {
		t.counts = append(t.counts, m.Classifiers)
	}
	if err := nn.Reset(t.store); err != nil {
		return nil, fmt.Errorf("%s: %w", c.File, err)
	}
	// The shapes of all weights, also of classifiers that come later; each is set when its stack has it.
	t.weights, err = r.shapes(c, t.forward(c.finalCounts()), inputs)
	return t, err
}

// before are the modalities whose steps a step moves too: with gradients that are zeroed, not taken away, those that had
// their step in this mini-batch.
func (t *trainer) before(step method.Step) []int {
	var out []int
	for _, earlier := range t.steps {
		if earlier.Name == step.Name || !t.c.zeroes() {
			break
		}
		out = append(out, earlier.Modalities...)
	}
	return out
}

func (t *trainer) spec(step method.Step) stepSpec {
	return stepSpec{step.Name, t.stacks(step.Modalities), t.stacks(t.before(step))}
}

func (t *trainer) stacks(modalities []int) string {
	var out []string
	for _, m := range modalities {
		out = append(out, fmt.Sprintf("%s×%d", t.c.Modalities[m].Name, t.counts[m]))
	}
	return strings.Join(out, " ")
}

// graph is the model function of the Trainer. It is called while the stacks have the sizes that the spec names.
func (t *trainer) graph(scope *model.Scope, spec any, inputs []*Node) []*Node {
	store, g := scope.Store(), inputs[0].Graph()
	step := t.steps[slices.IndexFunc(t.steps, func(s method.Step) bool { return s.Name == spec.(stepSpec).step })]
	t.gating = step.Name == method.GateStep
	var out []*Node
	if t.gating {
		ratios := t.c.gateVariable(store)
		out = append(out, gate(store, ratios.NodeValue(g), true))
		ratios.SetNodeValue(inputs[0])
	}
	for i, m := range step.Modalities {
		out = append(out, t.c.logits(store, m, t.counts[m], inputs[i], t.c.gates(store, g, t.counts[m] > 1)))
	}
	t.move(store, g, t.before(step))
	return out
}

// move makes the graph use the trained variables of stacks that the loss does not depend on, as augkit/train does: their
// gradient is zero, and the optimizer moves them by momentum and weight decay. That of the head, which every modality's
// step uses, is zero in the gate's.
func (t *trainer) move(store *model.Store, g *Graph, modalities []int) {
	var below []string
	for _, m := range modalities {
		below = append(below, model.JoinPath(networkScope, t.c.Modalities[m].Name)+"/")
	}
	if t.gating && len(below) > 0 {
		below = append(below, model.JoinPath(networkScope, "head")+"/")
	}
	for _, v := range trainable(store, below...) {
		if t.has(weightName(v)) { // not one of a later classifier, from the case before
			v.NodeValue(g)
		}
	}
}

// loss is the loss function of the Trainer for the graph that is being built.
func (t *trainer) loss(labels, outputs []*Node) *Node {
	if t.gating {
		return boost.GateLoss(outputs[0], labels[0])
	}
	return t.how.Loss(outputs, labels[0])
}

// miniBatch makes the steps of the method on one mini-batch and returns their losses.
func (t *trainer) miniBatch(b batch) ([]float64, error) {
	losses := make([]float64, len(t.steps))
	for i, step := range t.steps {
		in := gomlx.Batch{Spec: t.spec(step), Labels: []*tensors.Tensor{b.labels}}
		for _, m := range step.Modalities {
			in.Inputs = append(in.Inputs, b.inputs[m])
		}
		if step.Name == method.GateStep {
			in.Inputs, in.Labels = []*tensors.Tensor{b.next}, []*tensors.Tensor{b.targets}
		}
		for _, list := range [][]*tensors.Tensor{in.Inputs, in.Labels} {
			for k, own := range list {
				var err error
				if list[k], err = own.LocalClone(); err != nil { // the Trainer takes what it is given
					return nil, err
				}
			}
		}
		metrics, err := t.TrainStep(in)
		if err != nil {
			return nil, fmt.Errorf("step %s: %w", step.Name, err)
		}
		loss, err := read(metrics[0])
		if err != nil {
			return nil, fmt.Errorf("step %s: read the loss: %w", step.Name, err)
		}
		losses[i] = loss.values[0]
	}
	return losses, nil
}

// forward is the graph of every modality's logits for given counts, and of the gates, in evaluation mode.
func (t *trainer) forward(counts []int) graphFn {
	return func(scope *model.Scope, inputs []*Node) (keys []string, outputs []*Node) {
		gates := t.c.gates(scope.Store(), inputs[0].Graph(), true)
		if gates != nil {
			keys, outputs = append(keys, "gate"), append(outputs, Reshape(gates, -1))
		}
		for i, m := range t.c.Modalities {
			keys = append(keys, "logits/"+m.Name)
			outputs = append(outputs, t.c.logits(scope.Store(), i, counts[i], inputs[i], gates))
		}
		return keys, outputs
	}
}

// setNew puts those weights into the store that the stacks have by now and had not before.
func (t *trainer) setNew() error {
	fresh := make(map[string][]int)
	for name, dims := range t.weights {
		if !t.set[name] && t.has(name) {
			fresh[name], t.set[name] = dims, true
		}
	}
	return t.c.setWeights(t.store, fresh)
}

// has reports whether the stacks as they are have this weight.
func (t *trainer) has(name string) bool {
	for i, m := range t.c.Modalities {
		if rest, ok := strings.CutPrefix(name, m.Name+"/"+boost.Layer1); ok {
			number, _, _ := strings.Cut(rest, "/")
			k, err := strconv.Atoi(number)
			return err == nil && k <= t.counts[i]
		}
	}
	return true
}

func (t *trainer) evaluate(b batch, got results) error {
	var keys []string
	build := t.forward(t.counts)
	exec, err := model.NewExec(t.r.backend, t.store, func(scope *model.Scope, in []*Node) []*Node {
		var out []*Node
		keys, out = build(scope, in)
		return out
	})
	if err != nil {
		return err
	}
	defer exec.Finalize()
	args := make([]any, len(b.inputs))
	for i, x := range b.inputs {
		args[i] = x
	}
	out, err := exec.Call(args...)
	if err != nil {
		return err
	}
	for i, key := range keys {
		if got[key], err = read(out[i]); err != nil {
			return err
		}
	}
	return nil
}
