package augkit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/augkit/aug/augkit/experiment"
)

// Full reports whether a notebook runs in its full mode (AUG_FULL=1 in the environment), with the settings that its
// committed outputs come from. Otherwise it runs in the fast mode, in minutes on two cores.
func Full() bool { return os.Getenv("AUG_FULL") != "" && os.Getenv("AUG_FULL") != "0" }

// FullOr is the first value in the full mode and the second in the fast one.
func FullOr[T any](full, fast T) T {
	if Full() {
		return full
	}
	return fast
}

// Context ends when the cell or program is interrupted, so that training stops cleanly and can be taken up again. It says
// so at once, since GoNB ends the process after five seconds, and a network that is just being compiled can take longer;
// the last checkpoint, then, is at most half a minute old.
func Context() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, func() {
		stop() // a second interrupt then ends the process at once
		interrupted()
	})
	return ctx
}

var interrupted = sync.OnceFunc(func() {
	fmt.Fprintln(os.Stderr, "Interrupted: training stops here and is saved. Run the cell again to go on from there.")
})

// Runs is the folder of the runs that are not given another: AUG_RUNS, else runs/ beside the go.mod above the working
// directory, else runs/ here. GoNB starts a new process for each cell, so a run lives in its folder and later cells,
// and later days, find it there.
func Runs() string {
	if dir := os.Getenv("AUG_RUNS"); dir != "" {
		return dir
	}
	here, err := os.Getwd()
	if err != nil {
		return "runs"
	}
	for dir := here; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "runs")
		}
		if dir == filepath.Dir(dir) {
			return filepath.Join(here, "runs")
		}
	}
}

// Dir is where the run of an experiment lies by default: its name and a short hash of its settings, so that a changed
// number makes a new run and the old one stays.
func Dir(exp experiment.Experiment) string {
	exp.About = ""
	text, err := json.Marshal(exp)
	if err != nil {
		return filepath.Join(Runs(), exp.Name) // Train refuses such an experiment
	}
	sum := sha256.Sum256(text)
	return filepath.Join(Runs(), exp.Name+"-"+hex.EncodeToString(sum[:4]))
}
