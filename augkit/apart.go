package augkit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
)

// TrainApart is [Train] with a process for the run alone, the command aug, so that the peak memory and the seconds in its
// record are not those of runs before it. A run that is done is only read. The run comes without its predictions, which
// take long to read where there are many.
func TrainApart(ctx context.Context, exp experiment.Experiment) (*runlog.Run, error) {
	out := Dir(exp) + "-apart"
	if run, err := apart(out); run != nil || err != nil {
		return run, err
	}
	aug, err := exec.LookPath("aug")
	if err != nil {
		return nil, fmt.Errorf("a process of its own needs the command aug: %w; `make aug` builds it into .tools", err)
	}
	text, err := json.Marshal(exp)
	if err != nil {
		return nil, fmt.Errorf("train apart: %w", err)
	}
	file, err := os.CreateTemp("", "experiment-*.json")
	if err != nil {
		return nil, fmt.Errorf("train apart: %w", err)
	}
	defer os.Remove(file.Name())
	if _, err := file.Write(text); err != nil {
		return nil, errors.Join(fmt.Errorf("train apart: %w", err), file.Close())
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("train apart: %w", err)
	}
	cmd := exec.CommandContext(ctx, aug, "train", "--config", file.Name(), "--out", out)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) } // it saves where it stands
	cmd.WaitDelay = 10 * time.Second
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("stopped in %s: %w", out, ctx.Err())
		}
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		return nil, fmt.Errorf("aug train: %w: %s", err, lines[len(lines)-1])
	}
	run, err := apart(out)
	if run == nil && err == nil {
		err = fmt.Errorf("aug train left no run in %s", out)
	}
	return run, err
}

// apart is the complete run in a folder of one, nil where there is none.
func apart(out string) (*runlog.Run, error) {
	if _, err := os.Stat(out); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	runs, err := runlog.List(out)
	if err != nil {
		return nil, err
	}
	for _, run := range runs {
		if run.Result != nil && !strings.HasSuffix(run.Dir, ".partial") {
			return run, nil
		}
	}
	return nil, nil
}
