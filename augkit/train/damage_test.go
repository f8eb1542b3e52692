package train

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/augkit/aug/augkit/experiment"
)

func TestDamagedCheckpoint(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	weights := func(t *testing.T, opts Options, part string) string {
		return checkpointFile(t, opts, part, weightsName+".bin")
	}
	for _, test := range []struct {
		name   string
		damage func(t *testing.T, opts Options) (file string)
		want   string
	}{
		{"a byte of the weights flipped", func(t *testing.T, opts Options) string {
			return edit(t, weights(t, opts, "last"), func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
		}, "damaged or cut short"},
		{"the weights cut short", func(t *testing.T, opts Options) string {
			return edit(t, weights(t, opts, "last"), func(b []byte) []byte { return b[:len(b)-1] })
		}, "damaged or cut short"},
		{"the best weights gone", func(t *testing.T, opts Options) string {
			file := weights(t, opts, "best")
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			return file
		}, "damaged or cut short"},
		{"the state cut short", func(t *testing.T, opts Options) string {
			return edit(t, checkpointFile(t, opts, stateFile), func(b []byte) []byte { return b[:len(b)/2] })
		}, "unexpected end of JSON input"},
		{"the state empty", func(t *testing.T, opts Options) string {
			return edit(t, checkpointFile(t, opts, stateFile), func([]byte) []byte { return nil })
		}, "unexpected end of JSON input"},
		{"a digit of the state changed", func(t *testing.T, opts Options) string {
			return edit(t, checkpointFile(t, opts, stateFile), func(b []byte) []byte {
				return []byte(strings.Replace(string(b), `"epoch": 2`, `"epoch": 1`, 1))
			})
		}, "its checksum is wrong"},
		{"the state of nothing", func(t *testing.T, opts Options) string {
			edit(t, checkpointFile(t, opts, stateFile), func([]byte) []byte { return []byte("{}") })
			return checkpointFile(t, opts)
		}, "classifiers for map[]"},
		{"no state", func(t *testing.T, opts Options) string {
			file := checkpointFile(t, opts, stateFile)
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			return file
		}, "no such file"},
		{"classifiers of another modality", func(t *testing.T, opts Options) string {
			return restate(t, opts, func(st *state) { st.Counts = map[string]int{"motion": 1, "smell": 2} })
		}, "classifiers for map[motion:1 smell:2], this experiment is on motion, words"},
		{"no classifier", func(t *testing.T, opts Options) string {
			return restate(t, opts, func(st *state) { st.Counts["words"] = 0 })
		}, "classifiers for map[motion:1 words:0]"},
		{"another network", func(t *testing.T, opts Options) string {
			return restate(t, opts, func(st *state) { st.Network = "smell[3] cnn" })
		}, "it holds smell[3] cnn, this experiment is motion[4 2] mlp"},
		{"more epochs than recorded", func(t *testing.T, opts Options) string {
			restate(t, opts, func(st *state) { st.Epoch = 9 })
			return opts.Dir + ".partial"
		}, "holds 2 epochs but its checkpoint is after epoch 9"},
		{"variables that are not in the file", func(t *testing.T, opts Options) string {
			return restate(t, opts, func(st *state) { st.Variables = append(st.Variables, variable{Path: "/model/smell/weights"}) })
		}, "lack /model/smell/weights"},
		{"the weights of another network under a good state", func(t *testing.T, opts Options) string {
			other := generated(t, "words", "motion")
			other.Modalities[0].Name, other.Modalities[1].Name = "motion", "words"
			o := options(t, other)
			stopAt(t, other, exp, o, 3, 2)
			stolen := checkpointFile(t, o, "last")
			file := checkpointFile(t, opts, "last")
			if err := os.RemoveAll(file); err != nil {
				t.Fatal(err)
			}
			mustCopy(t, stolen, file)
			return restate(t, opts, func(st *state) { st.Files = nil })
		}, "do not fit this network"},
	} {
		t.Run(test.name, func(t *testing.T) {
			opts := options(t, ds)
			stopAt(t, ds, exp, opts, 3, 2)
			file := test.damage(t, opts)
			opts.Resume = true
			// The engine that made the checkpoint is there, with its variables, as in a notebook.
			_, err := Run(t.Context(), goBackend(t), ds, exp, opts)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), file) {
				t.Fatalf("error %v, want %q and the file %s", err, test.want, file)
			}
			if !strings.Contains(err.Error(), "remove ") {
				t.Errorf("the error does not say what to do: %v", err)
			}
			if strings.Contains(test.want, "damaged") {
				// The mend that is named works: without its checkpoint the run starts over.
				if err := os.RemoveAll(checkpointFile(t, opts)); err != nil {
					t.Fatal(err)
				}
				mustRun(t, ds, exp, opts)
			}
		})
	}
}

// A checkpoint that fits in name only must not come out as a panic of the graph, whatever engine takes it up.
func TestCheckpointOfOtherShapes(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	other := generated(t, "words", "motion")
	other.Modalities[0].Name, other.Modalities[1].Name = "motion", "words"
	opts := options(t, ds)
	o := options(t, other)
	stopAt(t, ds, exp, opts, 2, 2)
	stopAt(t, other, exp, o, 2, 2)
	if err := os.RemoveAll(checkpointFile(t, opts)); err != nil {
		t.Fatal(err)
	}
	mustCopy(t, filepath.Dir(checkpointFile(t, o)), filepath.Join(opts.Dir+".partial", checkpointDir))
	restate(t, opts, func(st *state) { st.Network = "" }) // as if written before networks were named
	opts.Resume = true
	forgetEngines()
	if _, err := Run(t.Context(), goBackend(t), ds, exp, opts); err == nil {
		t.Fatal("it trained with weights of other shapes")
	} else {
		t.Log(err)
	}
	mustRun(t, ds, exp, options(t, ds)) // the engine that took them is not used again
}

