package parity

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"

	"github.com/augkit/aug/augkit/nn"
	"github.com/augkit/aug/augkit/optim"

	"github.com/augkit/aug/augkit/experiment"
)

// networkScope is the path below which the store holds the weights of a case.
const networkScope = nn.Scope

// result is what the project's code computed under one key of the schema.
type result struct {
	shape  []int
	values []float64
}

type results map[string]*result

// Runner runs cases on one backend. It keeps the graph of the last case for the next one, which often is the same with
// another seed. It is not safe for use by several goroutines.
type Runner struct {
	backend compute.Backend
	key     string // of what is kept: one of the two
	last    *program
	trainer *trainer
}

// NewRunner makes a Runner.
func NewRunner(backend compute.Backend) *Runner { return &Runner{backend: backend} }

// Close frees the graph that was kept.
func (r *Runner) Close() {
	if r.last != nil {
		r.last.exec.Finalize()
		r.last.store.Finalize()
	}
	if r.trainer != nil {
		r.trainer.ResetComputationGraphs()
		r.trainer.store.Finalize()
	}
	r.last, r.trainer, r.key = nil, nil, ""
}

// Run computes a case with the project's code and compares. A [*FileError] means that the file asks for something
// impossible; any other error that the backend failed.
func (r *Runner) Run(c *Case) (*Report, error) {
	got, err := r.compute(c)
	if err != nil {
		return nil, err
	}
	return c.compare(got)
}

// Results computes a case without comparing: all that it could have expected, by key, row by row.
func (r *Runner) Results(c *Case) (map[string][]float64, error) {
	got, err := r.compute(c)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]float64, len(got))
	for key, a := range got {
		out[key] = a.values
	}
	return out, nil
}

func (r *Runner) compute(c *Case) (results, error) {
	switch {
	case c.Kind == "schedule":
		return c.schedule(), nil
	case c.Kind == "network" && c.Steps > 0:
		return r.train(c)
	}
	return r.once(c)
}

// schedule is the learning rate of each epoch; want/rates says how many there are.
func (c *Case) schedule() results {
	epochs := 0
	if a := c.arrays[wantPrefix+"rates"]; a != nil {
		epochs = a.size()
	}
	out := &result{shape: []int{epochs}}
	for e := range epochs {
		out.values = append(out.values, optim.RateAt(c.LearningRate, experiment.Schedule{Every: c.Every, Factor: c.Factor}, e+1))
	}
	return results{"rates": out}
}

// graphFn builds the graph of a case from its inputs; keys name its outputs.
type graphFn func(scope *model.Scope, inputs []*Node) (keys []string, outputs []*Node)

// program is a compiled graphFn with the store that its weights are in.
type program struct {
	store   *model.Store
	exec    *model.Exec
	weights map[string][]int // shapes by name
	keys    []string
}

// once runs a layer, or a network without optimizer steps.
func (r *Runner) once(c *Case) (results, error) {
	build, inputs, err := c.layerGraph, (*Case).layerInputs, error(nil)
	if c.Kind == "network" {
		build, inputs = c.networkGraph, (*Case).networkInputs
	}
	rounds, err := inputs(c)
	if err != nil {
		return nil, err
	}
	p, err := r.program(c, build, rounds[0])
	if err != nil {
		return nil, err
	}
	if err := c.setWeights(p.store, p.weights); err != nil {
		return nil, err
	}
	got := make(results)
	for _, in := range rounds {
		args := make([]any, len(in))
		for i, t := range in {
			args[i] = t
		}
		out, err := p.exec.Call(args...)
		if err != nil {
			return nil, fmt.Errorf("%s: run it: %w", c.File, err)
		}
		for i, key := range p.keys {
			if got[key], err = read(out[i]); err != nil {
				return nil, fmt.Errorf("%s: read %s: %w", c.File, key, err)
			}
		}
	}
	return got, readVariables(p.store, "state", got, func(v *model.Variable) bool { return !v.Trainable })
}

