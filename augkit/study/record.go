package study

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
)

// Record is what is kept of a run to compare it: small enough to be shared by the hundred.
type Record struct {
	Block      string                `json:"block"`
	Variant    string                `json:"variant"`
	Experiment experiment.Experiment `json:"experiment"`
	Commit     string                `json:"commit,omitempty"`
	Backend    string                `json:"backend"`
	DataHash   string                `json:"data_hash"`
	Result     runlog.Result         `json:"result"`
	// Right holds, for "fused" (equal weights) and for each modality's branch, one character a test sample in the order
	// of the record: 1 where the answer is right.
	Right map[string]string `json:"right"`
	// Curve is the fused accuracy after every epoch on validation, and on test where the run read it.
	Curve []Point `json:"curve"`
}

// Point is one epoch of a curve.
type Point struct {
	Validation  float64        `json:"validation"`
	Test        float64        `json:"test,omitempty"`
	Classifiers map[string]int `json:"classifiers"`
}

// Run is the run as package report takes it: settings and result, without epochs and predictions.
func (r Record) Run() *runlog.Run {
	return &runlog.Run{Dir: r.Variant, Experiment: r.Experiment, Meta: runlog.Meta{Commit: r.Commit, Backend: r.Backend, DataHash: r.DataHash}, Result: &r.Result}
}

// Of is the record of a complete run.
func Of(job Job, run *runlog.Run) (Record, error) {
	if run.Result == nil {
		return Record{}, fmt.Errorf("%s is not complete; run the study again to go on", run.Dir)
	}
	backend, _, _ := strings.Cut(run.Meta.Backend, ":") // what follows names a file of this machine
	r := Record{Block: job.Block, Variant: job.Variant, Experiment: run.Experiment, Commit: run.Meta.Commit, Backend: backend,
		DataHash: run.Meta.DataHash, Result: *run.Result, Right: make(map[string]string)}
	modalities := run.Experiment.Data.Modalities
	right := make(map[string][]byte)
	for _, p := range run.Predictions {
		if p.Part != "test" {
			continue
		}
		fused := make([]float32, 0, len(p.Logits[modalities[0]]))
		for _, m := range modalities {
			logits := p.Logits[m]
			right[m] = append(right[m], mark(logits, p.Label))
			for k, x := range logits {
				if k == len(fused) {
					fused = append(fused, 0)
				}
				fused[k] += x
			}
		}
		right["fused"] = append(right["fused"], mark(fused, p.Label))
	}
	for name, marks := range right {
		r.Right[name] = string(marks)
	}
	for _, e := range run.Epochs {
		p := Point{Validation: e.Validation.Fused.Accuracy, Classifiers: e.Classifiers}
		if e.Test != nil {
			p.Test = e.Test.Fused.Accuracy
		}
		r.Curve = append(r.Curve, p)
	}
	return r, nil
}

// mark is 1 where the largest logit, of equal ones the first, is the label's.
func mark(logits []float32, label int) byte {
	best := 0
	for k, x := range logits {
		if x > logits[best] {
			best = k
		}
	}
	if best == label {
		return '1'
	}
	return '0'
}

// Known returns the record of each job that there is one of, with the same experiment, by [Job.Dir].
func Known(records []Record, jobs []Job) map[string]Record {
	at := make(map[string]Record, len(records))
	for _, r := range records {
		at[Job{r.Block, r.Variant, r.Experiment}.Dir()] = r
	}
	out := make(map[string]Record)
	for _, j := range jobs {
		if r, ok := at[j.Dir()]; ok && r.Experiment.Equal(j.Experiment) {
			out[j.Dir()] = r
		}
	}
	return out
}

// Collect makes the records of the jobs whose runs are complete below dir, takes those of the others from known, and says
// which are missing.
func Collect(dir string, jobs []Job, known map[string]Record) (records []Record, missing []string, err error) {
	for _, j := range jobs {
		at := filepath.Join(dir, filepath.FromSlash(j.Dir()))
		if _, err := os.Stat(at); errors.Is(err, os.ErrNotExist) {
			if r, ok := known[j.Dir()]; ok {
				records = append(records, r)
			} else {
				missing = append(missing, "missing: "+j.Dir())
			}
			continue
		}
		run, err := runlog.Open(at)
		if err != nil {
			return nil, nil, err
		}
		if difference := run.Experiment.Difference(j.Experiment); difference != "" {
			return nil, nil, fmt.Errorf("%s holds another experiment (%s); choose another folder or remove it", at, difference)
		}
		r, err := Of(j, run)
		if err != nil {
			return nil, nil, err
		}
		records = append(records, r)
	}
	return records, missing, nil
}

// Write saves records as gzipped JSON lines, under a temporary name first. The same records give the same bytes.
func Write(file string, records []Record) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(file), ".records-")
	if err != nil {
		return fmt.Errorf("write the records: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write the records: %w", errors.Join(err, tmp.Close(), os.Remove(tmp.Name())))
		}
	}()
	z, err := gzip.NewWriterLevel(tmp, gzip.BestCompression)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(z)
	for _, r := range records {
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	if err := errors.Join(z.Close(), tmp.Chmod(0o644), tmp.Sync()); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), file)
}

// maxRecord bounds one line of a file of records, in bytes.
const maxRecord = 4 << 20

// Read reads a file that Write made.
func Read(file string) ([]Record, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read the records: %w", err)
	}
	defer f.Close()
	records, err := decode(f)
	if err != nil {
		return nil, fmt.Errorf("read the records of %s: %w", file, err)
	}
	return records, nil
}

func decode(r io.Reader) ([]Record, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, maxRecord)
	var out []Record
	for lines.Scan() {
		var rec Record
		if err := json.Unmarshal(lines.Bytes(), &rec); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(out)+1, err)
		}
		out = append(out, rec)
	}
	return out, lines.Err()
}
