package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/augkit/aug/datasets"
)

// Description is the JSON beside the CSV.
type Description struct {
	Title      string              `json:"title,omitempty"`
	Licence    string              `json:"licence,omitempty"`
	Modalities map[string]Modality `json:"modalities"` // by column of the CSV
}

// Modality says what the cells of a column are, and of which size a sample becomes. Sizes that are left out take the
// default of the kind.
type Modality struct {
	Kind string `json:"kind"` // image, audio, sensor or text

	Size int `json:"size,omitempty"` // image: side of the square in pixels; 32

	Seconds float64 `json:"seconds,omitempty"` // audio: what is heard of a recording, from its start; 2
	Rate    int     `json:"rate,omitempty"`    // audio: Hz that it is brought to; 8000
	Bands   int     `json:"bands,omitempty"`   // audio: mel bands; 32

	Steps    int      `json:"steps,omitempty"`    // sensor: rows that are taken, from the first
	Channels []string `json:"channels,omitempty"` // sensor: names of the columns, in order

	Features int `json:"features,omitempty"` // text: length of the vector of hashed n-grams; 1024
}

// kinds says what becomes of the cells of each kind, and which sizes belong to it.
var kinds = map[string]struct {
	kind  datasets.Kind
	inner bool // the cell itself holds the sample; else it names a file
	sizes []size
	shape func(Modality) []int
	make  func(Modality) (decoder, error)
}{
	"image": {datasets.Image, false, []size{{"size", 32, 8, 512}},
		func(m Modality) []int { return []int{m.Size, m.Size, 3} }, newViewer},
	"audio": {datasets.Spectrogram, false, []size{{"seconds", 2, 0.1, 60}, {"rate", 8000, 4000, 48000}, {"bands", 32, 8, 128}},
		func(m Modality) []int { return []int{m.frames(), m.Bands, 1} }, newListener},
	"sensor": {datasets.Sensor, false, []size{{"steps", 0, 2, 1 << 16}},
		func(m Modality) []int { return []int{m.Steps, len(m.Channels)} }, newMeter},
	"text": {datasets.Text, true, []size{{"features", 1024, 16, 1 << 16}},
		func(m Modality) []int { return []int{m.Features} }, newReader},
}

// size is a number of a kind with its default (0: none, it must be given) and its limits.
type size struct {
	name            string
	normal          float64
	lowest, highest float64
}

// sizes are the numbers of a modality by their names in the file.
func (m *Modality) sizes() map[string]float64 {
	return map[string]float64{"size": float64(m.Size), "seconds": m.Seconds, "rate": float64(m.Rate), "bands": float64(m.Bands),
		"steps": float64(m.Steps), "features": float64(m.Features)}
}

func (m *Modality) set(name string, value float64) {
	switch name {
	case "size":
		m.Size = int(value)
	case "seconds":
		m.Seconds = value
	case "rate":
		m.Rate = int(value)
	case "bands":
		m.Bands = int(value)
	case "features":
		m.Features = int(value)
	}
}

// shape is that of one sample.
func (m Modality) shape() []int { return kinds[m.Kind].shape(m) }

// modalityName is what becomes part of paths of weights and folders of runs.
var modalityName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

// taken are names that mean something else in the CSV, in a network or in a figure.
var taken = []string{"id", "label", "group", "part", "head", "gate", "fused", "joint"}

// describe reads the JSON; its name is for errors.
func describe(name string, data []byte) (Description, error) {
	var d Description
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err := dec.Decode(&d)
	if err == nil {
		if _, err = dec.Token(); errors.Is(err, io.EOF) {
			err = d.complete()
		} else {
			err = errors.New("there is more text after the closing brace; keep one JSON object")
		}
	} else {
		err = fmt.Errorf("%w; the keys are listed in datasets/manifest/README.md", located(data, err))
	}
	if err != nil {
		return d, fmt.Errorf("%s: %w", name, err)
	}
	return d, nil
}

// located adds the line where JSON tells it.
func located(data []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	at := int64(-1)
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
	}
	if at < 0 {
		return err
	}
	return fmt.Errorf("line %d: %w", 1+bytes.Count(data[:min(int(at), len(data))], []byte("\n")), err)
}

// complete checks a description and fills in the defaults.
func (d *Description) complete() error {
	if len(d.Modalities) == 0 {
		return errors.New(`it describes no modalities; write "modalities": {"<column>": {"kind": "image"}, …}`)
	}
	for _, name := range slices.Sorted(maps.Keys(d.Modalities)) {
		m := d.Modalities[name]
		if !modalityName.MatchString(name) || slices.Contains(taken, name) {
			return fmt.Errorf("modality %q: call it otherwise, in small letters, digits, - and _, and none of %s", name, strings.Join(taken, ", "))
		}
		if err := m.complete(); err != nil {
			return fmt.Errorf("modality %s: %w", name, err)
		}
		d.Modalities[name] = m
	}
	return nil
}

func (m *Modality) complete() error {
	kind, ok := kinds[m.Kind]
	if !ok {
		return fmt.Errorf("there is no kind %q; use one of %s", m.Kind, strings.Join(slices.Sorted(maps.Keys(kinds)), ", "))
	}
	given := m.sizes()
	for _, s := range kind.sizes {
		if given[s.name] == 0 && s.normal > 0 {
			m.set(s.name, s.normal)
		} else if v := given[s.name]; !(v >= s.lowest && v <= s.highest) {
			return fmt.Errorf("%s is %v; use %v to %v", s.name, v, s.lowest, s.highest)
		}
		delete(given, s.name)
	}
	for _, other := range slices.Sorted(maps.Keys(given)) {
		if given[other] != 0 {
			return fmt.Errorf("%s means nothing for %s; take it out", other, m.Kind)
		}
	}
	switch n := len(m.Channels); {
	case m.Kind != "sensor" && n > 0:
		return fmt.Errorf("channels mean nothing for %s; take them out", m.Kind)
	case m.Kind == "sensor" && (n < 1 || n > 64):
		return fmt.Errorf(`there are %d channels; name 1 to 64, one a column of the table: "channels": ["x", "y", "z"]`, n)
	}
	return nil
}
