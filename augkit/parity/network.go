package parity

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/boost"
	"github.com/augkit/aug/augkit/encoder"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/method"
)

// noEncoder is the name for a modality whose input is its feature.
const noEncoder = "none"

func (c *Case) checkNetwork() error {
	if c.Method == "" {
		c.Method = "aug"
	}
	if c.Classes < 2 || c.Classes > 10_000 {
		return c.setting("classes is %d; it must be in 2 … 10000", c.Classes)
	}
	if len(c.Modalities) == 0 {
		return c.setting("modalities is empty; name at least one")
	}
	seen := make(map[string]bool)
	for _, m := range c.Modalities {
		if m.Name == "" || strings.ContainsAny(m.Name, "/% ") || m.Name == "head" || m.Name == method.GateStep || seen[m.Name] {
			return c.setting("a modality is named %q; names must differ, without / %% or space, and not be head or gate", m.Name)
		}
		seen[m.Name] = true
		if _, err := encoderOf(m.Encoder); err != nil {
			return c.setting("modality %s: %v", m.Name, err)
		}
		if m.Classifiers < 1 || m.Classifiers > 99 {
			return c.setting("modality %s has %d classifiers; it must have 1 … 99", m.Name, m.Classifiers)
		}
	}
	if !slices.Contains([]string{"aug", "control", "joint"}, c.Method) {
		return c.setting("method is %q; it must be aug, control or joint", c.Method)
	}
	if _, err := c.newMethod(); err != nil {
		return c.setting("%v", err)
	}
	if err := c.checkSwitches(); err != nil {
		return err
	}
	return c.checkTraining()
}

// encoderOf finds an encoder by name, whatever its kind of input.
func encoderOf(name string) (func(*model.Scope, *Node) *Node, error) {
	names := []string{noEncoder}
	for _, e := range encoder.All {
		if e.Name == name {
			return e.Graph, nil
		}
		names = append(names, e.Name)
	}
	if name == noEncoder {
		return func(_ *model.Scope, x *Node) *Node { return x }, nil
	}
	return nil, fmt.Errorf("there is no encoder %q; use one of %s", name, strings.Join(names, ", "))
}

// logits are those of the stack of count classifiers of the i-th modality [batch, count, classes], the added ones scaled by
// its gate where there are gates. Scopes are as in augkit/train.
func (c *Case) logits(store *model.Store, i, count int, x, gates *Node) *Node {
	m, root := c.Modalities[i], store.Scope(networkScope)
	own := root.At("%s", m.Name)
	encode, err := encoderOf(m.Encoder)
	if err != nil {
		panic(err)
	}
	logits := boost.Classifiers(own, root.At("head"), encode(own.At("encoder"), x), count, c.Classes)
	if c.TrainedClassifiers == experiment.TrainedFirst {
		boost.Freeze(own, count)
	}
	if gates != nil {
		logits = boost.Gated(logits, Reshape(Slice(gates, AxisElem(i), AxisElem(0))))
	}
	return logits
}

// networkInputs are the modalities' inputs, the one-hot labels and, with a gate, its ratios and targets.
func (c *Case) networkInputs() ([][]*tensors.Tensor, error) {
	steps, err := c.batches()
	if err != nil {
		return nil, err
	}
	in := append(slices.Clone(steps[0].inputs), steps[0].labels)
	if c.Gate {
		in = append(in, steps[0].ratios, steps[0].targets)
	}
	return [][]*tensors.Tensor{in}, nil
}

// batch is one mini-batch.
type batch struct {
	inputs []*tensors.Tensor // of each modality
	labels *tensors.Tensor   // one-hot [batch, classes]
	// With a gate: what it is asked with before, and while training what it is asked with after its step [modalities]; and
	// what it is trained towards [modalities, 1].
	ratios, next, targets *tensors.Tensor
}

// batches cuts the inputs into mini-batches: one, or as many as there are steps.
func (c *Case) batches() ([]batch, error) {
	labels := c.arrays["labels"]
	if labels == nil {
		return nil, c.bad("labels", "is missing", "add it to the file")
	}
	steps, head := 1, 1 // head: axes before those of a sample
	if c.Steps > 0 {
		steps, head = c.Steps, 2
	}
	if labels.ints == nil || len(labels.shape) != head || head == 2 && labels.shape[0] != steps {
		return nil, c.bad("labels", fmt.Sprintf("is %s of shape %v", labels.dtype, labels.shape), "it must be int64 [batch], or [steps, batch] with steps")
	}
	size := labels.shape[head-1]
	for i, y := range labels.ints {
		if y < 0 || y >= int64(c.Classes) {
			return nil, c.bad("labels", fmt.Sprintf("entry %d is %d", i, y), fmt.Sprintf("labels must be in 0 … %d", c.Classes-1))
		}
	}
	out := make([]batch, steps)
	for s := range steps {
		out[s].labels = oneHot(labels.ints[s*size:(s+1)*size], c.Classes)
	}
	for _, m := range c.Modalities {
		x, err := c.floats("x/"+m.Name, 0)
		if err != nil {
			return nil, err
		}
		if len(x.shape) <= head || !slices.Equal(x.shape[:head], labels.shape) || m.Encoder == noEncoder && len(x.shape) != head+1 {
			return nil, c.bad("x/"+m.Name, fmt.Sprintf("has shape %v", x.shape), fmt.Sprintf("it must begin with the shape of labels, %v, and go on with that of a sample", labels.shape))
		}
		for s := range steps {
			out[s].inputs = append(out[s].inputs, part(x, s, x.shape[head-1:]))
		}
	}
	return out, c.gateBatches(out)
}

