package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/augkit/aug/augkit"
	"github.com/augkit/aug/augkit/device"
)

// runPath is the run of these tests below --out.
var runPath = filepath.Join("aug", "split0-seed0")

// epochs of these runs.
var epochs = map[bool]int{false: 3, true: 4}[augkit.Full()]

// TestSameBytes trains the same experiment again and again, as processes that are killed, moved and doubled, and wants
// the files of one run that never stopped. AUG_FULL=1 kills oftener and takes the best installed backend too; give it
// -timeout 30m.
func TestSameBytes(t *testing.T) {
	for _, backend := range backends(t) {
		t.Run(backend.Name, func(t *testing.T) {
			b := &bench{backend: backend.Config}
			dir := t.TempDir()
			began := time.Now()
			b.finish(t, dir)
			b.took, b.whole = time.Since(began), filepath.Join(dir, runPath)

			t.Run("Twice", func(t *testing.T) { b.same(t, t.TempDir(), b.finish) })
			t.Run("Kill", b.kill)
			t.Run("Moved", b.moved)
			t.Run("TwoAtOnce", b.twoAtOnce)
		})
	}
}

// backends are the pure-Go one and, in the full form, the best that is installed.
func backends(t *testing.T) []device.Choice {
	t.Helper()
	all := []device.Choice{{Name: "go", Config: "go"}}
	if !augkit.Full() {
		return all
	}
	if os.Getenv(device.EnvBackend) == "go" { // TestMain's
		t.Setenv(device.EnvBackend, "")
	}
	best, err := device.Choose(t.Context(), device.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if best.Name == "go" {
		t.Log("only the pure-Go backend:", best.Reason)
		return all
	}
	return append(all, best)
}

// bench is a backend with the run that never stopped.
type bench struct {
	backend string
	whole   string
	took    time.Duration
}

// process is `aug train` at work.
type process struct {
	cmd  *exec.Cmd
	said bytes.Buffer
	done chan struct{}
}

// start begins to train, or goes on, with a checkpoint after every epoch and a growth at every chance.
func (b *bench) start(t *testing.T, dir string) *process {
	t.Helper()
	p := &process{done: make(chan struct{})}
	p.cmd = command(t, dir, "train", "--data", "watch7", "--set", fmt.Sprintf("epochs=%d;interval=1;batch=128", epochs),
		"--checkpoint", "0s", "--out", ".")
	p.cmd.Env = append(p.cmd.Env, device.EnvBackend+"="+b.backend)
	p.cmd.Stdout, p.cmd.Stderr = &p.said, &p.said
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.cmd.Wait() // the state says how it ended
		close(p.done)
	}()
	return p
}

// code waits for the process; -1 is a signal.
func (p *process) code() int {
	<-p.done
	return p.cmd.ProcessState.ExitCode()
}

// until returns once the process has ended, or has come to the moment.
func (p *process) until(moment func() bool) {
	for !moment() {
		select {
		case <-p.done:
			return
		case <-time.After(20 * time.Microsecond):
		}
	}
}

// kill reports whether the process was still there to be killed.
func (p *process) kill(t *testing.T) bool {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	code := p.code()
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	killed := ok && status.Signaled() && status.Signal() == syscall.SIGKILL
	if !killed && code != exitOK {
		t.Fatalf("exit code %d before it was killed:\n%s", code, p.said.String())
	}
	return killed
}

// finish trains to the end.
func (b *bench) finish(t *testing.T, dir string) {
	t.Helper()
	from := checkpointed(filepath.Join(dir, runPath))
	p := b.start(t, dir)
	if code := p.code(); code != exitOK {
		t.Fatalf("exit code %d:\n%s", code, p.said.String())
	}
	p.wentOn(t, from)
}

// wentOn wants a process that took up the checkpoint that was there.
func (p *process) wentOn(t *testing.T, from int) {
	t.Helper()
	<-p.done
	for line := range strings.Lines(p.said.String()) {
		var epoch int
		if _, err := fmt.Sscanf(line, "epoch %d/", &epoch); err == nil && epoch <= from {
			t.Errorf("epoch %d was trained again, though there was a checkpoint after epoch %d:\n%s", epoch, from, p.said.String())
		}
	}
}

