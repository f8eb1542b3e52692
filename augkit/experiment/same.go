package experiment

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Equal reports whether two experiments decide the same run. The text for the reader does not count.
func (e Experiment) Equal(o Experiment) bool { return e.Difference(o) == "" }

// Difference lists the keys in which o differs from e, as "method.lambda: 0.33, now 0.5"; empty where none does.
func (e Experiment) Difference(o Experiment) string {
	e.About, o.About = "", ""
	e.spellOut()
	o.spellOut()
	a, b := e.flat(), o.flat()
	var out []string
	for key, v := range a {
		if !reflect.DeepEqual(v, b[key]) {
			out = append(out, fmt.Sprintf("%s: %v, now %v", key, v, b[key]))
		}
	}
	for key, v := range b {
		if _, ok := a[key]; !ok {
			out = append(out, fmt.Sprintf("%s: unset, now %v", key, v))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

// flat maps dotted keys to values.
func (e Experiment) flat() map[string]any {
	tree, err := e.tree()
	if err != nil {
		return map[string]any{"": err.Error()} // only a NaN or an infinity can do that, which equals nothing useful
	}
	out := make(map[string]any)
	var walk func(prefix string, v any)
	walk = func(prefix string, v any) {
		if m, ok := v.(map[string]any); ok {
			for k, x := range m {
				walk(strings.TrimPrefix(prefix+"."+k, "."), x)
			}
			return
		}
		out[prefix] = v
	}
	walk("", tree)
	return out
}

// Alone is the experiment on one of its modalities by itself: same data, split, encoder, seed and training.
func (e Experiment) Alone(modality string) Experiment {
	e.Method.Name = "alone"
	e.Name += "-alone-" + modality
	e.Data.Modalities = []string{modality}
	e.Inference = Inference{Fusion: "equal"}
	e.Method.Start, e.Method.Gate, e.Method.JointEpochs = nil, false, 0
	return e
}
