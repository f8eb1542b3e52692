package assign_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/augkit/aug/augkit/assign"
)

func TestNext(t *testing.T) {
	paper := assign.Rule{Sigma: 1, Tau: 0.01}
	for _, c := range []struct {
		name   string
		rule   assign.Rule
		scores []float64
		want   int // -1: nobody
	}{
		{"audio stronger: video grows", paper, []float64{0.60, 0.40}, 1},
		{"video stronger: audio grows", paper, []float64{0.40, 0.60}, 0},
		{"inside the dead zone", paper, []float64{0.500, 0.509}, -1},
		{"just outside it", paper, []float64{0.500, 0.511}, 0},
		{"equal", paper, []float64{0.5, 0.5}, -1},
		{"a larger sigma asks for more", assign.Rule{Sigma: 1.5, Tau: 0.01}, []float64{0.60, 0.45}, -1},
		{"sigma exceeded", assign.Rule{Sigma: 1.5, Tau: 0.01}, []float64{0.60, 0.30}, 1},
		{"three: the weakest grows", paper, []float64{0.5, 0.2, 0.6}, 1},
		{"three: the first of two equally weak", paper, []float64{0.2, 0.6, 0.2}, 0},
		{"three: all near", paper, []float64{0.300, 0.305, 0.309}, -1},
		{"one modality never grows", paper, []float64{0.1}, -1},
		{"none", paper, nil, -1},
		{"not a number", paper, []float64{math.NaN(), 0.5}, -1},
	} {
		var want []int
		if c.want >= 0 {
			want = []int{c.want}
		}
		if got := c.rule.Next(c.scores); !slices.Equal(got, want) {
			t.Errorf("%s: Next(%v) = %v, want %v", c.name, c.scores, got, want)
		}
	}
}

