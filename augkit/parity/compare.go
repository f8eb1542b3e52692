package parity

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Tolerances are the largest relative differences that count as agreement. They are relative to the largest magnitude
// of the expected array, or to its scale where that is larger.
const (
	ForwardTolerance  = 1e-5  // outputs, logits, residual labels, losses, running statistics
	GradientTolerance = 1e-4  // gradients
	TrainedTolerance  = 1e-4  // whatever comes after optimizer steps
	RateTolerance     = 1e-12 // learning rates, which are float64
)

// Report is the outcome of one case.
type Report struct {
	File   string       `json:"file"`
	Name   string       `json:"name"`
	Family string       `json:"family"` // of cases that round alike, see [Table]
	Arrays []Difference `json:"arrays"`
}

// Difference is what one expected array and the project's result have between them.
type Difference struct {
	Array     string  `json:"array"` // key without want/ or summary/
	Group     string  `json:"group"` // forward, gradient, trained or rate
	Size      int     `json:"size"`
	Abs       float64 `json:"abs"`   // largest absolute difference
	Scale     float64 `json:"scale"` // what it is divided by
	Rel       float64 `json:"rel"`   // Abs/Scale
	Tolerance float64 `json:"tolerance"`
	OK        bool    `json:"ok"`
}

// OK reports whether every array agrees.
func (r *Report) OK() bool {
	return !slices.ContainsFunc(r.Arrays, func(d Difference) bool { return !d.OK })
}

// Worst is the array that is nearest to its tolerance or farthest beyond it.
func (r *Report) Worst() Difference {
	return slices.MaxFunc(r.Arrays, func(a, b Difference) int { return cmp.Compare(a.Rel/a.Tolerance, b.Rel/b.Tolerance) })
}

// compare pairs expected arrays with results.
func (c *Case) compare(got results) (*Report, error) {
	rep := &Report{File: c.File, Name: c.Name, Family: c.family()}
	for _, name := range c.names() {
		key, isWant := strings.CutPrefix(name, wantPrefix)
		short, isSummary := strings.CutPrefix(name, summaryPrefix)
		if !isWant && !isSummary {
			continue
		}
		if isSummary {
			key = short
		}
		have := got[key]
		if have == nil {
			return nil, c.bad(name, "is nothing that this case computes", "it computes "+list(got))
		}
		want := c.arrays[name]
		values, shape := have.values, have.shape
		if isSummary {
			values, shape = summary(values), []int{summaryLength}
		}
		if !slices.Equal(shape, want.shape) {
			return nil, c.bad(name, fmt.Sprintf("has shape %v, the result has %v", want.shape, shape), "see the layouts in `aug parity --help`")
		}
		rep.Arrays = append(rep.Arrays, difference(key, c.group(key), values, want.floats(), c.scale(key)))
	}
	return rep, nil
}

// floats are the entries of an array of either float type.
func (a *array) floats() []float64 {
	if a.f64 != nil {
		return a.f64
	}
	out := make([]float64, len(a.f32))
	for i, v := range a.f32 {
		out[i] = float64(v)
	}
	return out
}

func (c *Case) scale(key string) float64 {
	if a := c.arrays[scalePrefix+key]; a != nil {
		return math.Abs(a.floats()[0])
	}
	return 0
}

func (c *Case) group(key string) string {
	first, _, _ := strings.Cut(key, "/")
	switch {
	case c.Kind == "schedule":
		return "rate"
	case c.Kind == "network" && c.Steps > 0:
		return "trained"
	case first == "grad" || first == "grad_x":
		return "gradient"
	}
	return "forward"
}

var tolerances = map[string]float64{
	"forward": ForwardTolerance, "gradient": GradientTolerance, "trained": TrainedTolerance, "rate": RateTolerance,
}

// difference compares entry by entry. Where all that is expected is 0, the absolute difference stands for the relative.
func difference(key, group string, got, want []float64, scale float64) Difference {
	d := Difference{Array: key, Group: group, Size: len(want), Scale: scale, Tolerance: tolerances[group]}
	for i, w := range want {
		d.Scale = max(d.Scale, math.Abs(w))
		if diff := math.Abs(got[i] - w); diff > d.Abs || math.IsNaN(diff) {
			d.Abs = diff
		}
		if math.IsNaN(d.Abs) {
			d.Abs = math.MaxFloat64 // JSON has no NaN; a NaN is never within tolerance
		}
	}
	if d.Scale == 0 {
		d.Scale = 1
	}
	d.Rel = d.Abs / d.Scale
	d.OK = d.Rel <= d.Tolerance
	return d
}
