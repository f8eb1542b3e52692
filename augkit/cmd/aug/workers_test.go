package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/augkit/aug/augkit/device"
	"github.com/augkit/aug/augkit/runlog"
)

// TestWorkersSameBytes wants what two workers train to be the bytes of one worker on a backend of one thread, and what was
// interrupted with two to go on so with one.
func TestWorkersSameBytes(t *testing.T) {
	t.Setenv(device.EnvBackend, "")
	choice, err := device.Choose(t.Context(), device.Options{})
	if err != nil || choice.Name != "xla:cpu" {
		t.Skipf("only XLA's CPU plug-in divides its threads; here is %v %v", choice, err)
	}
	t.Setenv(device.EnvBackend, choice.Config)
	dir := t.TempDir()
	train := func(out string, more ...string) []string {
		args := []string{"train", "--data", "watch7", "--method", "joint", "--set", "epochs=3", "--splits", "2", "-v", "--checkpoint", "0s", "--out", out}
		return append(args, more...)
	}
	run := func(env string, args []string) {
		t.Helper()
		cmd := command(t, dir, args...)
		cmd.Env = append(cmd.Env, env)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	run("PJRT_NPROC=1", train("one"))
	run("", train("two", "--workers", "2"))

	cmd := command(t, dir, train("stopped", "--workers", "2")...)
	if _, err := interruptedAt(t, cmd, "epoch 1/3"); err == nil {
		t.Error("the study was not interrupted")
	}
	run("", train("stopped"))

	for _, split := range []string{"split0-seed0", "split1-seed0"} {
		want := filesBelow(t, filepath.Join(dir, "one", "joint", split))
		for _, out := range []string{"two", "stopped"} {
			got := filesBelow(t, filepath.Join(dir, out, "joint", split))
			for _, name := range []string{"epochs.jsonl", "predictions.jsonl", "result.json"} {
				if want[name] == "" || got[name] != want[name] {
					t.Errorf("%s, %s: %s is not that of one worker with one thread", out, split, name)
				}
			}
		}
	}
	for out, threads := range map[string]int{"one": 0, "two": 1, "stopped": 1} {
		dir := filepath.Join(dir, out, "joint", "split0-seed0")
		if run, err := runlog.Open(dir); err != nil || run.Meta.Threads != threads {
			t.Errorf("%s: recorded threads, %v, want %d", out, err, threads)
		}
		if _, err := os.Stat(dir + ".partial"); err == nil {
			t.Errorf("%s.partial was left", dir)
		}
	}
}