// The released ratio asks less than the paper's difference at small scores, and its two sides are not the same: 0.99 is
// not 1/1.01.
func TestOtherReadings(t *testing.T) {
	ratio := assign.Rule{Sigma: 1, Tau: 0.01, By: "ratio"}
	gesture := assign.Rule{Sigma: 1, Tau: 0.1, By: "share", Several: true} // the 0.4 of train_NVGesture.py
	with := func(r assign.Rule, change func(*assign.Rule)) assign.Rule { change(&r); return r }
	stronger := func(r *assign.Rule) { r.Stronger = true }
	several := func(r *assign.Rule) { r.Several = true }
	for _, c := range []struct {
		name   string
		rule   assign.Rule
		scores []float64
		want   []int
	}{
		{"ratio: 1.0125, a difference of 0.005", ratio, []float64{0.405, 0.400}, []int{1}},
		{"difference says no to it", assign.Rule{Sigma: 1, Tau: 0.01}, []float64{0.405, 0.400}, nil},
		{"ratio: 0.98", ratio, []float64{0.49, 0.50}, []int{0}},
		{"ratio: 1.0101 as second over first, 0.99001 as first over second", ratio, []float64{0.49501, 0.50}, nil},
		{"ratio: 1.0101 as first over second", ratio, []float64{0.50, 0.49501}, []int{1}},
		{"ratio: equal", ratio, []float64{0.5, 0.5}, nil},
		{"ratio: sigma is the ratio aimed at", with(ratio, func(r *assign.Rule) { r.Sigma = 1.5 }), []float64{0.6, 0.5}, []int{0}},
		{"ratio: even where they are equal", with(ratio, func(r *assign.Rule) { r.Sigma = 1.5 }), []float64{0.5, 0.5}, []int{0}},
		{"ratio: aim exceeded", with(ratio, func(r *assign.Rule) { r.Sigma = 1.5 }), []float64{0.9, 0.5}, []int{1}},
		{"ratio of three: strongest and weakest", ratio, []float64{0.4, 0.2, 0.6}, []int{1}},
		{"ratio: nothing known yet", ratio, []float64{0, 0}, nil},
		{"ratio: one knows nothing", ratio, []float64{0.1, 0}, []int{1}},

		{"share: two below 0.4", gesture, []float64{0.2, 0.8, 0.2}, []int{0, 2}},
		{"share: one below 0.4", gesture, []float64{0.5, 0.5, 0.3}, []int{2}},
		{"share: 0.429 is not", gesture, []float64{0.5, 0.5, 0.43}, nil},
		{"share: only the weakest", with(gesture, func(r *assign.Rule) { r.Several = false }), []float64{0.25, 0.8, 0.2}, []int{2}},
		{"share of two is the ratio to the other", assign.Rule{Sigma: 1, Tau: 0.01, By: "share"}, []float64{0.49, 0.5}, []int{0}},
		{"share: sigma lowers the threshold", with(gesture, func(r *assign.Rule) { r.Sigma, r.Tau = 1.25, 0 }), []float64{0.5, 0.5, 0.39}, []int{2}},
		{"share: nothing known yet", gesture, []float64{0, 0, 0}, nil},

		{"several by difference", assign.Rule{Sigma: 1, Tau: 0.05, Several: true}, []float64{0.5, 0.3, 0.48, 0.44}, []int{1, 3}},
		{"several by ratio", with(ratio, several), []float64{0.5, 0.3, 0.499}, []int{1}},

		// Algorithm 1 as printed: the one that is ahead gets it, with a dead zone on both sides.
		{"swapped: audio ahead, audio grows", assign.Rule{Sigma: 1, Tau: 0.01, Stronger: true}, []float64{0.60, 0.40}, []int{0}},
		{"swapped: video ahead, video grows", assign.Rule{Sigma: 1, Tau: 0.01, Stronger: true}, []float64{0.40, 0.60}, []int{1}},
		{"swapped: dead zone", assign.Rule{Sigma: 1, Tau: 0.01, Stronger: true}, []float64{0.500, 0.509}, nil},
		{"swapped ratio", with(ratio, stronger), []float64{0.49, 0.50}, []int{1}},
		{"swapped share", with(gesture, stronger), []float64{0.2, 0.8, 0.2}, []int{1}},
		{"swapped, several: the strongest once", assign.Rule{Sigma: 1, Stronger: true, Several: true}, []float64{0.2, 0.8, 0.2}, []int{1}},
	} {
		if err := c.rule.Validate(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := c.rule.Next(c.scores); !slices.Equal(got, c.want) {
			t.Errorf("%s: Next(%v) = %v, want %v", c.name, c.scores, got, c.want)
		}
	}
}

// Under the printed branches the one that is ahead keeps growing, whatever the other does.
func TestSwappedSequence(t *testing.T) {
	text, printed := assign.Rule{Sigma: 1, Tau: 0.01}, assign.Rule{Sigma: 1, Tau: 0.01, Stronger: true}
	a, b := []int{1, 1}, []int{1, 1}
	for _, s := range [][]float64{{.50, .20}, {.52, .35}, {.53, .535}, {.55, .50}} {
		for _, i := range text.Next(s) {
			a[i]++
		}
		for _, i := range printed.Next(s) {
			b[i]++
		}
	}
	if !slices.Equal(a, []int{1, 4}) || !slices.Equal(b, []int{4, 1}) {
		t.Errorf("the text's rule ends at %v, the printed one at %v; want 1, 4 and 4, 1", a, b)
	}
}

// A sequence of checks: the weak modality catches up, the roles swap, then both stay within τ.
func TestSequence(t *testing.T) {
	rule := assign.Rule{Sigma: 1, Tau: 0.01}
	counts := []int{1, 1}
	for _, s := range [][]float64{{.50, .20}, {.52, .35}, {.53, .535}, {.55, .60}, {.60, .605}} {
		for _, i := range rule.Next(s) {
			counts[i]++
		}
	}
	if want := []int{2, 3}; !slices.Equal(counts, want) {
		t.Errorf("counts %v, want %v", counts, want)
	}
}

func TestForComparison(t *testing.T) {
	scores := []float64{.1, .9, .5}
	for draw, want := range map[uint64]int{0: 0, 1: 1, 5: 2, 1<<64 - 1: 0} {
		if got := (assign.Rule{Sigma: 1, By: "random", Draw: draw}).Next(scores); !slices.Equal(got, []int{want}) {
			t.Errorf("random with %d: %v, want %d", draw, got, want)
		}
	}
	if got := (assign.Rule{Sigma: 1, By: "none"}).Next(scores); len(got) > 0 {
		t.Errorf("none: %v", got)
	}
}

func TestDue(t *testing.T) {
	var at, released []int
	for epoch := 1; epoch <= 10; epoch++ {
		if assign.Due(epoch, 4, false) {
			at = append(at, epoch)
		}
		if assign.Due(epoch, 4, true) {
			released = append(released, epoch)
		}
	}
	if want := []int{4, 8}; !slices.Equal(at, want) {
		t.Errorf("due at %v, want %v", at, want)
	}
	if want := []int{1, 4, 8}; !slices.Equal(released, want) {
		t.Errorf("with a first check due at %v, want %v", released, want)
	}
	if assign.Due(3, 0, false) {
		t.Error("an interval of 0 must never be due")
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		rule assign.Rule
		ok   bool
	}{
		{assign.Rule{Sigma: 1, Tau: 0.01}, true},
		{assign.Rule{Sigma: 0.9, Tau: 0.01}, false},
		{assign.Rule{Sigma: math.NaN(), Tau: 0.01}, false},
		{assign.Rule{Sigma: 1, Tau: -0.1}, false},
		{assign.Rule{Sigma: 1, By: "share"}, true},
		{assign.Rule{Sigma: 1, By: "shares"}, false},
		{assign.Rule{Sigma: 1, By: "random"}, true},
		{assign.Rule{Sigma: 1, By: "none"}, true},
	} {
		if err := c.rule.Validate(); (err == nil) != c.ok {
			t.Errorf("%+v: error %v", c.rule, err)
		}
	}
}

func ExampleRule_Next() {
	rule := assign.Rule{Sigma: 1, Tau: 0.01}
	modalities := []string{"image", "audio"}
	for _, i := range rule.Next([]float64{0.48, 0.21}) {
		fmt.Println(modalities[i], "gets a classifier")
	}
	// Output: audio gets a classifier
}
