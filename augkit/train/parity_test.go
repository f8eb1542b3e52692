package train

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/device/devicetest"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/nn"
	"github.com/augkit/aug/augkit/parity"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// sameTraining are experiments whose runs must be the training that package parity compares with PyTorch.
var sameTraining = []struct {
	name       string
	modalities []string
	change     func(*experiment.Experiment)
}{
	{"paper", []string{"motion", "words"}, func(*experiment.Experiment) {}},
	{"released", []string{"motion", "words"}, func(e *experiment.Experiment) {
		e.Method.Lambda, e.Method.TrainedClassifiers, e.Train.Step = 0.5, "first", "alternating-legacy"
	}},
	{"gate", []string{"motion", "words"}, func(e *experiment.Experiment) { e.Method.Gate = true }},
	{"legacy three", []string{"motion", "words", "pulse"}, func(e *experiment.Experiment) { e.Train.Step = "alternating-legacy" }},
	{"joint step", []string{"motion", "words"}, func(e *experiment.Experiment) { e.Train.Step = "joint" }},
	{"probabilities, single loss twice", []string{"motion", "words"}, func(e *experiment.Experiment) {
		e.Method.Residual, e.Method.SingleLoss, e.Method.Start = "probabilities", 2, map[string]int{"words": 3}
	}},
	{"terms", []string{"motion", "words"}, func(e *experiment.Experiment) { e.Method.Terms = []string{"newest", "previous"} }},
	{"gate three, joint step", []string{"motion", "words", "pulse"}, func(e *experiment.Experiment) {
		e.Method.Gate, e.Method.TrainedClassifiers, e.Train.Step = true, "first", "joint"
	}},
	{"control", []string{"motion", "words"}, func(e *experiment.Experiment) { e.Method.Name = "control" }},
	{"joint", []string{"motion", "words"}, func(e *experiment.Experiment) { e.Method.Name = "joint" }},
}

// Run trains exactly as package parity does when it is given the same mini-batches and first weights: what was compared
// with PyTorch is what a run does. On the backends of a compiler, to rounding.
func TestRunIsTheComparedTraining(t *testing.T) {
	for _, test := range sameTraining {
		t.Run(test.name, func(t *testing.T) {
			if worst := trainBothWays(t, goBackend(t), test.modalities, test.change); worst > 0 {
				t.Errorf("largest relative difference %.2g, want the same numbers", worst)
			}
		})
	}
	if testing.Short() {
		return
	}
	best := devicetest.Backend(t)
	for _, test := range sameTraining[:3] {
		t.Run(test.name+" on "+best.Name(), func(t *testing.T) {
			worst := trainBothWays(t, best, test.modalities, func(e *experiment.Experiment) {
				e.Train.Epochs = 3 // what a fourth adds is mostly compiled graphs
				test.change(e)
			})
			t.Logf("largest relative difference %.2g", worst)
			if worst > 1e-6 {
				t.Error("want at most 1e-6")
			}
		})
	}
}

// trainBothWays runs an experiment and the case made of it, and returns the largest difference of a weight after the last
// epoch, or of an epoch's mean loss, relative to the largest magnitude.
func trainBothWays(t *testing.T, backend compute.Backend, modalities []string, change func(*experiment.Experiment)) float64 {
	t.Helper()
	ds := generated(t, modalities...)
	exp := growing(ds)
	exp.Train.Selection = "last"
	change(&exp)
	run, ratios := runWithRatios(t, backend, ds, exp)
	c, err := parity.Read(caseOf(t, ds, exp, run, ratios))
	if err != nil {
		t.Fatal(err)
	}
	runner := parity.NewRunner(backend)
	defer runner.Close()
	report, err := runner.Run(c)
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for _, d := range report.Arrays {
		worst = max(worst, d.Rel)
	}
	results, err := runner.Results(c)
	if err != nil {
		t.Fatal(err)
	}
	net, err := NewNetwork(exp, ds)
	if err != nil {
		t.Fatal(err)
	}
	losses, of := results["losses"], len(net.steps)
	batches := len(losses) / of / len(run.Epochs)
	for e, rec := range run.Epochs {
		for s, step := range net.steps {
			sum := 0.0
			for b := e * batches; b < (e+1)*batches; b++ {
				sum += losses[b*of+s]
			}
			want := rec.TrainingLoss[step.Name]
			worst = max(worst, math.Abs(sum/float64(batches)-want)/want)
		}
	}
	return worst
}

// runWithRatios runs an experiment, and notes what its gate is asked with: before the first mini-batch and after each.
func runWithRatios(t *testing.T, backend compute.Backend, ds *datasets.Dataset, exp experiment.Experiment) (*runlog.Run, []float32) {
	t.Helper()
	forgetEngines()
	e, err := acquire(backend, exp, ds, 1) // Run will take this engine
	if err != nil {
		t.Fatal(err)
	}
	e.release()
	opts, ratios := options(t, ds), make([]float32, len(ds.Modalities))
	opts.OnStep = func(p Position) {
		if v := e.store.GetVariable(nn.Scope + "/gate/ratio"); v != nil && p.Step%len(e.net.steps) == 0 {
			ratios = append(ratios, tensors.MustCopyFlatData[float32](v.MustValue())...)
		}
	}
	run, err := Run(t.Context(), backend, ds, exp, opts)
	if err != nil {
		t.Fatal(err)
	}
	return run, ratios
}