// same lets a run be made in dir and compares its folder with the whole one's: the names of all files, and the bytes of
// those that do not tell of the hour and the machine.
func (b *bench) same(t *testing.T, dir string, train func(t *testing.T, dir string)) {
	t.Helper()
	train(t, dir)
	want, got := filesBelow(t, b.whole), filesBelow(t, filepath.Join(dir, runPath))
	if w, g := slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)); !slices.Equal(w, g) {
		t.Errorf("the run holds %v, want %v", g, w)
	}
	for name, bytes := range want {
		if name != "meta.json" && name != "timing.jsonl" && bytes != got[name] {
			t.Errorf("%s differs: %d bytes, want %d", name, len(got[name]), len(bytes))
		}
	}
	if n, m := strings.Count(want["timing.jsonl"], "\n"), strings.Count(got["timing.jsonl"], "\n"); n != m {
		t.Errorf("timings of %d epochs, want %d", m, n)
	}
	beside, err := os.ReadDir(filepath.Dir(filepath.Join(dir, runPath)))
	if err != nil || len(beside) != 1 {
		t.Errorf("beside the run: %v, %v", beside, err)
	}
}

func filesBelow(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// moved resumes an interrupted run in another folder, and a copy of it in a third.
func (b *bench) moved(t *testing.T) {
	dir, other, third := t.TempDir(), filepath.Join(t.TempDir(), "moved [here]", "*"), t.TempDir()
	p := b.start(t, dir)
	p.until(func() bool { return checkpointed(filepath.Join(dir, runPath)) > 0 })
	if !p.kill(t) {
		t.Fatalf("it ended before it was killed:\n%s", p.said.String())
	}
	if err := os.CopyFS(filepath.Join(third, runPath+".partial"), os.DirFS(filepath.Join(dir, runPath+".partial"))); err != nil {
		t.Fatal(err)
	}
	moved := filepath.Join(other, runPath+".partial")
	if err := os.MkdirAll(filepath.Dir(moved), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, runPath+".partial"), moved); err != nil {
		t.Fatal(err)
	}
	b.same(t, other, b.finish)
	b.same(t, third, b.finish)
}

// twoAtOnce starts two processes into one folder: one trains, the other is refused.
func (b *bench) twoAtOnce(t *testing.T) {
	refused := func(t *testing.T, p *process) {
		t.Helper()
		const why = ".partial is being trained at this moment; wait for it to end or choose another folder"
		if code := p.code(); code != exitFailed || !strings.Contains(p.said.String(), runPath+why) {
			t.Errorf("the other: exit code %d, want %d and %q:\n%s", code, exitFailed, why, p.said.String())
		}
	}
	trains := func(p *process) bool { return strings.Contains(p.said.String(), "\nepoch ") }
	b.same(t, t.TempDir(), func(t *testing.T, dir string) {
		first := b.start(t, dir)
		first.until(func() bool { return there(dir, runPath+".partial", "timing.jsonl") != "" })
		refused(t, b.start(t, dir))
		if code := first.code(); code != exitOK {
			t.Errorf("the first: exit code %d:\n%s", code, first.said.String())
		}
	})
	rounds := 1
	if augkit.Full() {
		rounds = 6
	}
	for range rounds {
		b.same(t, t.TempDir(), func(t *testing.T, dir string) {
			one, two := b.start(t, dir), b.start(t, dir)
			if one.code() != exitOK {
				one, two = two, one
			}
			switch {
			case one.code() != exitOK:
				t.Errorf("both were refused:\n%s\n%s", one.said.String(), two.said.String())
			case two.code() != exitOK:
				refused(t, two)
			case trains(one) && trains(two): // else one was so late that it found the other's run complete
				t.Errorf("both trained:\n%s\n%s", one.said.String(), two.said.String())
			}
		})
	}
}

func TestCheckpointFlag(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, test := range []struct{ value, stderr string }{
		{"-1s", "--checkpoint: -1s is less than nothing"},
		{"soon", "invalid value"},
		{"30", "invalid value"},
	} {
		expect(t, []string{"train", "--data", "watch7", "--checkpoint", test.value}, exitUsage, "", test.stderr)
	}
}
