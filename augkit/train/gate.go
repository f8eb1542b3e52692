package train

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/boost"
	"github.com/augkit/aug/augkit/nn"
)

// gateScope is where the gate network is, and gateRatio the variable [modalities] of the ratios that it is asked with:
// a variable, so that training, evaluation and a checkpoint all see the same.
const (
	gateScope = "gate"
	gateRatio = "ratio"
)

// gate applies the gate network to the ratios: [modalities, 1]. It is trained by the gate's own step only, so every other
// graph is built while its variables are not trainable.
func (n *Network) gate(root *model.Scope, g *Graph, trained bool) (out *Node, ratio *model.Variable) {
	scope := root.At(gateScope)
	ratio = nn.Variable(scope, gateRatio, len(n.Modalities))
	out = boost.Gate(scope, Reshape(ratio.NodeValue(g), -1, 1))
	for v := range scope.IterVariables() {
		v.SetTrainable(trained)
	}
	ratio.SetTrainable(false)
	return out, ratio
}

// gateGraph is the model function of the gate's step: the gate for the ratios of the mini-batch before, which give way to
// the new ones [modalities].
func (n *Network) gateGraph(root *model.Scope, ratios *Node) *Node {
	out, ratio := n.gate(root, ratios.Graph(), true)
	ratio.SetNodeValue(ratios)
	return out
}

// gateBatch is the input and the label of the gate's step: the ratio of each modality's running score to the sum of the
// others', and 1 for those where it is not above balance (train_CREMAD.py of the earlier commit, lines 92–105; for three
// modalities train_NVGesture.py).
func (r *runner) gateBatch() (input, label *tensors.Tensor) {
	k := float64(r.state.Step / len(r.net.steps)) // mini-batches of this epoch before this one
	running := make([]float64, len(r.net.Modalities))
	total := 0.0
	for i, m := range r.net.Modalities {
		running[i] = (r.state.LastScores[m] + k*r.state.Scores[m]) / (k + 1)
		total += running[i]
	}
	balance := 1 / float64(len(running)-1)
	ratios, targets := make([]float32, len(running)), make([]float32, len(running))
	for i, s := range running {
		ratio := s / (total - s)
		ratios[i] = float32(ratio)
		if !(ratio > balance) {
			targets[i] = 1
		}
	}
	return tensors.FromFlatDataAndDimensions(ratios, len(ratios)), tensors.FromFlatDataAndDimensions(targets, len(targets), 1)
}

// gates asks the gate network as it is, for the record; nil where there is none.
func (e *evaluator) gates() (map[string]float64, error) {
	if !e.net.gated {
		return nil, nil
	}
	key := stack{modality: -1}
	if e.execs[key] == nil {
		exec, err := model.NewExec(e.backend, e.store, func(scope *model.Scope, g *Graph) *Node {
			out, _ := e.net.gate(scope.Store().Scope(nn.Scope), g, false)
			return out
		})
		if err != nil {
			return nil, fmt.Errorf("prepare the gate's evaluation: %w", err)
		}
		e.execs[key] = exec.WithName("evaluate the gate")
	}
	out, err := e.execs[key].Call1()
	if err != nil {
		return nil, fmt.Errorf("evaluate the gate: %w", err)
	}
	defer out.MustFinalizeAll()
	gates := make(map[string]float64, len(e.net.Modalities))
	for i, x := range tensors.MustCopyFlatData[float32](out) {
		gates[e.net.Modalities[i]] = float64(x)
	}
	return gates, nil
}
