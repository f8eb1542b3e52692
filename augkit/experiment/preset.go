package experiment

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
)

//go:embed presets/*.json
var presets embed.FS

// Overlay is a set of keys that is laid over an experiment, as a file of package experiment's presets.
type Overlay struct {
	Name, About string
	text        []byte
}

// Preset returns the switches of the paper, of the released code, or of its earlier commit, under that name.
func Preset(name string) (Overlay, error) {
	text, err := presets.ReadFile("presets/" + name + ".json")
	if err != nil {
		return Overlay{}, fmt.Errorf("there is no preset %q; use %s", name, strings.Join(Presets(), ", "))
	}
	var head struct{ About string }
	if err := json.Unmarshal(text, &head); err != nil {
		return Overlay{}, fmt.Errorf("preset %s: %w", name, explain(text, err))
	}
	return Overlay{Name: name, About: head.About, text: text}, nil
}

// Presets lists the presets.
func Presets() []string { return namesIn(presets, "presets") }

// On is the experiment with the keys that the overlay sets; the others, and its text for the reader, stay.
func (o Overlay) On(exp Experiment) (Experiment, error) {
	about := exp.About
	if err := decode(o.text, &exp); err != nil {
		return exp, fmt.Errorf("preset %s: %w", o.Name, err)
	}
	exp.About = about
	return exp, exp.Validate()
}
