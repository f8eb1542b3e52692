package mapped

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestOpen(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	for _, content := range []string{"", "a", "the content of a file"} {
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		f, err := Open(name)
		if err != nil || string(f.Bytes) != content {
			t.Errorf("%q: %q, %v", content, f.Bytes, err)
		}
	}
	if _, err := Open(name + "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := Open(t.TempDir()); err == nil {
		t.Error("a folder was mapped")
	}
}

// What is put in the place of the file leaves an open File as it was.
func TestReplaced(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name+".tmp", []byte("newer"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+".tmp", name); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	if string(f.Bytes) != "old" {
		t.Errorf("it reads %q now", f.Bytes)
	}
	runtime.KeepAlive(f)
}
