package wholefile

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "deep", "cache")
	words := func(text string, err error) func(io.Writer) error {
		return func(w io.Writer) error {
			io.WriteString(w, text)
			return err
		}
	}
	if err := Write(t.Context(), "set", name, words("whole", nil)); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("no more")
	if err := Write(t.Context(), "set", name, words("ha", broken)); !errors.Is(err, broken) {
		t.Errorf("a write that fails: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Write(ended, "set", name, words("late", nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("a write after the end: %v", err)
	}
	if text, err := os.ReadFile(name); err != nil || string(text) != "whole" {
		t.Errorf("the file holds %q, %v", text, err)
	}
	entries, err := os.ReadDir(filepath.Dir(name))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside it: %v, %v", entries, err)
	}
	err = Write(t.Context(), "set", filepath.Join(name, "below a file"), words("", nil))
	if err == nil || !strings.HasPrefix(err.Error(), "set: make the cache folder") {
		t.Errorf("error %v", err)
	}
}
