package train

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/boost"
	"github.com/augkit/aug/augkit/encoder"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/method"
	"github.com/augkit/aug/augkit/nn"
	"github.com/augkit/aug/datasets"
)

// Network is the model as a function of its structure: an encoder and a stack of classifiers for each modality, one
// shared head. The weights live in a Store; the structure is Counts.
//
//	/model/<modality>/encoder/…        θ^o
//	/model/<modality>/layer1_<t>/…     Θ^o_t, t = 1 … n^o
//	/model/head/…                      the second layer that all classifiers share
type Network struct {
	Modalities []string
	Classes    int
	// Counts is n^o: 1 and what the assignment has given to each modality. That many classifiers it has, unless the
	// assignment gives weight.
	Counts []int

	encoders []encoder.Encoder
	shapes   [][]int
	method   method.Method
	steps    []method.Step
	legacy   bool         // a step also moves the modalities before it in the mini-batch, as under PyTorch 1
	frozen   bool         // added classifiers keep their first Layer1
	weighted bool         // the assignment gives weight, not classifiers
	gated    bool         // a gate network scales the added classifiers
	encoding dtypes.DType // of the numbers in the encoders
	building plan         // of the graph that is being built: GoMLX's Trainer calls Graph and then Loss
	plans    map[Spec]plan
}

// NewNetwork makes the initial structure for a data set: one classifier a modality.
func NewNetwork(exp experiment.Experiment, ds *datasets.Dataset) (*Network, error) {
	m, err := method.New(exp.Method)
	if err != nil {
		return nil, err
	}
	n := &Network{Classes: len(ds.Classes), method: m, plans: make(map[Spec]plan)}
	for _, mod := range ds.Modalities {
		name := exp.Encoders[mod.Name]
		if name == "" {
			name = encoder.Default(mod.Kind)
		}
		e, err := encoder.Find(name, mod.Kind)
		if err != nil {
			return nil, fmt.Errorf("encoders.%s: %w", mod.Name, err)
		}
		n.Modalities = append(n.Modalities, mod.Name)
		n.Counts = append(n.Counts, max(1, exp.Method.Start[mod.Name]))
		n.encoders = append(n.encoders, e)
		n.shapes = append(n.shapes, mod.Shape)
	}
	if n.staged() && exp.Train.Epochs < 2 {
		return nil, fmt.Errorf("method %s has two stages; train.epochs must be at least 2", exp.Method.Name)
	}
	n.steps = m.Steps(n.Modalities)
	if exp.Train.Step == experiment.StepJoint && len(n.steps) > 1 {
		n.steps = method.Together(n.steps)
	}
	n.legacy = exp.Train.Step == experiment.StepLegacy
	n.frozen = exp.Method.TrainedClassifiers == experiment.TrainedFirst
	n.weighted = exp.Method.Name == "aug" && exp.Method.Assign.Gives == experiment.GivesWeight
	n.encoding = dtypes.Float32
	if exp.Train.Precision == experiment.PrecisionBFloat16 {
		n.encoding = dtypes.BFloat16
	}
	n.gated = exp.Method.Name == "aug" && exp.Method.Gate
	return n, nil
}

// Spec names one training graph: a step of the method and the sizes of the stacks that take part in it. GoMLX's
// Trainer compiles a graph for each Spec, so a modality that grows gets a new graph and the others keep theirs.
type Spec struct {
	Step   string
	Stacks string // "image×3" or "image×1 text×1"
	Moved  string // the stacks that the step moves without a gradient: those before it, under the legacy rule
}

func (s Spec) String() string { return strings.TrimSpace(s.Step + " " + s.Stacks + " " + s.Moved) }

// plan is what a Spec stands for.
type plan struct {
	modalities, counts []int
	weights            []float64 // of each modality's loss
	moved              []stack
	newest             bool // the last classifier is all that is trained
	gate               bool // the gate's own step
}

