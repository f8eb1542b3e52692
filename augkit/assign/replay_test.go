package assign_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/assign"
)

func TestReplay(t *testing.T) {
	scores := [][]float64{{0.5, 0.3}, {0.6, 0.5}, {0.7, 0.695}, {0.8, 0.9}}
	for _, c := range []struct {
		name     string
		rule     assign.Rule
		interval int
		first    bool
		want     [][]int
	}{
		{"every epoch", assign.Rule{Sigma: 1, Tau: 0.01}, 1, false, [][]int{{1}, {1}, nil, {0}}},
		{"every other epoch", assign.Rule{Sigma: 1, Tau: 0.01}, 2, false, [][]int{nil, {1}, nil, {0}}},
		{"and after the first", assign.Rule{Sigma: 1, Tau: 0.01}, 2, true, [][]int{{1}, {1}, nil, {0}}},
		{"no dead zone", assign.Rule{Sigma: 1}, 1, false, [][]int{{1}, {1}, {1}, {0}}},
		{"a larger factor", assign.Rule{Sigma: 1.5, Tau: 0.01}, 1, false, [][]int{{1}, nil, nil, nil}},
		{"nobody", assign.Rule{Sigma: 1, By: "none"}, 1, true, [][]int{nil, nil, nil, nil}},
		{"never asked", assign.Rule{Sigma: 1}, 0, false, [][]int{nil, nil, nil, nil}},
	} {
		got, err := assign.Replay(c.rule, scores, c.interval, c.first)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, %v; want %v", c.name, got, err, c.want)
		}
	}
	for want, rule := range map[string]assign.Rule{"sigma": {}, "random assignment": {Sigma: 1, By: "random"}} {
		if _, err := assign.Replay(rule, scores, 1, false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one about %s", rule, err, want)
		}
	}
}

// A larger dead zone answers less often on the same record.
func ExampleReplay() {
	scores := [][]float64{{0.40, 0.30}, {0.50, 0.48}, {0.60, 0.62}} // after epochs 1, 2 and 3
	for _, tau := range []float64{0.01, 0.05} {
		grown, err := assign.Replay(assign.Rule{Sigma: 1, Tau: tau}, scores, 1, false)
		if err != nil {
			panic(err)
		}
		fmt.Println(tau, grown)
	}
	// Output:
	// 0.01 [[1] [1] [0]]
	// 0.05 [[1] [] []]
}