// caseOf writes a run down as a case file of package parity: its mini-batches, first weights, rates and growth, and its
// weights after the last epoch as what is expected.
func caseOf(t *testing.T, ds *datasets.Dataset, exp experiment.Experiment, run *runlog.Run, ratios []float32) string {
	t.Helper()
	f := &caseFile{t: t}
	f.zip = zip.NewWriter(&f.out)
	net, err := NewNetwork(exp, ds)
	if err != nil {
		t.Fatal(err)
	}
	var (
		labels []int64
		rates  []float64
		grow   []map[string]any
		x      = make([][]float32, len(ds.Modalities))
		batch  int
	)
	for i, rec := range run.Epochs {
		epoch := newEpoch(t.Context(), net, ds, exp.Train.Batch, exp.Train.Seed, rec.Epoch)
		batch = epoch.batch
		for range len(epoch.order) / batch {
			rates = append(rates, rec.LearningRate)
		}
		for _, row := range epoch.order {
			labels = append(labels, int64(ds.Labels[row]))
		}
		for m, mod := range ds.Modalities {
			x[m] = append(x[m], tensors.MustCopyFlatData[float32](gather(mod, epoch.order))...)
		}
		if i < len(run.Epochs)-1 { // what is added after the last epoch is not trained
			for _, m := range rec.Grown {
				grow = append(grow, map[string]any{"after": len(rates), "modality": m})
			}
		}
	}
	if exp.Method.Name == "aug" && len(grow) == 0 {
		t.Error("nothing grows before the last epoch")
	}
	steps := len(rates)
	var modalities []map[string]any
	for m, mod := range ds.Modalities {
		modalities = append(modalities, map[string]any{"name": mod.Name, "encoder": "mlp", "classifiers": run.Epochs[0].Classifiers[mod.Name]})
		f.add("x/"+mod.Name, "<f4", x[m], append([]int{steps, batch}, mod.Shape...)...)
	}
	f.add("labels", "<i8", labels, steps, batch)
	f.add("rates", "<f8", rates, steps)
	if n := len(ds.Modalities); exp.Method.Gate {
		targets := make([]float32, 0, steps*n)
		for _, r := range ratios[n:] {
			targets = append(targets, map[bool]float32{true: 0, false: 1}[float64(r) > 1/float64(n-1)])
		}
		f.add("ratio", "<f4", ratios, steps+1, n)
		f.add("target", "<f4", targets, steps, n)
	}
	f.weights(filepath.Join(run.Dir, weightsDir), exp.Train.Seed)
	f.settings(map[string]any{"schema": 1, "kind": "network", "training": true, "steps": steps, "classes": len(ds.Classes),
		"method": exp.Method.Name, "lambda": exp.Method.Lambda, "modalities": modalities, "grow": grow, "optimizer": exp.Train.Optimizer,
		"residual": exp.Method.Residual, "single_loss": exp.Method.SingleLoss, "trained_classifiers": exp.Method.TrainedClassifiers,
		"terms": exp.Method.Terms, "gate": exp.Method.Gate, "step": exp.Train.Step})
	if err := f.zip.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "run.npz")
	if err := os.WriteFile(path, f.out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// caseFile is an NPZ file that is being written.
type caseFile struct {
	t   *testing.T
	out bytes.Buffer
	zip *zip.Writer
}

// add writes an array: no dims, one entry.
func (f *caseFile) add(name, descr string, data any, dims ...int) {
	f.t.Helper()
	shape := strings.ReplaceAll(strings.Trim(fmt.Sprint(dims), "[]"), " ", ", ")
	if len(dims) == 1 {
		shape += ","
	}
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n", descr, shape)
	raw := append([]byte("\x93NUMPY\x01\x00"), byte(len(head)), byte(len(head)>>8))
	raw, err := binary.Append(append(raw, head...), binary.LittleEndian, data)
	if err != nil {
		f.t.Fatal(err)
	}
	w, err := f.zip.Create(name + ".npy")
	if err != nil {
		f.t.Fatal(err)
	}
	w.Write(raw)
}

func (f *caseFile) settings(s map[string]any) {
	f.t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		f.t.Fatal(err)
	}
	runes := []rune(string(text))
	f.add("case", fmt.Sprintf("<U%d", len(runes)), runes)
}

// weights writes those of a finished run as expected, and those that its seed gave them as the first ones.
func (f *caseFile) weights(dir string, seed int64) {
	f.t.Helper()
	trained, fresh := model.NewStore(), model.NewStore()
	defer trained.Finalize()
	defer fresh.Finalize()
	if err := loadStore(dir, trained, nil); err != nil {
		f.t.Fatal(err)
	}
	fresh.SetParam("/"+nn.ParamSeed, seed)
	for v := range trained.IterVariables() {
		name, ok := strings.CutPrefix(v.Path(), nn.Scope+"/")
		if !ok || name == "gate/ratio" {
			continue
		}
		dims := v.Shape().Dimensions
		first := nn.Variable(fresh.Scope(filepath.Dir(v.Path())), v.Name(), dims...)
		f.add("w/"+name, "<f4", tensors.MustCopyFlatData[float32](first.MustValue()), dims...)
		f.add("want/after/"+name, "<f4", tensors.MustCopyFlatData[float32](v.MustValue()), dims...)
	}
}
