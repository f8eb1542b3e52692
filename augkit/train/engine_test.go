package train

import (
	"fmt"
	"testing"
)

// What waits for later runs is bounded by its compiled graphs; those that have waited longest go first.
func TestIdleEnginesAreBoundedByTheirGraphs(t *testing.T) {
	forgetEngines()
	defer forgetEngines()
	ds := generated(t)
	for _, test := range []struct{ graphs, waiting int }{
		{maxIdle - 20, 1},
		{20, 2},
		{1, 2}, // the first goes
		{maxIdle, 1},
		{maxIdle + 1, 0},
	} {
		e, err := acquire(goBackend(t), growing(ds), ds, 1)
		if err != nil {
			t.Fatal(err)
		}
		e.key = fmt.Sprint("with ", test.graphs) // so that none is taken up again
		for k := range test.graphs {
			e.known[Spec{Step: fmt.Sprint(k)}] = true
		}
		e.release()
		if n := len(idle.engines); n != test.waiting {
			t.Errorf("after one with %d graphs %d engines wait, want %d", test.graphs, n, test.waiting)
		}
	}
}
