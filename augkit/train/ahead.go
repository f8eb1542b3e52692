package train

import (
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	gomlx "github.com/gomlx/gomlx/ml/train"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/method"
	"github.com/augkit/aug/datasets"
)

// ahead compiles the graphs that the next growth is likely to need while training goes on, one after the other, so that growth does
// not wait for them. Training does wait while a graph is built, for that makes variables, and is short. One that is needed
// before it is compiled is waited for where it would have been compiled: model.Exec compiles nothing twice.
type ahead struct {
	begun   map[Spec]bool // training graphs
	made    *model.Exec   // the last one that the Trainer has made
	built   chan struct{} // gets a word when a graph is built
	running chan struct{} // closed when the last compilation has ended
}

func newAhead() *ahead {
	a := &ahead{begun: make(map[Spec]bool), built: make(chan struct{}, 1), running: make(chan struct{})}
	close(a.running)
	return a
}

// isBuilt says that a graph is built, and so needs the Store no more.
func (a *ahead) isBuilt() {
	select {
	case a.built <- struct{}{}:
	default: // nobody waits
	}
}

// compile builds the graph of exec for these inputs, and leaves it to a goroutine to compile it. An error will come again
// when the graph is asked for.
func (a *ahead) compile(exec *model.Exec, inputs ...shapes.Shape) {
	select {
	case <-a.built: // said by a graph that nobody waited for
	default:
	}
	running := make(chan struct{})
	a.running = running
	go func() {
		defer close(running)
		_, _ = exec.Compile(inputs...)
	}()
	select {
	case <-a.built:
	case <-running:
	}
}

// foreseeable reports whether the graphs of the next growth can be built before it. Variables are then made earlier, which
// changes nothing where a graph has those of one modality; in others their order would depend on time.
func (n *Network) foreseeable() bool {
	rule := n.method.Assignment()
	return rule != nil && rule.By != experiment.ByNone && !n.staged() && !n.legacy && !n.gated &&
		!slices.ContainsFunc(n.steps, func(s method.Step) bool { return len(s.Modalities) != 1 })
}

// lookAhead begins with the next graph that the likely growth needs, if none is being compiled and all of the network as it
// is are.
func (r *runner) lookAhead() {
	if len(r.likely) == 0 {
		return
	}
	select {
	case <-r.ahead.running:
	default:
		return
	}
	for _, s := range r.net.steps {
		if !r.known[r.net.spec(s)] {
			return
		}
	}
	for len(r.likely) > 0 && !r.foresee(r.likely[0]) {
		r.likely = r.likely[1:]
	}
}

// expect notes who would grow if the assignment were asked now, after an epoch, by these scores: unless those of the next
// epochs differ much, they are who grows next.
func (r *runner) expect(epoch int, scores []float64) {
	if r.likely = nil; r.devices == nil && r.net.foreseeable() && r.growsLater(epoch+1) {
		r.likely = r.net.choose(*r.net.method.Assignment(), scores)
	}
}

// settle waits for a compilation in flight if a graph of the coming steps was not begun: no two may be built at a time.
func (r *runner) settle() {
	for _, s := range r.net.steps {
		if spec := r.net.spec(s); !r.known[spec] && !r.ahead.begun[spec] {
			<-r.ahead.running
		}
	}
}

// growsLater reports whether there is a check from this epoch on that an epoch follows.
func (r *runner) growsLater(epoch int) bool {
	for ; epoch < r.exp.Train.Epochs; epoch++ {
		if r.due(epoch) {
			return true
		}
	}
	return false
}

// foresee begins with a graph of the network in which a modality has grown; false if there is none left.
func (r *runner) foresee(m int) bool {
	grown := r.net.clone()
	grown.Counts[m]++
	batch := min(r.exp.Train.Batch, len(r.ds.Indices(datasets.Train)))
	input := func(batch int) shapes.Shape {
		return shapes.Make(dtypes.Float32, append([]int{batch}, r.net.shapes[m]...)...)
	}
	for _, s := range grown.steps {
		spec := grown.spec(s)
		if s.Modalities[0] != m || r.known[spec] || r.ahead.begun[spec] {
			continue
		}
		r.ahead.begun[spec] = true
		r.ahead.made = nil
		// The Trainer makes the Exec of a Spec at its first step, which ends before it begins if the tensors hold nothing.
		_, _ = r.trainer.TrainStep(gomlx.Batch{Spec: spec, Inputs: []*tensors.Tensor{nothing()}, Labels: []*tensors.Tensor{nothing()}})
		if r.ahead.made != nil {
			r.ahead.compile(r.ahead.made, input(batch), shapes.Make(dtypes.Float32, batch, r.net.Classes))
		}
		return true
	}
	next := stack{m, grown.stackOf(m)}
	if r.eval.execs[next] != nil {
		return false
	}
	if exec, err := r.eval.exec(next); err == nil {
		r.ahead.compile(exec, input(evalBatch))
	}
	return true
}

// nothing is a tensor that was given back.
func nothing() *tensors.Tensor {
	t := tensors.FromScalar(float32(0))
	t.MustFinalizeAll()
	return t
}
