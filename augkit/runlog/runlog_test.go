package runlog

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/metric"
	"github.com/google/go-cmp/cmp"
)

var exp = experiment.Experiment{
	Name:   "generated",
	Data:   experiment.Data{Name: "watch7", Modalities: []string{"accelerometer", "gyroscope"}},
	Method: experiment.Method{Name: "aug", Lambda: 0.33},
	Train:  experiment.Train{Epochs: 3, Batch: 8, Seed: 1},
}

var meta = Meta{Started: "2026-01-02T03:04:05Z", Backend: "none", Machine: "generated", Classes: []string{"a", "b"}}

func epoch(n int) Epoch {
	part := PartRecord{
		Fused:  Score(metric.Score{Accuracy: 0.5, Loss: 1 / float64(n)}), // the two types must stay convertible
		Branch: map[string]Score{"gyroscope": {Accuracy: 0.25}, "accelerometer": {Accuracy: 0.5}},
	}
	return Epoch{Epoch: n, TrainingLoss: map[string]float64{"gyroscope": 1.5, "accelerometer": 0.1 * float64(n)},
		Classifiers: map[string]int{"gyroscope": n, "accelerometer": 1}, Train: part, Validation: part, Best: n == 2}
}

func timing(n int) Timing { return Timing{Epoch: n, TrainSec: float64(n)} }

var (
	predictions = []Prediction{
		{ID: "s1", Part: "test", Label: 1, Logits: map[string][]float32{"gyroscope": {0.1, 0.2}, "accelerometer": {-1, 3}}},
		{ID: "s2", Part: "validation", Logits: map[string][]float32{"gyroscope": {1, 2}, "accelerometer": {0, 0}}},
	}
	result = Result{Protocol: "honest", Epoch: 2, Epochs: 3, Classifiers: map[string]int{"gyroscope": 2}, TestSize: 1, TrainSize: 5}
)

func create(t *testing.T, dir string, epochs int) *Writer {
	t.Helper()
	w, err := Create(dir, exp, meta)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	appendEpochs(t, w, 1, epochs)
	return w
}

func appendEpochs(t *testing.T, w *Writer, from, to int) {
	t.Helper()
	for n := from; n <= to; n++ {
		if err := w.AppendEpoch(epoch(n), timing(n)); err != nil {
			t.Fatal(err)
		}
	}
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if err == nil || !strings.Contains(err.Error(), p) {
			t.Errorf("error %v, want one with %q", err, p)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "study", "run")
	w := create(t, dir, 3)
	if w.Dir() != dir+".partial" {
		t.Errorf("while it runs the folder is %s", w.Dir())
	}
	running, err := Open(dir)
	if err != nil || running.Result != nil || len(running.Epochs) != 3 {
		t.Fatalf("open while it runs: %+v, %v", running, err)
	}
	if err := w.Finish(predictions, result); err != nil {
		t.Fatal(err)
	}
	if w.Dir() != dir {
		t.Errorf("after Finish the folder is %s", w.Dir())
	}
	got, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := &Run{Dir: dir, Experiment: exp, Meta: meta, Epochs: []Epoch{epoch(1), epoch(2), epoch(3)},
		Timings: []Timing{timing(1), timing(2), timing(3)}, Predictions: predictions, Result: &result}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("read back (-want +got):\n%s", d)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 6 {
		t.Errorf("files left: %v", entries)
	}
	wantError(t, w.AppendEpoch(epoch(4), timing(4)), "closed")
	wantError(t, w.TruncateEpochs(1), "complete")
	wantError(t, w.Finish(nil, result), "never overwritten")
}

func TestNeverOverwrites(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	w := create(t, dir, 1)
	_, err := Create(dir, exp, meta)
	wantError(t, err, dir+".partial is being trained at this moment")
	_, _, err = Resume(dir, exp)
	wantError(t, err, dir+".partial is being trained at this moment")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Create(dir, exp, meta)
	wantError(t, err, dir+".partial exists", "resume it, remove it")
	if w, _, err = Resume(dir, exp); err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(nil, result); err != nil {
		t.Fatal(err)
	}
	_, err = Create(dir, exp, meta)
	wantError(t, err, dir+" exists", "choose another --out or remove it")
	_, _, err = Resume(dir, exp)
	wantError(t, err, dir+" exists")
}