// givenWeight is how many times the loss of a modality counts that the assignment gave weight.
const givenWeight = 3

// stackOf is the number of classifiers of a modality, and weight how many times its loss counts.
func (n *Network) stackOf(m int) int {
	if n.weighted {
		return 1
	}
	return n.Counts[m]
}

func (n *Network) weight(m int) float64 {
	if n.weighted && n.Counts[m] > 1 {
		return givenWeight
	}
	return 1
}

// classifiers is the size of every modality's stack.
func (n *Network) classifiers() []int {
	out := make([]int, len(n.Counts))
	for m := range out {
		out[m] = n.stackOf(m)
	}
	return out
}

// spec returns the Spec of a step for the current counts.
func (n *Network) spec(s method.Step) Spec {
	p := plan{modalities: s.Modalities, newest: s.Newest, gate: s.Name == method.GateStep}
	for _, m := range s.Modalities {
		p.counts = append(p.counts, n.stackOf(m))
		p.weights = append(p.weights, n.weight(m))
	}
	var before []int
	for _, earlier := range n.steps {
		if earlier.Name == s.Name || !n.legacy {
			break
		}
		for _, m := range earlier.Modalities {
			before = append(before, m)
			p.moved = append(p.moved, stack{m, n.stackOf(m)})
		}
	}
	spec := Spec{Step: s.Name, Stacks: n.stacks(s.Modalities), Moved: n.stacks(before)}
	n.plans[spec] = p
	return spec
}

// stacks writes "image×3 text×1", and "text×1, loss ×3" with a weight.
func (n *Network) stacks(modalities []int) string {
	parts := make([]string, len(modalities))
	for i, m := range modalities {
		parts[i] = fmt.Sprintf("%s×%d", n.Modalities[m], n.stackOf(m))
		if w := n.weight(m); w != 1 {
			parts[i] += fmt.Sprintf(", loss ×%v", w)
		}
	}
	return strings.Join(parts, " ")
}

// Graph is the model function of the Trainer: inputs are the modalities of the step, [batch, …] each; the results are
// their logits [batch, n_o, classes]. The gate's step takes the new ratios and returns the gate.
func (n *Network) Graph(scope *model.Scope, spec any, inputs []*Node) []*Node {
	p := n.plans[spec.(Spec)]
	n.building = p
	if p.gate {
		n.move(scope.Store(), inputs[0].Graph(), p.moved)
		return []*Node{n.gateGraph(scope.Store().Scope(nn.Scope), inputs[0])}
	}
	store, g := scope.Store(), inputs[0].Graph()
	if p.newest {
		store.SetTraining(g, false)
		defer store.SetTraining(g, true)
	}
	out := make([]*Node, len(p.modalities))
	for i, m := range p.modalities {
		out[i] = n.logits(scope, m, p.counts[i], inputs[i])
	}
	n.hold(store, p)
	n.move(store, g, p.moved)
	return out
}

// move makes the graph use the trained variables of stacks that the loss does not depend on. Their gradient is zero, so
// the optimizer moves them by momentum and weight decay.
func (n *Network) move(store *model.Store, g *Graph, stacks []stack) {
	var moved []*model.Variable
	for _, s := range stacks {
		for v := range store.Scope(model.JoinPath(nn.Scope, n.Modalities[s.modality])).IterVariables() {
			if t := n.classifier(s.modality, v.Path()); t <= s.count && n.trains(v.Path()) {
				moved = append(moved, v)
			}
		}
	}
	slices.SortFunc(moved, func(a, b *model.Variable) int { return strings.Compare(a.Path(), b.Path()) })
	for _, v := range moved {
		v.NodeValue(g)
	}
}

// encode is the feature [batch, width] of a modality's samples, float32 whatever type it was computed in.
func (n *Network) encode(root *model.Scope, m int, x *Node) *Node {
	scope := root.At("%s", n.Modalities[m]).At("encoder")
	return ConvertDType(n.encoders[m].Graph(scope, ConvertDType(x, n.encoding)), dtypes.Float32)
}