// program compiles a graph, or takes the last one if it is of the same settings and shapes.
func (r *Runner) program(c *Case, build graphFn, inputs []*tensors.Tensor) (*program, error) {
	key, err := c.graphKey(inputs)
	if err != nil {
		return nil, err
	}
	if r.last != nil && r.key == key {
		return r.last, nil
	}
	r.Close()
	p := &program{store: model.NewStore()}
	if p.weights, err = r.shapes(c, build, inputs); err != nil {
		return nil, err
	}
	p.exec, err = model.NewExec(r.backend, p.store, func(scope *model.Scope, in []*Node) []*Node {
		var out []*Node
		p.keys, out = build(scope, in)
		return out
	})
	if err != nil {
		return nil, fmt.Errorf("%s: prepare the graph: %w", c.File, err)
	}
	r.key, r.last = key, p
	return p, nil
}

// graphKey holds all that the graphs of a case depend on.
func (c *Case) graphKey(inputs []*tensors.Tensor) (string, error) {
	same := c.settings
	same.Name, same.WeightsSeed = "", nil
	raw, err := json.Marshal(same)
	if err != nil {
		return "", fmt.Errorf("%s: %w", c.File, err)
	}
	key := string(raw)
	for _, t := range inputs {
		key += t.Shape().String()
	}
	return key, nil
}

// shapes builds the graph once without running it, to learn which weights it wants.
func (r *Runner) shapes(c *Case, build graphFn, inputs []*tensors.Tensor) (map[string][]int, error) {
	store := model.NewStore()
	defer store.Finalize()
	g := NewGraph(r.backend, "shapes")
	defer g.Finalize()
	err := exceptions.TryCatch[error](func() {
		nodes := make([]*Node, len(inputs))
		for i, t := range inputs {
			nodes[i] = Parameter(g, fmt.Sprintf("input%d", i), shapes.Make(t.DType(), t.Shape().Dimensions...))
		}
		build(store.RootScope(), nodes)
	})
	if err != nil {
		return nil, c.bad("", "its arrays do not fit its settings ("+firstLine(err)+")", "check the shapes of x, labels and cotangent against `aug parity --help`")
	}
	weights := make(map[string][]int)
	for v := range store.IterVariables() {
		if name := weightName(v); strings.HasPrefix(v.Path(), networkScope+"/") && name != gateRatio { // which is an input
			weights[name] = slices.Clone(v.Shape().Dimensions)
		}
	}
	return weights, c.checkWeights(weights)
}

// firstLine leaves out the stack that GoMLX's errors print.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// checkWeights finds weights that the network does not have.
func (c *Case) checkWeights(weights map[string][]int) error {
	for _, name := range c.names() {
		if w, ok := strings.CutPrefix(name, weightPrefix); ok && weights[w] == nil {
			return c.bad(name, "is no weight of this network", "its weights are "+list(weights))
		}
	}
	return nil
}

// setWeights puts the weights of the case into a store.
func (c *Case) setWeights(store *model.Store, weights map[string][]int) error {
	for _, name := range sortedKeys(weights) {
		flat, err := c.weight(name, weights[name])
		if err != nil {
			return err
		}
		path := model.JoinPath(networkScope, name)
		value := tensors.FromFlatDataAndDimensions(flat, weights[name]...)
		if v := store.GetVariable(path); v != nil {
			err = v.SetValue(value)
		} else {
			_, err = store.CreateVariable(path, value)
		}
		if err != nil {
			return fmt.Errorf("%s: set %s: %w", c.File, name, err)
		}
	}
	return nil
}

// readVariables adds the values of some of the network's variables to the results.
func readVariables(store *model.Store, prefix string, got results, which func(*model.Variable) bool) error {
	for v := range store.IterVariables() {
		if !strings.HasPrefix(v.Path(), networkScope+"/") || !which(v) {
			continue
		}
		value, err := v.Value()
		if err != nil {
			return fmt.Errorf("read %s: %w", v.Path(), err)
		}
		if got[prefix+"/"+weightName(v)], err = read(value); err != nil {
			return fmt.Errorf("read %s: %w", v.Path(), err)
		}
	}
	return nil
}

func read(t *tensors.Tensor) (*result, error) {
	flat, err := tensors.CopyFlatData[float32](t)
	if err != nil {
		return nil, err
	}
	out := &result{shape: slices.Clone(t.Shape().Dimensions), values: make([]float64, len(flat))}
	for i, v := range flat {
		out.values[i] = float64(v)
	}
	return out, nil
}
