package train

import (
	"path/filepath"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/device/devicetest"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
)

// What the second growth of a modality needs is built while the epoch before it runs: afterwards its encoder is built again
// neither for training nor for evaluation.
func TestGrowthIsForeseen(t *testing.T) {
	forgetEngines()
	defer forgetEngines()
	ds := generated(t)
	exp := growing(ds)
	var r *runner
	r, err := newRunner(devicetest.Backend(t), ds, exp, Options{Dir: filepath.Join(t.TempDir(), "run"), OnStep: func(Position) { <-r.ahead.running }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { r.close(nil) }()
	const weak = 1 // words
	builds := 0
	graph := r.net.encoders[weak].Graph
	r.net.encoders[weak].Graph = func(scope *model.Scope, x *Node) *Node {
		builds++
		return graph(scope, x)
	}
	// A training and an evaluation graph for each size of the stack, and from the second epoch on for the next one too.
	for epoch, want := range []int{2, 6, 8, 8} {
		if err := r.epoch(t.Context()); err != nil {
			t.Fatal(err)
		}
		if grown := r.net.Counts[weak]; grown != epoch+2 {
			t.Fatalf("after epoch %d the weak modality has %d classifiers", epoch+1, grown)
		}
		if builds != want {
			t.Errorf("after epoch %d the weak modality has %d graphs, want %d", epoch+1, builds, want)
		}
	}
}

// When a graph is ready, before it is needed, long before or never, is not to be seen in the result.
func TestForeseeingChangesNothing(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	train := func(each func(*runner)) *runlog.Run {
		forgetEngines()
		opts := options(t, ds)
		var r *runner
		opts.OnStep = func(Position) { each(r) }
		r, err := newRunner(devicetest.Backend(t), ds, exp, opts)
		if err != nil {
			t.Fatal(err)
		}
		err = r.all(t.Context())
		r.close(err)
		if err != nil {
			t.Fatal(err)
		}
		run, err := runlog.Open(opts.Dir)
		if err != nil {
			t.Fatal(err)
		}
		return run
	}
	defer forgetEngines()
	never := train(func(r *runner) { r.likely = nil })
	sameBytes(t, never, train(func(r *runner) { <-r.ahead.running }))
	sameBytes(t, never, train(func(*runner) {}))
}

func TestForeseeable(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*experiment.Experiment)
		want   bool
	}{
		{"aug", func(*experiment.Experiment) {}, true},
		{"weight for classifiers", func(e *experiment.Experiment) { e.Method.Assign.Gives = experiment.GivesWeight }, true},
		{"nobody grows", func(e *experiment.Experiment) { e.Method.Assign.By = experiment.ByNone }, false},
		{"no assignment", func(e *experiment.Experiment) { e.Method.Name = "control" }, false},
		{"two stages", func(e *experiment.Experiment) { e.Method.Name = "sustained" }, false},
		{"one step for all", func(e *experiment.Experiment) { e.Train.Step = experiment.StepJoint }, false},
		{"a step that moves others", func(e *experiment.Experiment) { e.Train.Step = experiment.StepLegacy }, false},
		{"gate", func(e *experiment.Experiment) { e.Method.Gate = true }, false},
	} {
		ds := generated(t)
		exp := growing(ds)
		c.change(&exp)
		net, err := NewNetwork(exp, ds)
		if err != nil {
			t.Fatal(err)
		}
		if got := net.foreseeable(); got != c.want {
			t.Errorf("%s: foreseeable is %v", c.name, got)
		}
	}
}
