package runlog

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Open reads a run with its predictions: the complete one in dir, or else the one that still runs in <dir>.partial.
// Errors name the file and the line. The last line of a run that is not complete may be half written and is left out.
func Open(dir string) (*Run, error) {
	dir = filepath.Clean(dir)
	there, err := exists(dir)
	if err != nil {
		return nil, fmt.Errorf("runlog: open: %w", err)
	}
	if !there {
		if there, _ = exists(dir + partialSuffix); !there {
			return nil, fmt.Errorf("runlog: open: no run in %s: check the path, or train it first", dir)
		}
		dir += partialSuffix
	}
	run, err := open(dir, true)
	if err != nil {
		return nil, fmt.Errorf("runlog: open: %w", err)
	}
	return run, nil
}

// List reads all runs below root, complete or not, without their predictions, in the order of their paths. A run that
// cannot be read is left out and its error joined to the others; the runs returned with an error are good.
func List(root string) ([]*Run, error) {
	var runs []*Run
	var bad []error
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() {
			return nil
		}
		is, err := exists(filepath.Join(path, experimentFile))
		if err != nil || !is {
			return err
		}
		run, err := open(path, false)
		if err != nil {
			bad = append(bad, fmt.Errorf("runlog: list: %w", err))
		} else {
			runs = append(runs, run)
		}
		return fs.SkipDir // a run holds no runs
	})
	if err != nil {
		return nil, fmt.Errorf("runlog: list: %w", err)
	}
	return runs, errors.Join(bad...)
}

// open reads the folder as it is.
func open(dir string, predictions bool) (*Run, error) {
	run := &Run{Dir: dir}
	if err := readDocument(filepath.Join(dir, experimentFile), &run.Experiment); err != nil {
		return nil, err
	}
	if err := readDocument(filepath.Join(dir, metaFile), &run.Meta); err != nil {
		return nil, err
	}
	partial := strings.HasSuffix(dir, partialSuffix)
	var err error
	if run.Epochs, err = readLines[Epoch](filepath.Join(dir, epochsFile), partial); err != nil {
		return nil, err
	}
	for i, e := range run.Epochs {
		if e.Epoch != i+1 {
			return nil, fmt.Errorf("%s:%d: epoch %d where epoch %d is due", filepath.Join(dir, epochsFile), i+1, e.Epoch, i+1)
		}
	}
	// Timings are not needed to reproduce a number, so a record may be passed on without them.
	run.Timings, err = readLines[Timing](filepath.Join(dir, timingFile), partial)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var result Result
	switch err := readDocument(filepath.Join(dir, resultFile), &result); {
	case err == nil:
		run.Result = &result
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	case !partial:
		return nil, fmt.Errorf("%w: the run is not complete, yet its folder does not end in %s", err, partialSuffix)
	}
	if predictions && run.Result != nil {
		if run.Predictions, err = readLines[Prediction](filepath.Join(dir, predictionsFile), false); err != nil {
			return nil, err
		}
	}
	return run, nil
}

// readDocument decodes one JSON file; a fault in it is reported with its line.
func readDocument(path string, v any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("%s:%d: %w", path, 1+strings.Count(string(raw[:faultAt(err, len(raw))]), "\n"), err)
	}
	return nil
}

// faultAt is the offset that a JSON error points to, or the end where it names none.
func faultAt(err error, end int) int {
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		end = min(end, int(syntax.Offset))
	}
	if kind := (*json.UnmarshalTypeError)(nil); errors.As(err, &kind) {
		end = min(end, int(kind.Offset))
	}
	return max(end, 0)
}

func readLines[T any](path string, torn bool) ([]T, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return decodeLines[T](path, raw, torn)
}

// decodeLines decodes one T a line. Where torn is set, an end without newline is half a line and left out.
func decodeLines[T any](path string, raw []byte, torn bool) ([]T, error) {
	var out []T
	start := 0
	for i, end := range lineEnds(raw) {
		var v T
		if err := json.Unmarshal(raw[start:end], &v); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, i+1, err)
		}
		out = append(out, v)
		start = end
	}
	if start < len(raw) && !torn {
		return nil, fmt.Errorf("%s:%d: the last line is cut off: the file is damaged, take it from a copy or train again", path, len(out)+1)
	}
	return out, nil
}
