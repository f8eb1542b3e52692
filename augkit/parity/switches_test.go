package parity

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/device"
	"github.com/augkit/aug/augkit/experiment"
)

// Each switch shows: a case that PyTorch computed with it is out of tolerance, or has arrays that nothing computes, once it
// is taken out.
func TestSwitchesShow(t *testing.T) {
	files, err := filepath.Glob("testdata/*_seed2.npz")
	if err != nil {
		t.Fatal(err)
	}
	backend, _, err := device.Open(t.Context(), device.Options{Backend: "go"})
	if err != nil {
		t.Fatal(err)
	}
	runner := NewRunner(backend)
	defer runner.Close()
	seen := make(map[string]int)
	for _, file := range files {
		for name, without := range map[string]func(*Case) bool{
			"residual":            func(c *Case) bool { return take(&c.Residual) },
			"single_loss":         func(c *Case) bool { return take(&c.SingleLoss) },
			"trained_classifiers": func(c *Case) bool { return take(&c.TrainedClassifiers) },
			"gate":                func(c *Case) bool { return take(&c.Gate) },
			"joint": func(c *Case) bool {
				delete(c.arrays, wantPrefix+"losses") // there are others; the weights have to tell
				return c.Step == experiment.StepJoint && c.Method != "joint" && take(&c.Step)
			},
			"alternating-legacy": func(c *Case) bool { return c.zeroes() && take(&c.Step) },
			"terms": func(c *Case) bool {
				some := len(c.Terms) > 0
				c.Terms = nil
				return some
			},
		} {
			c, err := Read(file)
			if err != nil {
				t.Fatal(err)
			}
			if !without(c) {
				continue
			}
			seen[name]++
			rep, err := runner.Run(c)
			if _, bad := errors.AsType[*FileError](err); err != nil && !bad {
				t.Fatal(err)
			}
			if err == nil && rep.OK() {
				t.Errorf("%s agrees without its %s: %s differs by %.2g", c.Name, name, rep.Worst().Array, rep.Worst().Rel)
			}
		}
	}
	if len(seen) != 7 {
		t.Errorf("cases of %v, want some of each switch", seen)
	}
}

// take empties a setting and reports whether there was something.
func take[T comparable](at *T) bool {
	var none T
	was := *at
	*at = none
	return was != none
}

// What a switch cannot be is told as it is in an experiment file.
func TestBadSwitches(t *testing.T) {
	const (
		once  = `{"schema": 1, "kind": "network", "classes": 2, "modalities": [{"name": "a", "encoder": "none", "classifiers": 1}, {"name": "b", "encoder": "none", "classifiers": 2}], `
		steps = once + `"training": true, "steps": 1, "optimizer": {"name": "sgd", "learning_rate": 1}, `
	)
	gate := []member{floats("x/a", "(2, 3)", 1, 2, 3, 4, 5, 6), floats("x/b", "(2, 1)", 1, 2), floats("ratio", "(2,)", 1, 1),
		floats("target", "(2,)", 1, 0), {"labels", "<i8", "(2,)", []int64{0, 1}}}
	for _, c := range []struct {
		settings string
		arrays   []member
		parts    []string
	}{
		{once + `"residual": "odds"}`, nil, []string{`residual is "odds"`, "logits or probabilities"}},
		{once + `"single_loss": 3}`, nil, []string{"single_loss is 3", "1 or 2"}},
		{once + `"single_loss": "2"}`, nil, []string{"single_loss", "string"}},
		{steps + `"trained_classifiers": "last"}`, nil, []string{`trained_classifiers is "last"`, "all or first"}},
		{once + `"trained_classifiers": "first"}`, nil, []string{"steps above 0"}},
		{once + `"terms": ["newest", "old"]}`, nil, []string{`terms names "old"`, "newest, all or previous"}},
		{once + `"terms": ["all", "all"]}`, nil, []string{`terms names "all"`, "at most once"}},
		{steps + `"step": "zeros"}`, nil, []string{`step is "zeros"`, "alternating, joint or alternating-legacy"}},
		{once + `"step": "alternating-legacy"}`, nil, []string{"steps above 0"}},
		{once + `"gate": 1}`, nil, []string{"gate", "number"}},
		{once + `"method": "control", "terms": ["all"]}`, nil, []string{"for method aug", "control"}},
		{once + `"method": "gb"}`, nil, []string{`method is "gb"`, "aug, control or joint"}},
		{once + `"lambda": 2}`, nil, []string{"lambda is 2"}},
		{once + `"method": "joint", "single_loss": 2}`, nil, []string{"single_loss", "joint"}},
		{`{"schema": 1, "kind": "network", "gate": true, "classes": 2, "modalities": [{"name": "a", "encoder": "none", "classifiers": 1}]}`,
			nil, []string{"gate needs two modalities"}},
		{`{"schema": 1, "kind": "network", "classes": 2, "modalities": [{"name": "gate", "encoder": "none", "classifiers": 1}]}`,
			nil, []string{`"gate"`, "head or gate"}},
		{once + `"gate": true}`, gate[:2], []string{`"labels"`, "missing"}},
		{once + `"gate": true}`, append(gate[:2:2], gate[4]), []string{`"ratio"`, "missing"}},
		{once + `"gate": true}`, append(gate[:2:2], floats("ratio", "(3,)", 1, 1, 1), gate[4]), []string{`"ratio"`, "[3]", "[2]"}},
		{once + `"gate": true}`, append(gate[:3:3], floats("target", "(1, 2)", 1, 1), gate[4]), []string{`"target"`, "[1 2]", "[2]"}},
		{strings.TrimSuffix(once, ", ") + `}`, gate, []string{`"ratio"`, "schema"}},
	} {
		arrays := append([]member{text("case", c.settings), floats("want/loss/a", "()", 1)}, c.arrays...)
		_, err := runBytes(t, archive(t, arrays...))
		if _, ok := errors.AsType[*FileError](err); !ok {
			t.Errorf("%s: error %v is not a FileError", c.settings, err)
			continue
		}
		for _, part := range c.parts {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: error %q lacks %q", c.settings, err, part)
			}
		}
	}
}

// FuzzSettings: no settings make the check of a case panic, and none but the experiment's words get through.
func FuzzSettings(f *testing.F) {
	for _, word := range []string{"", "logits", "probabilities", "all", "first", "joint", "alternating-legacy", "newest"} {
		f.Add(word, word, word, word, 1, true, uint8(2))
	}
	f.Fuzz(func(t *testing.T, residual, trained, term, step string, single int, gate bool, modalities uint8) {
		c := &Case{File: "f.npz", settings: settings{Schema: 1, Kind: "network", Classes: 2,
			switches: switches{Residual: residual, TrainedClassifiers: trained, Terms: []string{term}, Step: step, SingleLoss: single, Gate: gate}}}
		for i := range modalities % 5 {
			c.Modalities = append(c.Modalities, modality{Name: string('a' + rune(i)), Encoder: "none", Classifiers: 1})
		}
		err := c.checkSettings()
		if err == nil && (single < 0 || single > 2 || strings.Contains(residual+trained+step, " ")) {
			t.Errorf("%+v gets through", c.switches)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "f.npz: ") {
			t.Errorf("error %q does not name the file", err)
		}
	})
}
