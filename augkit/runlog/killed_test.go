package runlog

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// put makes files in a new folder.
func put(t *testing.T, dir string, names ...string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{}\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// What a process can leave that is killed while it begins is begun again; what it cannot have left is not touched.
func TestKilledBeforeItWasBegun(t *testing.T) {
	for _, test := range []struct {
		name  string
		files []string
		begun bool
	}{
		{"no file", nil, false},
		{"half a file", []string{experimentFile + temporary + "123"}, false},
		{"one of two", []string{metaFile}, false},
		{"no epochs", []string{experimentFile, metaFile, epochsFile + temporary + "4"}, false},
		{"something else", []string{"notes.txt"}, true},
		{"a result", []string{experimentFile, resultFile}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			put(t, dir+partialSuffix, test.files...)
			if _, _, err := Resume(dir, exp); err == nil || errors.Is(err, ErrNotBegun) == test.begun {
				t.Errorf("Resume: %v", err)
			}
			w, err := Create(dir, exp, meta)
			if test.begun {
				wantError(t, err, dir+".partial exists")
				if left, _ := os.ReadDir(dir + partialSuffix); len(left) != len(test.files) {
					t.Errorf("left of %v: %v", test.files, left)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			appendEpochs(t, w, 1, 3)
			if err := w.Finish(predictions, result); err != nil {
				t.Fatal(err)
			}
			if left, _ := os.ReadDir(dir); len(left) != len(files) {
				t.Errorf("the run holds %v", left)
			}
		})
	}
}

// A process that is killed while it replaces a file leaves a temporary one, which is nobody's.
func TestResumeClearsHalfWrittenFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	create(t, dir, 3).Close()
	put(t, dir+partialSuffix, predictionsFile+temporary+"123", resultFile+temporary+"4", "notes.tmp")
	w, last, err := Resume(dir, exp)
	if err != nil || last != 3 {
		t.Fatal(last, err)
	}
	if err := w.Finish(predictions, result); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != len(files)+1 {
		t.Errorf("the run holds %v, %v; want its %d files and notes.tmp", left, err, len(files))
	}
}

// Killed between the result and the name: the run can be sealed, without what it needed only to be resumed.
func TestSeal(t *testing.T) {
	root := t.TempDir()
	whole, dir := filepath.Join(root, "whole"), filepath.Join(root, "killed")
	for _, d := range []string{whole, dir} {
		w := create(t, d, 3)
		put(t, filepath.Join(w.Dir(), "checkpoint"), "state.json")
		put(t, filepath.Join(w.Dir(), "weights"), "all.bin")
		if err := w.Finish(predictions, result, "checkpoint"); err != nil {
			t.Fatal(err)
		}
		wantError(t, w.Seal("checkpoint"), "never overwritten")
	}
	if err := os.Rename(dir, dir+partialSuffix); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir+partialSuffix, "checkpoint"), "state.json")
	w, last, err := Resume(dir, exp)
	if err != nil || last != 3 {
		t.Fatal(last, err)
	}
	if err := w.Seal("checkpoint"); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{whole, dir} {
		if left, err := os.ReadDir(d); err != nil || len(left) != len(files)+1 {
			t.Errorf("%s holds %v, %v; want its %d files and weights", d, left, err, len(files))
		}
	}
}
