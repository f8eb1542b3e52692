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
	if _, err := c.newMethod(); err != nil {
		return c.setting("%v", err)
	}
	if c.Classes < 2 || c.Classes > 10_000 {
		return c.setting("classes is %d; it must be in 2 … 10000", c.Classes)
	}
	if len(c.Modalities) == 0 {
		return c.setting("modalities is empty; name at least one")
	}
	seen := make(map[string]bool)
	for _, m := range c.Modalities {
		if m.Name == "" || strings.ContainsAny(m.Name, "/% ") || m.Name == "head" || seen[m.Name] {
			return c.setting("a modality is named %q; names must differ, without / %% or space, and not be head", m.Name)
		}
		seen[m.Name] = true
		if _, err := encoderOf(m.Encoder); err != nil {
			return c.setting("modality %s: %v", m.Name, err)
		}
		if m.Classifiers < 1 || m.Classifiers > 99 {
			return c.setting("modality %s has %d classifiers; it must have 1 … 99", m.Name, m.Classifiers)
		}
	}
	return c.checkTraining()
}

func (c *Case) newMethod() (method.Method, error) {
	return method.New(experiment.Method{Name: c.Method, Lambda: c.Lambda, Sigma: 1})
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

// logits are those of a modality's stack of count classifiers [batch, count, classes]. Scopes are as in augkit/train.
func (c *Case) logits(store *model.Store, m modality, count int, x *Node) *Node {
	root := store.Scope(networkScope)
	own := root.At("%s", m.Name)
	encode, err := encoderOf(m.Encoder)
	if err != nil {
		panic(err)
	}
	return boost.Classifiers(own, root.At("head"), encode(own.At("encoder"), x), count, c.Classes)
}

// networkInputs are the modalities' inputs and the one-hot labels.
func (c *Case) networkInputs() ([][]*tensors.Tensor, error) {
	steps, err := c.batches()
	if err != nil {
		return nil, err
	}
	return [][]*tensors.Tensor{append(slices.Clone(steps[0].inputs), steps[0].labels)}, nil
}

// batch is one mini-batch.
type batch struct {
	inputs []*tensors.Tensor // of each modality
	labels *tensors.Tensor   // one-hot [batch, classes]
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
	return out, nil
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
	store, labels := scope.Store(), inputs[len(inputs)-1]
	store.SetTraining(labels.Graph(), c.Training)
	add := func(key string, n *Node) { keys, outputs = append(keys, key), append(outputs, n) }
	how, err := c.newMethod()
	if err != nil {
		panic(err)
	}
	for _, step := range how.Steps(c.modalityNames()) {
		var logits []*Node
		xs := make(map[string]*Node)
		below := []string{model.JoinPath(networkScope, "head") + "/"}
		for _, i := range step.Modalities {
			m := c.Modalities[i]
			l := c.logits(store, m, m.Classifiers, inputs[i])
			logits = append(logits, l)
			add("logits/"+m.Name, l)
			xs["grad_x/"+m.Name] = inputs[i]
			below = append(below, model.JoinPath(networkScope, m.Name)+"/")
			if n := m.Classifiers; c.Method == "aug" && n > 1 {
				newest, all, previous := boost.Losses(l, labels, c.Lambda)
				add("residual/"+m.Name, boost.ResidualLabel(boost.Sum(l, 0, n-1), labels, c.Lambda))
				add("newest/"+m.Name, newest)
				add("all/"+m.Name, all)
				add("previous/"+m.Name, previous)
			}
		}
		loss := how.Loss(logits, labels)
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