// gateBatches adds the ratios and targets of the gate.
func (c *Case) gateBatches(to []batch) error {
	if !c.Gate {
		return nil
	}
	n := len(c.Modalities)
	ratioShape, targetShape := []int{n}, []int{n}
	if c.Steps > 0 {
		ratioShape, targetShape = []int{c.Steps + 1, n}, []int{c.Steps, n}
	}
	ratio, err := c.shaped("ratio", ratioShape)
	if err != nil {
		return err
	}
	target, err := c.shaped("target", targetShape)
	if err != nil {
		return err
	}
	for s := range to {
		to[s].ratios, to[s].targets = part(ratio, s, []int{n}), part(target, s, []int{n, 1})
		if c.Steps > 0 {
			to[s].next = part(ratio, s+1, []int{n})
		}
	}
	return nil
}

// shaped is an input of the given shape.
func (c *Case) shaped(name string, shape []int) (*array, error) {
	a, err := c.floats(name, 0)
	if err == nil && !slices.Equal(a.shape, shape) {
		return nil, c.bad(name, fmt.Sprintf("has shape %v", a.shape), fmt.Sprintf("with this case's modalities and steps it must be %v", shape))
	}
	return a, err
}

func oneHot(labels []int64, classes int) *tensors.Tensor {
	flat := make([]float32, len(labels)*classes)
	for i, y := range labels {
		flat[i*classes+int(y)] = 1
	}
	return tensors.FromFlatDataAndDimensions(flat, len(labels), classes)
}

// networkGraph is the loss of each step of the method with all that it is made of and all its gradients.
func (c *Case) networkGraph(scope *model.Scope, inputs []*Node) (keys []string, outputs []*Node) {
	store, labels := scope.Store(), inputs[len(c.Modalities)]
	store.SetTraining(labels.Graph(), c.Training)
	add := func(key string, n *Node) { keys, outputs = append(keys, key), append(outputs, n) }
	how, err := c.newMethod()
	if err != nil {
		panic(err)
	}
	var gates *Node
	if c.Gate {
		gates = gate(store, inputs[len(c.Modalities)+1], true)
		add("gate", Reshape(gates, -1))
	}
	for _, step := range c.steps(how) {
		below, xs := []string{model.JoinPath(networkScope, "head") + "/"}, make(map[string]*Node)
		var loss *Node
		if step.Name == method.GateStep {
			below[0] = model.JoinPath(networkScope, method.GateStep) + "/"
			loss = boost.GateLoss(gates, inputs[len(c.Modalities)+2])
		} else {
			var logits []*Node
			for _, i := range step.Modalities {
				m := c.Modalities[i]
				l := c.logits(store, i, m.Classifiers, inputs[i], gates)
				logits = append(logits, l)
				add("logits/"+m.Name, l)
				xs["grad_x/"+m.Name] = inputs[i]
				below = append(below, model.JoinPath(networkScope, m.Name)+"/")
				if c.Method == "aug" && m.Classifiers > 1 {
					newest, all, previous := how.Reading().Losses(l, labels)
					add("residual/"+m.Name, how.Reading().Residual(l, labels))
					add("newest/"+m.Name, newest)
					add("all/"+m.Name, all)
					add("previous/"+m.Name, previous)
				}
			}
			loss = how.Loss(logits, labels)
		}
		add("loss/"+step.Name, loss)
		k, o := gradients(loss, xs, trainable(store, below...), "grad/"+step.Name+"/")
		keys, outputs = append(keys, k...), append(outputs, o...)
	}
	return keys, outputs
}

func (c *Case) modalityNames() []string {
	names := make([]string, len(c.Modalities))
	for i, m := range c.Modalities {
		names[i] = m.Name
	}
	return names
}

// trainable lists the trainable variables below some paths, in the order of their paths.
func trainable(store *model.Store, below ...string) []*model.Variable {
	var out []*model.Variable
	for v := range store.IterVariables() {
		if v.Trainable && slices.ContainsFunc(below, func(p string) bool { return strings.HasPrefix(v.Path(), p) }) {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b *model.Variable) int { return cmp.Compare(a.Path(), b.Path()) })
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func list[V any](m map[string]V) string { return strings.Join(sortedKeys(m), ", ") }
