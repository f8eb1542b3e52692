package runlog

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/augkit/aug/augkit/experiment"
)

// Writer records one run while it lasts, in <dir>.partial. It is for one goroutine of one process: another Writer is
// refused until this one is closed or its process ends.
type Writer struct {
	final   string
	partial string
	lock    *os.File
	epochs  *os.File
	timing  *os.File
	last    int   // epochs written
	failed  error // of an append: what follows could be glued to half a line
}

// Create starts a run that will be found in dir, with its parents made as needed. It never overwrites: it is an error
// when dir or <dir>.partial is there, unless the latter is [ErrNotBegun].
func Create(dir string, exp experiment.Experiment, meta Meta) (*Writer, error) {
	w := newWriter(dir)
	if err := w.refuseComplete(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(w.final), 0o755); err != nil {
		return nil, fmt.Errorf("runlog: create run: %w: choose another --out", err)
	}
	if err := os.Mkdir(w.partial, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("runlog: create run: %w: choose another --out that can be written", err)
	}
	if err := w.take(); err != nil {
		return nil, fmt.Errorf("runlog: create run: %w", err)
	}
	if !w.notBegun() {
		w.Close()
		return nil, fmt.Errorf("runlog: create run: %s exists, from a run that was interrupted: resume it, remove it or choose another --out", w.partial)
	}
	if err := w.begin(exp, meta); err != nil {
		// The folder is ours and holds nothing worth keeping.
		return nil, errors.Join(fmt.Errorf("runlog: create run: %w", err), os.RemoveAll(w.partial), w.Close())
	}
	return w, nil
}

// ErrNotBegun says that a process was killed after it had made the folder of a run and before it had begun the run.
// There is nothing to resume, and Create takes the folder.
var ErrNotBegun = errors.New("the run was not begun")

// Resume reopens <dir>.partial of the same experiment and returns the last epoch recorded in both files, 0 if none.
// What follows it, such as half a line of an interrupted write, is dropped. It is an error when the run is complete,
// was never started ([ErrNotBegun] where there is its folder), or has another experiment; the error names the keys that
// differ.
func Resume(dir string, exp experiment.Experiment) (*Writer, int, error) {
	w := newWriter(dir)
	if err := w.refuseComplete(); err != nil {
		return nil, 0, err
	}
	if err := w.take(); errors.Is(err, os.ErrNotExist) {
		return nil, 0, fmt.Errorf("runlog: resume: %w: is there a run to resume?", err)
	} else if err != nil {
		return nil, 0, fmt.Errorf("runlog: resume: %w", err)
	}
	last, err := w.resume(exp)
	if err != nil {
		w.Close()
		return nil, 0, err
	}
	return w, last, nil
}

func (w *Writer) resume(exp experiment.Experiment) (int, error) {
	if w.notBegun() {
		return 0, fmt.Errorf("runlog: resume: %s: %w", w.partial, ErrNotBegun)
	}
	run, err := open(w.partial, false)
	if errors.Is(err, os.ErrNotExist) {
		return 0, fmt.Errorf("runlog: resume: %w; %s holds no run, remove it to start over", err, w.partial)
	}
	if err != nil {
		return 0, fmt.Errorf("runlog: resume: %w", err)
	}
	if differ := run.Experiment.Difference(exp); differ != "" {
		return 0, fmt.Errorf("runlog: resume: %s holds another experiment: %s: resume with the same settings or choose another --out",
			w.partial, differ)
	}
	w.last = min(len(run.Epochs), len(run.Timings))
	if err := w.keep(w.last); err != nil {
		return 0, fmt.Errorf("runlog: resume: %w", err)
	}
	return w.last, nil
}

// Dir is the folder that the run is in now: <dir>.partial, and dir after Finish. A trainer keeps its checkpoint/ and
// weights/ there.
func (w *Writer) Dir() string {
	if w.partial == "" {
		return w.final
	}
	return w.partial
}

// AppendEpoch adds one line to each of epochs.jsonl and timing.jsonl and waits until both are on disk. Epochs come in
// order from 1. A NaN or an infinite number is an error, and then nothing is written. After a failed write the Writer
// takes no more: Resume repairs the files.
func (w *Writer) AppendEpoch(e Epoch, t Timing) error {
	if w.failed != nil {
		return w.failed
	}
	if e.Epoch != w.last+1 || t.Epoch != e.Epoch {
		return fmt.Errorf("runlog: append: epoch %d with the timing of epoch %d, where epoch %d is due: truncate to the epoch of the checkpoint first",
			e.Epoch, t.Epoch, w.last+1)
	}
	el, err := line(e)
	if err != nil {
		return fmt.Errorf("runlog: append: epoch %d: %w", e.Epoch, err)
	}
	tl, err := line(t)
	if err != nil {
		return fmt.Errorf("runlog: append: timing of epoch %d: %w", e.Epoch, err)
	}
	// The timing first: a line of epochs.jsonl then never lacks its timing.
	if err := errors.Join(appendSynced(w.timing, tl), appendSynced(w.epochs, el)); err != nil {
		w.failed = fmt.Errorf("runlog: append: epoch %d: %w: free some space, then resume the run", e.Epoch, err)
		return w.failed
	}
	w.last++
	return nil
}

