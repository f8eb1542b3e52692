package parity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit/experiment"
)

// Schema is the version of the case files that this package reads.
const Schema = 1

// settings is the JSON of the array "case".
type settings struct {
	Schema      int     `json:"schema"`
	Name        string  `json:"name"`
	Kind        string  `json:"kind"`
	WeightsSeed *uint64 `json:"weights_seed"`
	Training    bool    `json:"training"`
	Steps       int     `json:"steps"`

	Layer  string `json:"layer"`
	Kernel int    `json:"kernel"`
	Stride int    `json:"stride"`
	Width  int    `json:"width"`

	Method     string                `json:"method"`
	Classes    int                   `json:"classes"`
	Lambda     float64               `json:"lambda"`
	Modalities []modality            `json:"modalities"`
	Optimizer  *experiment.Optimizer `json:"optimizer"`
	Grow       []growth              `json:"grow"`
	switches

	LearningRate float64 `json:"learning_rate"`
	Every        int     `json:"every"`
	Factor       float64 `json:"factor"`
}

type modality struct {
	Name        string `json:"name"`
	Encoder     string `json:"encoder"`
	Classifiers int    `json:"classifiers"`
}

type growth struct {
	After    int    `json:"after"`
	Modality string `json:"modality"`
}

// Case is one case file, read and checked as far as possible without running it.
type Case struct {
	File string
	settings
	arrays map[string]*array
}

// Read reads a case file. An error is a [*FileError].
func Read(path string) (*Case, error) {
	arrays, err := readNPZ(path)
	if err != nil {
		return nil, err
	}
	return newCase(path, arrays)
}

func newCase(path string, arrays map[string]*array) (*Case, error) {
	c := &Case{File: path, arrays: arrays}
	a := arrays["case"]
	if a == nil {
		return nil, c.bad("case", "is missing", `add case=json.dumps({"schema": 1, "kind": …}) to numpy.savez`)
	}
	if a.dtype != "str" {
		return nil, c.bad("case", "is "+a.dtype+", not a string", "save json.dumps({…})")
	}
	d := json.NewDecoder(bytes.NewReader([]byte(a.text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&c.settings); err != nil {
		return nil, c.bad("case", "is not the JSON of a case: "+err.Error(), "the fields are listed by `aug parity --help`")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, c.bad("case", "goes on after the JSON object", "save one object")
	}
	if c.Schema != Schema {
		return nil, c.bad("case", fmt.Sprintf("has schema %d, this program reads %d", c.Schema, Schema), `set "schema": 1`)
	}
	if err := c.checkSettings(); err != nil {
		return nil, err
	}
	return c, c.checkNames()
}

func (c *Case) bad(array, problem, mend string) error {
	return &FileError{File: c.File, Array: array, Problem: problem, Mend: mend}
}

// setting is the error of a field of the array "case".
func (c *Case) setting(format string, args ...any) error {
	return c.bad("case", fmt.Sprintf(format, args...), "the fields are listed by `aug parity --help`")
}

func (c *Case) checkSettings() error {
	if c.Steps < 0 || c.Steps > 10_000 {
		return c.setting("steps is %d; it must be in 0 … 10000", c.Steps)
	}
	switch c.Kind {
	case "layer":
		return c.checkLayer()
	case "network":
		return c.checkNetwork()
	case "schedule":
		if !(c.LearningRate > 0) || c.Every < 0 || !(c.Factor > 0) {
			return c.setting("a schedule has learning_rate %v, every %d, factor %v; they must be above 0, at least 0, above 0", c.LearningRate, c.Every, c.Factor)
		}
		return nil
	}
	return c.setting("kind is %q; it must be layer, network or schedule", c.Kind)
}

// prefixes of the arrays that are compared with results, weights, and scales.
const (
	wantPrefix    = "want/"
	summaryPrefix = "summary/"
	scalePrefix   = "scale/"
	weightPrefix  = "w/"
)

// checkNames finds arrays that nothing will read, which are mostly misspelt ones.
func (c *Case) checkNames() error {
	inputs := []string{"case"}
	switch c.Kind {
	case "layer":
		inputs = append(inputs, "x", "cotangent")
	case "network":
		inputs = append(inputs, "labels", "rates")
		for _, m := range c.Modalities {
			inputs = append(inputs, "x/"+m.Name)
		}
		if c.Gate {
			inputs = append(inputs, "ratio", "target")
		}
	}
	expected := 0
	for _, name := range c.names() {
		a := c.arrays[name]
		key, isScale := strings.CutPrefix(name, scalePrefix)
		_, isSummary := strings.CutPrefix(name, summaryPrefix)
		_, isWant := strings.CutPrefix(name, wantPrefix)
		switch {
		case isWant || isSummary:
			expected++
			if a.f32 == nil && a.f64 == nil {
				return c.bad(name, "is "+a.dtype, "expected values are float32 or float64")
			}
			if isSummary && !slices.Equal(a.shape, []int{summaryLength}) {
				return c.bad(name, fmt.Sprintf("has shape %v", a.shape), fmt.Sprintf("a summary has %d entries: root mean square, mean, 16 entries", summaryLength))
			}
		case isScale:
			if a.size() != 1 || a.f32 == nil && a.f64 == nil {
				return c.bad(name, fmt.Sprintf("is %s %v", a.dtype, a.shape), "a scale is one float")
			}
			if c.arrays[wantPrefix+key] == nil && c.arrays[summaryPrefix+key] == nil {
				return c.bad(name, "is the scale of nothing", "add want/"+key+" or remove it")
			}
		case strings.HasPrefix(name, weightPrefix) && c.Kind != "schedule", slices.Contains(inputs, name):
		default:
			return c.bad(name, "is not part of the schema for kind "+c.Kind, "rename or remove it; inputs are "+strings.Join(inputs, ", ")+", weights w/…, expected arrays want/… or summary/…")
		}
	}
	if expected == 0 {
		return c.bad("", "has no expected array", "add at least one want/… array")
	}
	return nil
}

func (c *Case) names() []string { return slices.Sorted(maps.Keys(c.arrays)) }

// floats returns an input or weight, which must be float32 with that rank (0: any).
func (c *Case) floats(name string, rank int) (*array, error) {
	a := c.arrays[name]
	if a == nil {
		return nil, c.bad(name, "is missing", "add it to the file")
	}
	if a.f32 == nil {
		return nil, c.bad(name, "is "+a.dtype+", not float32", "save it with .astype(np.float32)")
	}
	if rank > 0 && len(a.shape) != rank {
		return nil, c.bad(name, fmt.Sprintf("has %d axes (shape %v), %d are wanted", len(a.shape), a.shape, rank), "see the layouts in `aug parity --help`")
	}
	return a, nil
}

// weight returns a weight of the file or, with a weights_seed, the one that the formula gives.
func (c *Case) weight(name string, dims []int) ([]float32, error) {
	key := weightPrefix + name
	if c.arrays[key] == nil && c.WeightsSeed != nil {
		return hashedWeight(*c.WeightsSeed, name, dims), nil
	}
	a, err := c.floats(key, 0)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(a.shape, dims) {
		return nil, c.bad(key, fmt.Sprintf("has shape %v, the network wants %v", a.shape, dims), "convolutions are [height, width, in, out] and linear maps [in, out]; PyTorch's have to be transposed")
	}
	return a.f32, nil
}
