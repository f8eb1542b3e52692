package train

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

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
	Counts     []int // n^o: classifiers of each modality

	encoders []encoder.Encoder
	shapes   [][]int
	method   method.Method
	steps    []method.Step
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
		n.Counts = append(n.Counts, 1)
		n.encoders = append(n.encoders, e)
		n.shapes = append(n.shapes, mod.Shape)
	}
	n.steps = m.Steps(n.Modalities)
	return n, nil
}

// Spec names one training graph: a step of the method and the sizes of the stacks that take part in it. GoMLX's
// Trainer compiles a graph for each Spec, so a modality that grows gets a new graph and the others keep theirs.
type Spec struct {
	Step   string
	Stacks string // "image×3" or "image×1 text×1"
}

func (s Spec) String() string { return s.Step + " " + s.Stacks }

// plan is what a Spec stands for.
type plan struct{ modalities, counts []int }

// spec returns the Spec of a step for the current counts.
func (n *Network) spec(s method.Step) Spec {
	p := plan{modalities: s.Modalities}
	parts := make([]string, len(s.Modalities))
	for i, m := range s.Modalities {
		p.counts = append(p.counts, n.Counts[m])
		parts[i] = fmt.Sprintf("%s×%d", n.Modalities[m], n.Counts[m])
	}
	spec := Spec{Step: s.Name, Stacks: strings.Join(parts, " ")}
	n.plans[spec] = p
	return spec
}

// Graph is the model function of the Trainer: inputs are the modalities of the step, [batch, …] each; the results are
// their logits [batch, n_o, classes].
func (n *Network) Graph(scope *model.Scope, spec any, inputs []*Node) []*Node {
	p := n.plans[spec.(Spec)]
	out := make([]*Node, len(p.modalities))
	for i, m := range p.modalities {
		out[i] = n.logits(scope, m, p.counts[i], inputs[i])
	}
	return out
}

func (n *Network) logits(scope *model.Scope, m, count int, x *Node) *Node {
	root := scope.Store().Scope(nn.Scope)
	own := root.At("%s", n.Modalities[m])
	feature := n.encoders[m].Graph(own.At("encoder"), x)
	return boost.Classifiers(own, root.At("head"), feature, count, n.Classes)
}

// Loss is the loss function of the Trainer: labels[0] is one-hot [batch, classes].
func (n *Network) Loss(labels, logits []*Node) *Node { return n.method.Loss(logits, labels[0]) }

// Grow adds a classifier to a modality. Its weights are drawn when the next graph asks for them.
func (n *Network) Grow(modality int) { n.Counts[modality]++ }

// byName pairs values with the modalities' names, for the records.
func byName[T any](n *Network, values []T) map[string]T {
	out := make(map[string]T, len(values))
	for i, v := range values {
		out[n.Modalities[i]] = v
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
	for m, name := range n.Modalities {
		if rest, ok := strings.CutPrefix(path, model.JoinPath(nn.Scope, name, boost.Layer1)); ok {
			t, err := strconv.Atoi(rest[:strings.IndexByte(rest+"/", '/')])
			return err == nil && t <= n.Counts[m]
		}
	}
	return true
}

func (n *Network) clone() *Network {
	c := *n
	c.Counts = slices.Clone(n.Counts)
	return &c
}
