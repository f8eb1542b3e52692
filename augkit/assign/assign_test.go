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
		want   int
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
		if got := c.rule.Next(c.scores); got != c.want {
			t.Errorf("%s: Next(%v) = %d, want %d", c.name, c.scores, got, c.want)
		}
	}
}

// A sequence of checks: the weak modality catches up, the roles swap, then both stay within τ.
func TestSequence(t *testing.T) {
	rule := assign.Rule{Sigma: 1, Tau: 0.01}
	counts := []int{1, 1}
	for _, s := range [][]float64{{.50, .20}, {.52, .35}, {.53, .535}, {.55, .60}, {.60, .605}} {
		if i := rule.Next(s); i >= 0 {
			counts[i]++
		}
	}
	if want := []int{2, 3}; !slices.Equal(counts, want) {
		t.Errorf("counts %v, want %v", counts, want)
	}
}

func TestDue(t *testing.T) {
	var at []int
	for epoch := 1; epoch <= 10; epoch++ {
		if assign.Due(epoch, 4) {
			at = append(at, epoch)
		}
	}
	if want := []int{4, 8}; !slices.Equal(at, want) {
		t.Errorf("due at %v, want %v", at, want)
	}
	if assign.Due(3, 0) {
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
	} {
		if err := c.rule.Validate(); (err == nil) != c.ok {
			t.Errorf("%+v: error %v", c.rule, err)
		}
	}
}

func ExampleRule_Next() {
	rule := assign.Rule{Sigma: 1, Tau: 0.01}
	modalities := []string{"image", "audio"}
	if i := rule.Next([]float64{0.48, 0.21}); i >= 0 {
		fmt.Println(modalities[i], "gets a classifier")
	}
	// Output: audio gets a classifier
}
