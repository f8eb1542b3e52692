package boost

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Reading is how equations (2) to (5) are read where the paper leaves a choice. Its zero value with a λ is that of
// [Losses] and [Loss].
type Reading struct {
	Lambda        float64 // λ
	Probabilities bool    // the residual label subtracts the sum of each earlier classifier's softmax, not softmax of the sum
	Terms         Terms   // of equation (5), those that are added; 0: all three
	Single        int     // how many times the cross entropy of a single classifier counts; 0: once
}

// Residual is ŷ for the newest of n ≥ 2 classifiers with logits [batch, n, classes]: [batch, classes].
func (r Reading) Residual(logits, labels *Node) *Node {
	n := logits.Shape().Dimensions[1]
	if !r.Probabilities {
		return ResidualLabel(Sum(logits, 0, n-1), labels, r.Lambda)
	}
	earlier := Slice(logits, AxisRange(), AxisRange(0, n-1), AxisRange())
	p := ReduceSum(Softmax(earlier), 1)
	return StopGradient(Sub(labels, MulScalar(Mul(labels, p), r.Lambda)))
}

// Losses are ε, ε_all and ε_pre for n ≥ 2 classifiers; see the function of that name.
func (r Reading) Losses(logits, labels *Node) (newest, all, previous *Node) {
	newest, all, previous = Losses(logits, labels, r.Lambda)
	if r.Probabilities {
		n := logits.Shape().Dimensions[1]
		newest = CrossEntropy(Sum(logits, n-1, n), r.Residual(logits, labels))
	}
	return newest, all, previous
}

// Loss is L of equation (5), or the cross entropy of a single classifier, once or twice.
func (r Reading) Loss(logits, labels *Node) *Node {
	if logits.Shape().Dimensions[1] == 1 {
		loss := CrossEntropy(Sum(logits, 0, 1), labels)
		if r.Single > 1 {
			loss = MulScalar(loss, float64(r.Single))
		}
		return loss
	}
	newest, all, previous := r.Losses(logits, labels)
	var loss *Node
	for _, t := range []struct {
		term Terms
		node *Node
	}{{Newest, newest}, {All, all}, {Previous, previous}} {
		switch {
		case !r.Terms.Has(t.term):
		case loss == nil:
			loss = t.node
		default:
			loss = Add(loss, t.node)
		}
	}
	return loss
}

// Terms is a set of the terms of equation (5). The zero value stands for all of them.
type Terms uint8

// The terms.
const (
	Newest   Terms = 1 << iota // ε
	All                        // ε_all
	Previous                   // ε_pre
)

// Has reports whether the set holds a term.
func (t Terms) Has(term Terms) bool { return t == 0 || t&term != 0 }

// Freeze keeps the Layer1 of all but the first of a modality's n classifiers at the weights that they have: the graphs
// that are built from now on do not train them. The encoder and the shared head still learn through them.
func Freeze(scope *model.Scope, n int) {
	for t := 2; t <= n; t++ {
		layer := scope.At("%s%02d", Layer1, t)
		for _, name := range []string{"weights", "biases"} {
			if v := layer.GetVariable(name); v != nil {
				v.SetTrainable(false)
			}
		}
	}
}
