package runlog

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit/experiment"
)

// sameExperiment reports how the experiment in the file differs from the one asked for.
func sameExperiment(path string, asked experiment.Experiment) error {
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("no run to resume (%w): start it without resuming", err)
	}
	if err != nil {
		return err
	}
	was, err := flatten(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	now, err := json.Marshal(asked)
	if err != nil {
		return fmt.Errorf("experiment asked for: %w", explain(err))
	}
	is, err := flatten(now)
	if err != nil {
		return err
	}
	keys := maps.Clone(was)
	maps.Copy(keys, is)
	var differ []string
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		if was[k] != is[k] {
			differ = append(differ, fmt.Sprintf("%s is %s there and %s now", k, orNothing(was[k]), orNothing(is[k])))
		}
	}
	if len(differ) > 0 {
		return fmt.Errorf("%s is another experiment: %s: resume with the same settings or choose another --out",
			path, strings.Join(differ, "; "))
	}
	return nil
}

// flatten turns a JSON object into dotted keys with the JSON text of their values.
func flatten(raw []byte) (map[string]string, error) {
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return nil, err
	}
	out := map[string]string{}
	var walk func(key string, v any)
	walk = func(key string, v any) {
		object, ok := v.(map[string]any)
		if !ok {
			text, _ := json.Marshal(v) // v came from JSON and goes back
			out[key] = string(text)
			return
		}
		for k, child := range object {
			walk(strings.TrimPrefix(key+"."+k, "."), child)
		}
	}
	walk("", tree)
	return out, nil
}

func orNothing(s string) string {
	if s == "" {
		return "absent"
	}
	return s
}
