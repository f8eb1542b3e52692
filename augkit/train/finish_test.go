package train

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/runlog"
)

// Interrupted after the last epoch, while the test part is read; and killed with half of the end written.
func TestResumeAtTheEnd(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	whole := mustRun(t, ds, exp, options(t, ds))
	for _, test := range []struct {
		name string
		left func(t *testing.T, partial string) // what a kill leaves
	}{
		{"interrupted", func(*testing.T, string) {}},
		{"killed with half of the weights", func(t *testing.T, partial string) {
			if err := os.Mkdir(filepath.Join(partial, weightsDir), 0o755); err != nil {
				t.Fatal(err)
			}
			edit(t, filepath.Join(partial, weightsDir, "checkpoint-n0000000-20260101-000000-step-00000001.bin"), func([]byte) []byte { return []byte("half") })
		}},
		{"killed before the last rename", func(t *testing.T, partial string) {
			for _, name := range []string{"result.json", "predictions.jsonl", weightsDir} {
				if from := filepath.Join(whole.Dir, name); name == weightsDir {
					mustCopy(t, from, filepath.Join(partial, name))
				} else {
					edit(t, filepath.Join(partial, name), func([]byte) []byte { return []byte(read(t, from)) })
				}
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			opts := options(t, ds)
			ctx, cancel := context.WithCancel(t.Context())
			opts.OnEpoch = func(e runlog.Epoch, _ runlog.Timing) {
				if e.Epoch == exp.Train.Epochs {
					cancel()
				}
			}
			if _, err := Run(ctx, goBackend(t), ds, exp, opts); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "stopped after epoch 4, step 0") {
				t.Fatalf("error %v", err)
			}
			test.left(t, opts.Dir+".partial")
			opts.Resume = true
			opts.OnStep = func(p Position) { t.Errorf("it trained step %d of epoch %d", p.Step, p.Epoch) }
			forgetEngines()
			sameBytes(t, whole, mustRun(t, ds, exp, opts))
		})
	}
}

// The file of weights holds the selected network and nothing else, in an order that does not tell its history.
func TestWeightsOfTheSelectedNetwork(t *testing.T) {
	ds := generated(t)
	run := mustRun(t, ds, growing(ds), options(t, ds))
	if run.Result.Classifiers["words"] >= run.Result.Final["words"] {
		t.Fatal("this test needs growth after the selected epoch")
	}
	var file struct {
		Variables []struct {
			ParameterName string
			Dimensions    []int
		}
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(run.Dir, weightsDir, weightsName+".json"))), &file); err != nil {
		t.Fatal(err)
	}
	var names []string
	parameters, stacks := 0, map[string]int{}
	for _, v := range file.Variables {
		name := strings.TrimPrefix(v.ParameterName, "var:")
		if !strings.HasPrefix(name, "/model/") {
			continue // GoMLX's counter
		}
		names = append(names, name)
		if parts := strings.Split(name, "/"); strings.HasPrefix(parts[3], "layer1_") && parts[4] == "weights" {
			stacks[parts[2]]++
		}
		if !strings.Contains(name, "running_") {
			n := 1
			for _, d := range v.Dimensions {
				n *= d
			}
			parameters += n
		}
	}
	if len(names) < 10 || !slices.IsSorted(names) {
		t.Errorf("the variables are not in the order of their names: %v", names)
	}
	if parameters != run.Result.Parameters {
		t.Errorf("%d parameters on record, %d in the file", run.Result.Parameters, parameters)
	}
	for m, n := range run.Result.Classifiers {
		if stacks[m] != n {
			t.Errorf("the file holds %d classifiers of %s, the record %d", stacks[m], m, n)
		}
	}
}
