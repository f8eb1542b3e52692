package parity_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"

	"github.com/augkit/aug/augkit/device/devicetest"
	"github.com/augkit/aug/augkit/parity"
)

var seed = regexp.MustCompile(`_seed\d+\.npz$`)

// costly are cases whose graphs XLA takes long to compile and that others stand for. They run where AUG_FULL is 1, and
// always on the pure-Go backend, which does not compile.
var costly = regexp.MustCompile(`resnet18_(image_eval|spectrogram_train)|stack\d+_lambda0\.(1|2|5)_|sgd_(two|schedule)_|network_three` +
	`|_three_(none|zeros|seed)|terms_(all|previous|newest_(all|pr))|sgd_(single|probabilities|joint_(method|step_(three|gate))|control)|encoders_grow_zeros|sgd_(gate_two|first)_none`)

// TestCommittedCases runs the cases that the oracle wrote and logs the largest differences.
func TestCommittedCases(t *testing.T) {
	backend := devicetest.Backend(t)
	files, err := filepath.Glob("testdata/*.npz")
	if err != nil || len(files) < 330 {
		t.Fatalf("%d case files, %v; `make oracle` writes them", len(files), err)
	}
	if left := len(files); backend.Name() != "go" && os.Getenv("AUG_FULL") != "1" {
		files = slices.DeleteFunc(files, costly.MatchString)
		t.Logf("%d files are left out; AUG_FULL=1 runs them", left-len(files))
	}
	var all tally
	t.Run("shards", func(t *testing.T) {
		for i, shard := range shards(files, 2) {
			t.Run([]string{"even", "odd"}[i], func(t *testing.T) {
				t.Parallel() // most of the time goes into compiling, on one core
				runner := parity.NewRunner(backend)
				defer runner.Close()
				for _, file := range shard {
					all.run(t, runner, file)
				}
			})
		}
	})
	for _, r := range parity.Table(all.reports) {
		t.Logf("%-8s  %-21s  %3d files  %4d arrays  largest relative difference %.1e, tolerance %.0e (%s of %s)",
			r.Group, r.Family, r.Files, r.Arrays, r.Worst.Rel, r.Worst.Tolerance, r.Worst.Array, filepath.Base(r.WorstFile))
	}
	t.Logf("%d files, %d arrays", len(all.reports), all.arrays)
}

// shards deals the files out so that those which differ in the seed alone, and share a graph, stay together.
func shards(files []string, n int) [][]string {
	out := make([][]string, n)
	last, k := "", -1
	for _, f := range files {
		if base := seed.ReplaceAllString(f, ""); base != last {
			last, k = base, k+1
		}
		out[k%n] = append(out[k%n], f)
	}
	return out
}

// tally collects the reports.
type tally struct {
	sync.Mutex
	arrays  int
	reports []*parity.Report
}

func (a *tally) run(t *testing.T, runner *parity.Runner, file string) {
	c, err := parity.Read(file)
	if err != nil {
		t.Error(err)
		return
	}
	rep, err := runner.Run(c)
	if err != nil {
		t.Error(err)
		return
	}
	a.Lock()
	defer a.Unlock()
	a.arrays += len(rep.Arrays)
	a.reports = append(a.reports, rep)
	for _, d := range rep.Arrays {
		if !d.OK {
			t.Errorf("%s: %s differs by %.3g relative (%.3g of %.3g), tolerance %.0e", file, d.Array, d.Rel, d.Abs, d.Scale, d.Tolerance)
		}
	}
}
