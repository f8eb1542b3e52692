package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const asCommand = "AUG_TEST_AS_COMMAND"

// TestMain makes this binary the command itself where a test starts it as a process. Tests that train do so on the
// pure-Go backend, which prepares small graphs much faster than XLA compiles them.
func TestMain(m *testing.M) {
	if os.Getenv("GOMLX_BACKEND") == "" {
		os.Setenv("GOMLX_BACKEND", "go")
	}
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// command starts `aug` in a process of its own, in dir.
func command(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	cmd.Dir = dir
	return cmd
}

// interruptedAt starts a command, presses Ctrl-C once it has written a line with that text to standard error, and returns all
// that it wrote there and how it ended.
func interruptedAt(t *testing.T, cmd *exec.Cmd, text string) (said string, ended error) {
	t.Helper()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	sent := false
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		said += lines.Text() + "\n"
		if !sent && strings.Contains(lines.Text(), text) {
			sent = true
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
		}
	}
	return said, cmd.Wait()
}

// Ctrl-C in the middle of training, then the same command again.
func TestInterruptAndGoOn(t *testing.T) {
	dir := t.TempDir()
	args := []string{"train", "--data", "watch7", "--set", "epochs=4", "--out", "study"}
	cmd := command(t, dir, args...)
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	said, err := interruptedAt(t, cmd, "epoch 1/4")
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitFailed {
		t.Errorf("exit %v, want code 1", err)
	}
	for _, want := range []string{"stopped after epoch ", "saved in study/aug/split0-seed0.partial", "interrupted; the same command goes on where it stopped (study)"} {
		if !strings.Contains(said, want) {
			t.Errorf("stderr lacks %q:\n%s", want, said)
		}
	}
	if stdout.Len() > 0 {
		t.Errorf("stdout %q", stdout.String())
	}
	found, err := filepath.Glob(filepath.Join(dir, "study", "aug", "split0-seed0.partial", "checkpoint", "*", "state.json"))
	if err != nil || len(found) != 1 {
		t.Fatalf("checkpoints %v, %v", found, err)
	}

	t.Chdir(dir)
	code, out, errOut := aug(t, "runs", "study")
	if code != exitOK || !strings.Contains(out, "split0-seed0.partial") || !strings.Contains(out, "not complete") {
		t.Errorf("runs: code %d\n%s%s", code, out, errOut)
	}
	code, out, errOut = aug(t, args...)
	if code != exitOK || !strings.Contains(errOut, "epoch 4/4") || strings.Contains(errOut, "epoch 1/4") || !strings.Contains(out, "aug") {
		t.Errorf("the same command again: code %d\n%s%s", code, out, errOut)
	}
}