// edit rewrites a file, or makes one.
func edit(t *testing.T, path string, change func([]byte) []byte) string {
	t.Helper()
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(old), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// restate changes the state of a checkpoint with a good checksum and returns the checkpoint.
func restate(t *testing.T, opts Options, change func(*state)) string {
	t.Helper()
	edit(t, checkpointFile(t, opts, stateFile), func(text []byte) []byte {
		var st state
		err := json.Unmarshal(text, &st)
		if err == nil {
			change(&st)
			st.Sum, err = st.sum()
		}
		if err == nil {
			text, err = json.Marshal(st)
		}
		if err != nil {
			t.Fatal(err)
		}
		return text
	})
	return checkpointFile(t, opts)
}

func TestUnwritableFolder(t *testing.T) {
	ds := generated(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, resume := range []bool{false, true} {
		opts := options(t, ds)
		opts.Dir, opts.Resume = filepath.Join(file, "below", "run"), resume
		_, err := Run(t.Context(), goBackend(t), ds, growing(ds), opts)
		if err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("resume %v: error %v, want one that names %s", resume, err, file)
		}
	}
}

// A folder that cannot be written any more while the run lasts: the run stops, and goes on when the fault is mended.
func TestCheckpointCannotBeWritten(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	opts := options(t, ds)
	blocked := filepath.Join(opts.Dir+".partial", checkpointDir)
	opts.Every = 1
	opts.OnStep = func(p Position) {
		if p.Epoch == 1 && p.Step == 1 {
			if err := os.WriteFile(blocked, nil, 0o644); err != nil {
				t.Error(err)
			}
		}
	}
	_, err := Run(t.Context(), goBackend(t), ds, exp, opts)
	if err == nil || !strings.Contains(err.Error(), "write the checkpoint") || !strings.Contains(err.Error(), blocked) {
		t.Fatalf("error %v", err)
	}
	if err := os.Remove(blocked); err != nil {
		t.Fatal(err)
	}
	opts.Resume, opts.OnStep = true, nil
	sameBytes(t, mustRun(t, ds, exp, options(t, ds)), mustRun(t, ds, exp, opts))
}

// Interrupted, and the checkpoint cannot be saved: both are said.
func TestInterruptedWithoutRoom(t *testing.T) {
	ds := generated(t)
	opts := options(t, ds)
	blocked := filepath.Join(opts.Dir+".partial", checkpointDir)
	opts.OnStep = func(p Position) {
		if p.Epoch == 1 && p.Step == 1 {
			if err := os.WriteFile(blocked, nil, 0o644); err != nil {
				t.Error(err)
			}
		}
	}
	ctx, cancel := contextAt(t, &opts, 1, 3)
	defer cancel()
	_, err := Run(ctx, goBackend(t), ds, growing(ds), opts)
	if !errors.Is(err, ctx.Err()) || !strings.Contains(err.Error(), "write the checkpoint") {
		t.Errorf("error %v", err)
	}
}

const fullDir = "AUG_TEST_FULL_DISK_RUN"

// TestFullDiskChild is not a test of its own: it is a process in which no file may become larger than 100 kB.
func TestFullDiskChild(t *testing.T) {
	dir := os.Getenv(fullDir)
	if dir == "" {
		t.Skip("only as a child of TestFullDisk")
	}
	signal.Ignore(syscall.SIGXFSZ)
	limit := syscall.Rlimit{Cur: 100_000, Max: 100_000}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	ds := generated(t)
	opts := options(t, ds)
	opts.Dir, opts.Every = dir, time.Nanosecond
	_, err := Run(t.Context(), goBackend(t), ds, growing(ds), opts)
	if err == nil {
		t.Fatal("it wrote 100 kB and more")
	}
	os.Stdout.WriteString("error: " + err.Error() + "\n")
}

func TestFullDisk(t *testing.T) {
	ds := generated(t)
	opts := options(t, ds)
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFullDiskChild$")
	child.Env = append(os.Environ(), fullDir+"="+opts.Dir)
	out, err := child.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "error: write the checkpoint: ") {
		t.Fatalf("%v: %s", err, out)
	}
	left, err := os.ReadDir(filepath.Join(opts.Dir+".partial", checkpointDir))
	if err != nil || len(left) != 0 {
		t.Errorf("half a checkpoint is left: %v, %v", left, err)
	}
	opts.Resume = true // with room again
	sameBytes(t, mustRun(t, ds, growing(ds), options(t, ds)), mustRun(t, ds, growing(ds), opts))
}

func TestExperimentIsValidated(t *testing.T) {
	ds := generated(t)
	opts := options(t, ds)
	if _, err := Run(t.Context(), goBackend(t), ds, experiment.Experiment{}, opts); err == nil || !strings.Contains(err.Error(), "experiment: data.name is missing") {
		t.Errorf("error %v", err)
	}
	nothingWritten(t, opts)
}
