package train

import (
	"fmt"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/ml/model"
	gomlx "github.com/gomlx/gomlx/ml/train"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/nn"
	"github.com/augkit/aug/augkit/optim"
	"github.com/augkit/aug/datasets"
)

// engine is a network with its weights and everything that was compiled for it. Compiling takes longer than training
// on small data, and the splits and seeds of a study need the same graphs, so an engine is handed from run to run; a
// reset gives it the first weights of the next one. A run's result does not depend on the engine's past.
type engine struct {
	key     string
	backend compute.Backend
	devices *devices
	store   *model.Store
	net     *Network
	trainer *gomlx.Trainer
	known   map[Spec]bool // graphs that were compiled
	eval    *evaluator
	ahead   *ahead
}

// idle holds the engines that no run uses, newest last.
var idle struct {
	sync.Mutex
	engines []*engine
}

// maxIdle bounds the compiled graphs that are kept for later runs. XLA's CPU plug-in maps each into memory in about 150
// pieces, and Linux gives a process 65,530: beyond that nothing can be compiled ("Failed to materialize symbols").
const maxIdle = 160

// acquire returns an engine on so many devices for the experiment, with first weights for its seed.
func acquire(backend compute.Backend, exp experiment.Experiment, ds *datasets.Dataset, count int) (*engine, error) {
	devices, err := newDevices(backend, count)
	if err != nil {
		return nil, err
	}
	net, err := NewNetwork(exp, ds)
	if err != nil {
		return nil, err
	}
	optimizer, err := optim.New(exp.Train.Optimizer)
	if err != nil {
		return nil, err
	}
	key := engineKey(exp, net)
	if e := takeIdle(backend, key, devices.count()); e != nil {
		e.store.SetParam("/"+nn.ParamSeed, exp.Train.Seed)
		// The graphs stay; the rule that lets stacks grow is this experiment's.
		e.net.method, e.net.Counts, e.net.steps = net.method, net.Counts, net.steps
		if err := nn.Reset(e.store); err != nil {
			e.free()
			return nil, err
		}
		return e, nil
	}
	e := &engine{key: key, backend: backend, devices: devices, net: net, store: model.NewStore(), known: make(map[Spec]bool), ahead: newAhead()}
	e.store.SetParam("/"+nn.ParamSeed, exp.Train.Seed)
	// The number of graphs is bounded by the growth of the stacks, not by the Trainer.
	if devices == nil {
		backend = watch(backend, e.ahead.isBuilt)
	}
	e.trainer = gomlx.NewTrainer(backend, e.store, net.Graph, net.Loss, optimizer, trainMetrics(exp), nil).WithMaxExecutors(1 << 20)
	e.trainer.OnExecCreation(func(exec *model.Exec, _ gomlx.GraphType) { e.ahead.made = exec })
	e.eval = newEvaluator(backend, e.store, net)
	e.eval.devices = devices
	return e, nil
}

// engineKey holds all that the graphs depend on, besides the sizes of the stacks and of the batches. A checkpoint keeps
// it too, to tell that it is of another network.
func engineKey(exp experiment.Experiment, net *Network) string {
	var b strings.Builder
	for i, m := range net.Modalities {
		fmt.Fprintf(&b, "%s%v %s; ", m, net.shapes[i], net.encoders[i].Name)
	}
	o := exp.Train.Optimizer
	fmt.Fprintf(&b, "%d classes; %s λ=%v; %s %v %v", net.Classes, exp.Method.Name, exp.Method.Lambda, o.Name, o.Momentum, o.WeightDecay)
	if o.Name != "sgd" {
		fmt.Fprintf(&b, " %v", o.LearningRate)
	}
	for _, s := range []struct {
		on   bool
		text string
	}{
		{exp.Method.Residual == experiment.ResidualProbabilities, "residual of probabilities"},
		{exp.Method.SingleLoss > 1, "single loss twice"},
		{net.frozen, "added classifiers frozen"},
		{exp.Train.Step == experiment.StepJoint, "one step"},
		{net.legacy, "legacy gradients"},
		{len(trainMetrics(exp)) > 0, "training scores"},
		{net.weighted, "weight for classifiers"},
		{net.gated, "gate"},
		{net.encoding != dtypes.Float32, "encoders in " + net.encoding.String()},
		{len(exp.Method.Terms) > 0, "terms " + strings.Join(exp.Method.Terms, " ")},
	} {
		if s.on {
			b.WriteString("; " + s.text)
		}
	}
	return b.String()
}

func takeIdle(backend compute.Backend, key string, devices int) *engine {
	idle.Lock()
	defer idle.Unlock()
	for i, e := range idle.engines {
		if e.key == key && e.backend == backend && e.devices.count() == devices {
			idle.engines = append(idle.engines[:i], idle.engines[i+1:]...)
			return e
		}
	}
	return nil
}

// graphs is the number of graphs that were compiled for the engine.
func (e *engine) graphs() int {
	n := len(e.known) + len(e.eval.execs)
	for spec := range e.ahead.begun {
		if !e.known[spec] {
			n++
		}
	}
	return n
}

// release keeps the engine for a later run, and frees those that have waited longest if there are too many graphs.
func (e *engine) release() {
	idle.Lock()
	defer idle.Unlock()
	idle.engines = append(idle.engines, e)
	kept := 0
	for _, e := range idle.engines {
		kept += e.graphs()
	}
	for kept > maxIdle {
		kept -= idle.engines[0].graphs()
		idle.engines[0].free()
		idle.engines = idle.engines[1:]
	}
}

func (e *engine) free() {
	e.trainer.ResetComputationGraphs()
	e.eval.free()
	e.store.Finalize()
}