func (n *Network) logits(scope *model.Scope, m, count int, x *Node) *Node {
	root := scope.Store().Scope(nn.Scope)
	own := root.At("%s", n.Modalities[m])
	feature := n.encode(root, m, x)
	logits := boost.Classifiers(own, root.At("head"), feature, count, n.Classes)
	if n.frozen {
		boost.Freeze(own, count)
	}
	if n.gated && count > 1 {
		gates, _ := n.gate(root, x.Graph(), false)
		logits = boost.Gated(logits, Reshape(Slice(gates, AxisElem(m), AxisElem(0))))
	}
	return logits
}

// Loss is the loss function of the Trainer for the graph that is being built: labels[0] is one-hot [batch, classes], or
// what the gate is trained towards.
func (n *Network) Loss(labels, logits []*Node) *Node {
	p := n.building
	if p.gate {
		return boost.GateLoss(logits[0], labels[0])
	}
	if !slices.ContainsFunc(p.weights, func(w float64) bool { return w != 1 }) {
		return n.method.Loss(logits, labels[0])
	}
	var loss *Node
	for i, w := range p.weights {
		term := MulScalar(n.method.Loss(logits[i:i+1], labels[0]), w)
		if loss == nil {
			loss = term
		} else {
			loss = Add(loss, term)
		}
	}
	return loss
}

// Grow gives a modality a classifier, or weight. A classifier's weights are drawn when the next graph asks for them.
func (n *Network) Grow(modality int) {
	n.Counts[modality]++
	n.restage()
}

// byName pairs values with the modalities' names, for the records.
func byName[T any](n *Network, values []T) map[string]T {
	out := make(map[string]T, len(values))
	for i, v := range values {
		out[n.Modalities[i]] = v
	}
	return out
}

// inOrder is the inverse of byName for scores.
func (n *Network) inOrder(scores map[string]float64) []float64 {
	out := make([]float64, len(n.Modalities))
	for i, m := range n.Modalities {
		out[i] = scores[m]
	}
	return out
}

// countsOf is the inverse of byName for counts read from a checkpoint.
func (n *Network) countsOf(counts map[string]int) ([]int, error) {
	out := make([]int, len(n.Modalities))
	for i, name := range n.Modalities {
		c, ok := counts[name]
		if !ok || c < 1 || len(counts) != len(n.Modalities) {
			return nil, fmt.Errorf("the checkpoint has classifiers for %v, this experiment is on %s", counts, strings.Join(n.Modalities, ", "))
		}
		out[i] = c
	}
	return out, nil
}

// has reports whether a variable belongs to the network as it is: not to a classifier beyond its stacks.
func (n *Network) has(path string) bool {
	for m := range n.Modalities {
		if n.classifier(m, path) > n.Counts[m] {
			return false
		}
	}
	return true
}

// trains reports whether steps train a variable of the network.
func (n *Network) trains(path string) bool {
	if name := model.BasePath(path); strings.HasPrefix(name, "running_") || name == gateRatio {
		return false
	}
	for m := range n.Modalities {
		if n.frozen && n.classifier(m, path) > 1 {
			return false
		}
	}
	return true
}

// classifier is the number, from 1, of the classifier of a modality whose own layer a variable is in; 0 for others.
func (n *Network) classifier(modality int, path string) int {
	rest, ok := strings.CutPrefix(path, model.JoinPath(nn.Scope, n.Modalities[modality], boost.Layer1))
	if !ok {
		return 0
	}
	t, err := strconv.Atoi(rest[:strings.IndexByte(rest+"/", '/')])
	if err != nil {
		return math.MaxInt // nothing that this network has
	}
	return t
}

func (n *Network) clone() *Network {
	c := *n
	c.Counts = slices.Clone(n.Counts)
	return &c
}
