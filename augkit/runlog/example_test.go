package runlog_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
)

// A run is recorded epoch by epoch in <dir>.partial and gets its final name with its result.
func Example() {
	root, err := os.MkdirTemp("", "runlog")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(root)
	dir := filepath.Join(root, "watch7-aug")

	err = func() error {
		w, err := runlog.Create(dir, experiment.Experiment{Name: "watch7-aug"}, runlog.Meta{})
		if err != nil {
			return err
		}
		defer w.Close()
		if err := w.AppendEpoch(runlog.Epoch{Epoch: 1, Best: true}, runlog.Timing{Epoch: 1}); err != nil {
			return err
		}
		return w.Finish(nil, runlog.Result{Protocol: "epoch selected on validation, test read once", Epoch: 1})
	}()
	if err != nil {
		fmt.Println(err)
		return
	}
	run, err := runlog.Open(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %d epoch, %s\n", run.Experiment.Name, len(run.Epochs), run.Result.Protocol)
	// Output: watch7-aug: 1 epoch, epoch selected on validation, test read once
}
