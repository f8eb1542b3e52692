package runlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The files of a run folder, as the package comment lists them; files are all of them.
const (
	experimentFile  = "experiment.json"
	metaFile        = "meta.json"
	epochsFile      = "epochs.jsonl"
	timingFile      = "timing.jsonl"
	predictionsFile = "predictions.jsonl"
	resultFile      = "result.json"

	partialSuffix = ".partial"
	temporary     = ".tmp" // follows the name of a file that is being replaced
)

var files = []string{experimentFile, metaFile, epochsFile, timingFile, predictionsFile, resultFile}

// isTemporary reports whether replace gives such names.
func isTemporary(name string) bool {
	of, _, ok := strings.Cut(name, temporary)
	return ok && slices.Contains(files, of)
}

// line encodes v as one line of a .jsonl file. Maps come out sorted, so equal values give equal bytes.
func line(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, explain(err)
	}
	return append(raw, '\n'), nil
}

// document encodes v as an indented file.
func document(v any) ([]byte, error) {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, explain(err)
	}
	return append(raw, '\n'), nil
}

// explain says what encoding/json means by an unsupported value.
func explain(err error) error {
	if bad := (*json.UnsupportedValueError)(nil); errors.As(err, &bad) {
		return fmt.Errorf("a number is %s, training has diverged: lower the learning rate and train again (%w)", bad.Str, err)
	}
	return err
}

// replace writes a file so that a reader finds the old or the new content, never half of one.
func replace(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+temporary+"*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails once renamed, as it should
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a rename in the folder survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// lineEnds returns the offset after each complete line of data.
func lineEnds(data []byte) []int {
	var ends []int
	for at := 0; ; {
		n := bytes.IndexByte(data[at:], '\n')
		if n < 0 {
			return ends
		}
		at += n + 1
		ends = append(ends, at)
	}
}

// exists tells a missing path from one that cannot be looked at.
func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