func TestResumeWritesTheSameBytes(t *testing.T) {
	root := t.TempDir()
	whole := create(t, filepath.Join(root, "whole"), 3)
	dir := filepath.Join(root, "broken")
	w := create(t, dir, 2)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	// A power cut: epoch 3 is half written, its timing is not.
	f, err := os.OpenFile(filepath.Join(w.Dir(), epochsFile), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString(`{"epoch":3,"lear`)
	f.Close()

	w, last, err := Resume(dir, exp)
	if err != nil || last != 2 {
		t.Fatalf("Resume: epoch %d, %v", last, err)
	}
	defer w.Close()
	appendEpochs(t, w, 3, 3)
	if err := w.TruncateEpochs(1); err != nil {
		t.Fatal(err)
	}
	wantError(t, w.TruncateEpochs(2), "2 epochs asked, 1 recorded")
	wantError(t, w.AppendEpoch(epoch(3), timing(3)), "epoch 2 is due")
	appendEpochs(t, w, 2, 3)
	for _, name := range []string{experimentFile, metaFile, epochsFile, timingFile} {
		a, errA := os.ReadFile(filepath.Join(whole.Dir(), name))
		b, errB := os.ReadFile(filepath.Join(w.Dir(), name))
		if errA != nil || errB != nil || string(a) != string(b) {
			t.Errorf("%s differs after resuming: %v %v\n%s\n%s", name, errA, errB, a, b)
		}
	}
}

func TestResumeRefusesAnotherExperiment(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	_, _, err := Resume(dir, exp)
	wantError(t, err, "is there a run to resume?")
	create(t, dir, 1).Close()
	other := exp
	other.Method.Lambda = 0.5
	other.Data.Settings = map[string]string{"window": "2"}
	_, _, err = Resume(dir, other)
	wantError(t, err, "method.lambda: 0.33, now 0.5", "data.settings.window: unset, now 2")
}

func TestRefusesNaN(t *testing.T) {
	w := create(t, filepath.Join(t.TempDir(), "run"), 1)
	bad := epoch(2)
	bad.Train.Gap = math.NaN()
	wantError(t, w.AppendEpoch(bad, timing(2)), "epoch 2", "NaN", "diverged")
	appendEpochs(t, w, 2, 2) // nothing was written, so the good one still fits
	inf := []Prediction{{ID: "s9", Logits: map[string][]float32{"gyroscope": {float32(math.Inf(-1))}}}}
	wantError(t, w.Finish(inf, result), "s9", "-Inf")
}

func TestDamageIsNamedByLine(t *testing.T) {
	for _, c := range []struct{ name, file, from, to, want string }{
		{"cut off", epochsFile, "\"best\":false}\n", "", "epochs.jsonl:3: the last line is cut off"},
		{"not JSON", epochsFile, `{"epoch":2,`, `{"epoch":2`, "epochs.jsonl:2: invalid character"},
		{"order", epochsFile, `{"epoch":2,`, `{"epoch":7,`, "epochs.jsonl:2: epoch 7 where epoch 2 is due"},
		{"kind", predictionsFile, `"label":1`, `"label":"x"`, "predictions.jsonl:1: json: cannot unmarshal string"},
		{"document", resultFile, `"epoch": 2,`, `"epoch": 2`, "result.json:4: invalid character"},
		{"empty line", timingFile, "\n", "\n\n", "timing.jsonl:2: unexpected end"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			if err := create(t, dir, 3).Finish(predictions, result); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, c.file)
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			at := strings.Index(string(raw), c.from)
			if c.name == "cut off" {
				at = strings.LastIndex(string(raw), c.from)
			}
			text := string(raw[:at]) + c.to + string(raw[at+len(c.from):])
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err = Open(dir)
			wantError(t, err, c.want)
		})
	}
	_, err := Open(filepath.Join(t.TempDir(), "none"))
	wantError(t, err, "no run in", "train it first")
}

func TestList(t *testing.T) {
	root := t.TempDir()
	if err := create(t, filepath.Join(root, "study", "b"), 1).Finish(predictions, result); err != nil {
		t.Fatal(err)
	}
	create(t, filepath.Join(root, "a"), 2)
	bad := create(t, filepath.Join(root, "c"), 1)
	if err := os.WriteFile(filepath.Join(bad.Dir(), metaFile), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	runs, err := List(root)
	wantError(t, err, filepath.Join("c.partial", "meta.json:1"))
	if len(runs) != 2 || runs[0].Result != nil || len(runs[0].Epochs) != 2 || runs[1].Result == nil || runs[1].Predictions != nil {
		t.Errorf("List = %+v", runs)
	}
	_, err = List(filepath.Join(root, "none"))
	wantError(t, err, "none")
}

func TestUnwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Create(filepath.Join(file, "deep", "run"), exp, meta)
	wantError(t, err, "not a directory")

	if os.Geteuid() == 0 {
		t.Skip("root may write anywhere")
	}
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(closed, 0o555); err != nil {
		t.Fatal(err)
	}
	_, err = Create(filepath.Join(closed, "run"), exp, meta)
	wantError(t, err, "permission denied", "choose another --out")
}

func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	dir := filepath.Join(t.TempDir(), "run")
	w := create(t, dir, 1)
	w.epochs.Close()
	w.epochs = full
	wantError(t, w.AppendEpoch(epoch(2), timing(2)), "no space left", "resume the run")
	wantError(t, w.AppendEpoch(epoch(2), timing(2)), "no space left")
	w.Close()
	w, last, err := Resume(dir, exp)
	if err != nil || last != 1 {
		t.Fatalf("Resume: epoch %d, %v", last, err)
	}
	defer w.Close()
	appendEpochs(t, w, 2, 2)
}