// TruncateEpochs drops what was recorded after epoch n, so that training can go on from an older checkpoint and write
// the same lines again. Each of the two files is replaced as a whole.
func (w *Writer) TruncateEpochs(n int) error {
	if w.partial == "" {
		return fmt.Errorf("runlog: truncate: the run in %s is complete and stays as it is", w.final)
	}
	if n < 0 || n > w.last {
		return fmt.Errorf("runlog: truncate: %d epochs asked, %d recorded in %s: is the checkpoint from another run?", n, w.last, w.partial)
	}
	if err := w.closeFiles(); err != nil {
		return fmt.Errorf("runlog: truncate: %w", err)
	}
	if err := w.keep(n); err != nil {
		return fmt.Errorf("runlog: truncate: %w", err)
	}
	w.last = n
	return nil
}

// Finish writes predictions.jsonl and result.json and then does what [Writer.Seal] does. A run that Finish could not
// rename is finished by a second call.
func (w *Writer) Finish(predictions []Prediction, result Result, drop ...string) error {
	var lines bytes.Buffer
	for _, p := range predictions {
		l, err := line(p)
		if err != nil {
			return fmt.Errorf("runlog: finish: prediction for %s: %w", p.ID, err)
		}
		lines.Write(l)
	}
	doc, err := document(result)
	if err != nil {
		return fmt.Errorf("runlog: finish: result: %w", err)
	}
	if err := w.refuseComplete(); err != nil { // before anything is written
		return err
	}
	if err := replace(filepath.Join(w.partial, predictionsFile), lines.Bytes()); err != nil {
		return fmt.Errorf("runlog: finish: %w", err)
	}
	if err := replace(filepath.Join(w.partial, resultFile), doc); err != nil {
		return fmt.Errorf("runlog: finish: %w", err)
	}
	return w.Seal(drop...)
}

// Seal closes a run whose result is written, removes what the folder holds of the given names, and renames it. Other
// files in it are kept. The names are of what only a run in progress needs, such as its checkpoints: a process that is
// killed in between leaves a run that can be sealed, and one that is killed after it leaves nothing to remove.
func (w *Writer) Seal(drop ...string) error {
	if err := w.refuseComplete(); err != nil {
		return err
	}
	if err := w.closeFiles(); err != nil {
		return fmt.Errorf("runlog: finish: %w", err)
	}
	for _, name := range drop {
		if err := os.RemoveAll(filepath.Join(w.partial, name)); err != nil {
			return fmt.Errorf("runlog: finish: %w", err)
		}
	}
	if err := os.Rename(w.partial, w.final); err != nil {
		return fmt.Errorf("runlog: finish: %w", err)
	}
	w.partial = ""
	return errors.Join(syncDir(filepath.Dir(w.final)), w.Close())
}

// Close closes the files and leaves the run to be resumed. After Finish it does nothing.
func (w *Writer) Close() error {
	err := errors.Join(w.closeFiles(), closeFile(w.lock))
	w.lock = nil
	return err
}

func (w *Writer) closeFiles() error {
	err := errors.Join(closeFile(w.epochs), closeFile(w.timing))
	w.epochs, w.timing = nil, nil
	return err
}

func newWriter(dir string) *Writer {
	dir = filepath.Clean(dir)
	return &Writer{final: dir, partial: dir + partialSuffix}
}

func (w *Writer) refuseComplete() error {
	there, err := exists(w.final)
	if err != nil {
		return fmt.Errorf("runlog: %w", err)
	}
	if there {
		return fmt.Errorf("runlog: %s exists and a run is never overwritten: choose another --out or remove it", w.final)
	}
	return nil
}

// take locks the folder before anything in it is read or written, and clears away what a killed process has not renamed.
func (w *Writer) take() (err error) {
	if w.lock, err = lock(w.partial); err != nil {
		return err
	}
	// The one who had the lock may have finished the run, whose folder is then the one that we hold.
	if err := w.refuseComplete(); err != nil {
		return errors.Join(err, w.Close())
	}
	entries, err := os.ReadDir(w.partial)
	for _, e := range entries {
		if isTemporary(e.Name()) {
			err = errors.Join(err, os.Remove(filepath.Join(w.partial, e.Name())))
		}
	}
	if err != nil {
		return errors.Join(err, w.Close())
	}
	return nil
}

// notBegun reports whether the folder holds no more than begin leaves if it does not come to its last step.
func (w *Writer) notBegun() bool {
	entries, err := os.ReadDir(w.partial)
	for _, e := range entries {
		if e.Name() != experimentFile && e.Name() != metaFile {
			return false
		}
	}
	return err == nil
}

// begin writes the two files that a run starts with and opens the two that grow.
func (w *Writer) begin(exp experiment.Experiment, meta Meta) error {
	for name, v := range map[string]any{experimentFile: exp, metaFile: meta} {
		doc, err := document(v)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := replace(filepath.Join(w.partial, name), doc); err != nil {
			return err
		}
	}
	return w.keep(0)
}

// keep replaces both growing files by their first n lines and opens them for more.
func (w *Writer) keep(n int) error {
	for _, f := range []struct {
		name string
		file **os.File
	}{{epochsFile, &w.epochs}, {timingFile, &w.timing}} {
		path := filepath.Join(w.partial, f.name)
		data, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		end := 0
		if n > 0 {
			end = lineEnds(data)[n-1]
		}
		if err := replace(path, data[:end]); err != nil {
			return err
		}
		if *f.file, err = os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func appendSynced(f *os.File, line []byte) error {
	if f == nil {
		return errors.New("the record is closed")
	}
	if _, err := f.Write(line); err != nil {
		return err
	}
	return f.Sync()
}

func closeFile(f *os.File) error {
	if f == nil {
		return nil
	}
	return f.Close()
}
