package experiment

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed defaults/*.json
var defaults embed.FS

// Default returns the settings for a data set, with the paper's where it gives them, and the named modalities (all of
// the settings' own where none is named).
func Default(dataset string, modalities ...string) (Experiment, error) {
	data, err := defaults.ReadFile("defaults/" + dataset + ".json")
	if err != nil {
		return Experiment{}, fmt.Errorf("there are no default settings for data set %q; there are for %s", dataset, strings.Join(Names(), ", "))
	}
	exp, err := parse(data)
	if err != nil {
		return Experiment{}, fmt.Errorf("default settings of %s: %w", dataset, err)
	}
	if len(modalities) > 0 {
		exp.Data.Modalities = modalities
	}
	return exp, nil
}

// Names lists the data sets that have default settings.
func Names() []string { return namesIn(defaults, "defaults") }

// namesIn lists the JSON files of an embedded folder without their endings.
func namesIn(files embed.FS, dir string) []string {
	entries, err := files.ReadDir(dir)
	if err != nil {
		return nil // the folder is part of the program
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".json")
	}
	slices.Sort(names) // with its ending, a longer name can come before a shorter one
	return names
}

// Load reads an experiment file. What it leaves out is taken from the default settings of its data set.
func Load(path string) (Experiment, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Experiment{}, fmt.Errorf("read the experiment file: %w", err)
	}
	exp, err := Parse(data)
	if err != nil {
		return Experiment{}, fmt.Errorf("experiment file %s: %w", path, err)
	}
	var own struct{ Name string }
	if err := json.Unmarshal(data, &own); err != nil {
		return Experiment{}, fmt.Errorf("experiment file %s: %w", path, err)
	}
	if own.Name == "" { // not the name of the default settings: two files would share one folder
		exp.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	return exp, nil
}

// Parse reads an experiment from JSON over the default settings of the data set it names.
func Parse(data []byte) (Experiment, error) {
	var head struct {
		Data struct {
			Name string `json:"name"`
		} `json:"data"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return Experiment{}, explain(data, err)
	}
	if head.Data.Name == "" {
		return Experiment{}, fmt.Errorf("data.name is missing; name a data set: %s", strings.Join(Names(), ", "))
	}
	exp, err := Default(head.Data.Name)
	if err != nil {
		return Experiment{}, err
	}
	// A list is replaced, not merged: encoding/json would reuse the old one's elements only as storage.
	if err := decode(data, &exp); err != nil {
		return Experiment{}, err
	}
	return exp, exp.Validate()
}

func parse(data []byte) (Experiment, error) {
	var exp Experiment
	if err := decode(data, &exp); err != nil {
		return exp, err
	}
	return exp, exp.Validate()
}

func decode(data []byte, exp *Experiment) error {
	if err := strict(data, exp); err != nil {
		return explain(data, err)
	}
	exp.spellOut()
	return nil
}

func strict(data []byte, exp *Experiment) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(exp); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more text after the closing brace; keep one JSON object a file")
	}
	return nil
}

// explain turns a JSON error into one that names the line.
func explain(data []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d: %w", lineAt(data, syntax.Offset), err)
	case errors.As(err, &kind):
		return fmt.Errorf("line %d: %s wants %s, not a JSON %s", lineAt(data, kind.Offset), kind.Field, kind.Type, kind.Value)
	case strings.Contains(err.Error(), "unknown field"):
		_, key, _ := strings.Cut(err.Error(), "unknown field ") // in quotes, as in the file
		at := max(0, bytes.Index(data, []byte(key)))
		return fmt.Errorf("line %d: %w; the keys are documented in package experiment, and a full example is printed by `aug train --print-config`",
			lineAt(data, int64(at)), err)
	}
	return err
}

func lineAt(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(int(offset), len(data))], []byte("\n"))
}

// wordsOf are the places where a key of one word is looked up.
var wordsOf = []string{"method", "train", "train.optimizer", "data.settings", "data", "method.assign", "train.schedule"}

// Set changes one key by its dotted path, as in "method.lambda=0.5" or "train.optimizer.name=adam". Keys of one word
// are looked up in method, train, the optimizer, the data set's settings, data, the assignment and the schedule:
// "lambda=0.5" works too. A list is written a,b.
func (e *Experiment) Set(assignment string) error {
	key, value, ok := strings.Cut(assignment, "=")
	if !ok {
		return fmt.Errorf("%q is no setting; write key=value, as in method.lambda=0.5", assignment)
	}
	tree, err := e.tree()
	if err != nil {
		return fmt.Errorf("set %s: %w", key, err)
	}
	path := strings.Split(key, ".")
	if len(path) == 1 {
		for _, in := range wordsOf {
			full := append(strings.Split(in, "."), key)
			if _, known := lookup(tree, full[:len(full)-1])[key]; known {
				path = full
				break
			}
		}
	}
	parent := lookup(tree, path[:len(path)-1])
	if parent == nil {
		return fmt.Errorf("there is no setting %q; `aug train --print-config` shows them all", key)
	}
	last := path[len(path)-1]
	parent[last] = valueLike(parent[last], value)
	text, err := json.Marshal(tree)
	if err != nil {
		return fmt.Errorf("set %s: %w", key, err)
	}
	var out Experiment
	err = strict(text, &out)
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind): // its line is not the user's
		return fmt.Errorf("%s wants %s, %q is none", kind.Field, kind.Type, value)
	case err != nil && strings.Contains(err.Error(), "unknown field"):
		return fmt.Errorf("there is no setting %q; `aug train --print-config` shows them all", key)
	case err != nil:
		return fmt.Errorf("set %s: %w", key, err)
	}
	*e = out
	return nil
}

// tree is the experiment as nested maps. Numbers keep their digits: a seed may have more than a float64 holds.
func (e Experiment) tree() (map[string]any, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	return out, decodeNumbers(text, &out)
}

func decodeNumbers(text []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more text after the value")
	}
	return nil
}

func lookup(tree map[string]any, path []string) map[string]any {
	for _, p := range path {
		next, ok := tree[p].(map[string]any)
		if !ok {
			return nil
		}
		tree = next
	}
	return tree
}

// valueLike reads text as what was there before: a string as it is, a list with commas, else JSON where it is JSON.
func valueLike(before any, text string) any {
	if _, ok := before.(string); ok {
		return text
	}
	var v any
	if decodeNumbers([]byte(text), &v) == nil {
		return v
	}
	if _, ok := before.([]any); ok || strings.Contains(text, ",") {
		return strings.Split(text, ",")
	}
	return text
}

// Validate reports the first value outside its range that can be told without the data.
func (e Experiment) Validate() error {
	switch {
	case e.Data.Name == "":
		return errors.New("data.name is missing")
	case len(e.Data.Modalities) == 0:
		return errors.New("data.modalities is empty; name at least one")
	case e.Train.Epochs < 1:
		return fmt.Errorf("train.epochs is %d; it must be at least 1", e.Train.Epochs)
	case e.Train.Batch < 2:
		return fmt.Errorf("train.batch is %d; it must be at least 2, since batch norm needs two samples", e.Train.Batch)
	case e.Method.Interval < 0:
		return fmt.Errorf("method.interval is %d; use 0 (a tenth of the epochs) or more", e.Method.Interval)
	case e.Method.JointEpochs < 0 || e.Method.JointEpochs > 0 && e.Method.JointEpochs >= e.Train.Epochs:
		return fmt.Errorf("method.joint_epochs is %d; use 0 (half of the epochs) or 1 … train.epochs − 1 (%d)", e.Method.JointEpochs, e.Train.Epochs-1)
	case e.Train.Schedule.Every < 0:
		return fmt.Errorf("train.schedule.every is %d; use 0 (constant) or more", e.Train.Schedule.Every)
	case !slices.Contains([]string{"equal", "given", "validation"}, e.Inference.Fusion):
		return fmt.Errorf("inference.fusion is %q; use equal, given or validation", e.Inference.Fusion)
	}
	for i, m := range e.Data.Modalities {
		if slices.Contains(e.Data.Modalities[:i], m) {
			return fmt.Errorf("data.modalities names %s twice; name each once", m)
		}
	}
	if e.Inference.Fusion == "given" {
		sum := 0.0
		for _, m := range e.Data.Modalities {
			w, ok := e.Inference.Weights[m]
			if !ok || !(w >= 0) {
				return fmt.Errorf("inference.weights needs a weight of at least 0 for %s, since inference.fusion is given", m)
			}
			sum += w
		}
		if !(sum > 0) || math.IsInf(sum, 0) {
			return fmt.Errorf("inference.weights sum to %v; at least one must be above 0", sum)
		}
	}
	if err := e.validateSwitches(); err != nil {
		return err
	}
	return e.Train.validate()
}

func (t Train) validate() error {
	switch o := t.Optimizer; {
	case !(o.LearningRate > 0):
		return fmt.Errorf("train.optimizer.learning_rate is %v; it must be above 0", o.LearningRate)
	case !(o.Momentum >= 0 && o.Momentum < 1):
		return fmt.Errorf("train.optimizer.momentum is %v; it must be in [0, 1)", o.Momentum)
	case !(o.WeightDecay >= 0):
		return fmt.Errorf("train.optimizer.weight_decay is %v; it must be at least 0", o.WeightDecay)
	case t.Schedule.Every > 0 && !(t.Schedule.Factor > 0):
		return fmt.Errorf("train.schedule.factor is %v; it must be above 0, since train.schedule.every is %d", t.Schedule.Factor, t.Schedule.Every)
	}
	return nil
}

// Interval is t_N in epochs: the one that is set, or a tenth of the epochs.
func (e Experiment) Interval() int {
	if e.Method.Interval > 0 {
		return e.Method.Interval
	}
	return max(1, e.Train.Epochs/10)
}

// JointEpochs is how many epochs the first stage of gb and sustained has: those that are set, or half of all.
func (e Experiment) JointEpochs() int {
	if e.Method.JointEpochs > 0 {
		return e.Method.JointEpochs
	}
	return max(1, e.Train.Epochs/2)
}
