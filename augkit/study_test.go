package augkit_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/train"
)

// The pure-Go backend prepares these graphs much faster than XLA compiles them.
func TestMain(m *testing.M) {
	if os.Getenv("GOMLX_BACKEND") == "" {
		os.Setenv("GOMLX_BACKEND", "go")
	}
	os.Exit(m.Run())
}

// oneEpoch is watch7 with a single epoch.
func oneEpoch(t *testing.T) experiment.Experiment {
	t.Helper()
	exp, err := experiment.Default("watch7")
	if err != nil {
		t.Fatal(err)
	}
	exp.Train.Epochs = 1
	return exp
}

func wantError(t *testing.T, err error, want ...string) {
	t.Helper()
	for _, w := range want {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("error %v, want one with %q", err, w)
		}
	}
}

func TestStudyValidate(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*augkit.Study)
		want   string // empty: valid
	}{
		{"good", func(*augkit.Study) {}, ""},
		{"no method", func(s *augkit.Study) { s.Methods = nil }, "the study has no runs"},
		{"no split", func(s *augkit.Study) { s.Splits = nil }, "the study has no runs"},
		{"no seed", func(s *augkit.Study) { s.Seeds = nil }, "the study has no runs"},
		{"no such method", func(s *augkit.Study) { s.Methods = []string{"aug", "magic"} }, `no method "magic"; use one of aug, control, joint, gb, sustained, alone, late`},
		{"a method twice", func(s *augkit.Study) { s.Methods = []string{"aug", "control", "aug"} }, "is named twice"},
		{"a split twice", func(s *augkit.Study) { s.Splits = []int{1, 1} }, "split1-seed0 is named twice"},
		{"a seed twice", func(s *augkit.Study) { s.Seeds = []int64{5, 5} }, "split0-seed5 is named twice"},
		{"no such data set", func(s *augkit.Study) { s.Base.Data.Name = "smells" }, `no data set "smells"`},
		{"no such modality", func(s *augkit.Study) { s.Base.Data.Modalities = []string{"gyroscope", "smell"} }, `watch7 has no modality "smell"; it has accelerometer, gyroscope`},
		{"a modality twice", func(s *augkit.Study) { s.Base.Data.Modalities = []string{"gyroscope", "gyroscope"} }, "names gyroscope twice"},
		{"no such split", func(s *augkit.Study) { s.Splits = []int{0, 10} }, "no split 10; use 0 to 9"},
		{"no such setting", func(s *augkit.Study) { s.Base.Data.Settings = map[string]string{"text": "name"} }, `no setting "text"`},
		{"an encoder for another modality", func(s *augkit.Study) { s.Base.Encoders = map[string]string{"smell": "mlp"} }, "encoders.smell: data set watch7 has no such modality"},
		{"an encoder for another kind", func(s *augkit.Study) { s.Base.Encoders = map[string]string{"gyroscope": "resnet18"} }, `encoders.gyroscope: there is no encoder "resnet18"`},
		{"the default encoder", func(s *augkit.Study) { s.Base.Encoders = map[string]string{"gyroscope": ""} }, ""},
		{"no such optimizer", func(s *augkit.Study) { s.Base.Train.Optimizer.Name = "lion" }, `no optimizer "lion"`},
		{"lambda", func(s *augkit.Study) { s.Base.Method.Lambda = 2 }, "method.lambda is 2"},
		{"epochs", func(s *augkit.Study) { s.Base.Train.Epochs = 0 }, "train.epochs is 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "study")
			s := augkit.Study{Base: oneEpoch(t), Methods: []string{"aug"}, Splits: []int{0}, Seeds: []int64{0}, Dir: dir}
			test.change(&s)
			err := s.Validate()
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantError(t, err, test.want)
			if _, runErr := s.Run(t.Context()); runErr == nil || runErr.Error() != err.Error() {
				t.Errorf("Run says %v, Validate %v", runErr, err)
			}
			if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
				t.Error("a study that is not valid made its folder")
			}
		})
	}
}

// A study that is interrupted in its second run, taken up again, and then enlarged.
func TestStudy(t *testing.T) {
	dir := t.TempDir()
	s := augkit.Study{Base: oneEpoch(t), Methods: []string{"late", "alone"}, Splits: []int{3}, Seeds: []int64{0, 7}, Dir: dir}
	ctx, cancel := context.WithCancel(t.Context())
	s.OnStep = func(exp experiment.Experiment, p train.Position) {
		if exp.Train.Seed == 7 && p.Step == 5 {
			cancel()
		}
	}
	var seen []string
	s.OnRun = func(done, total int, run *runlog.Run) { seen = append(seen, fmt.Sprintf("%d/%d", done, total)) }
	_, err := s.Run(ctx)
	wantError(t, err, "watch7-alone-accelerometer, split 3, seed 7", "stopped after epoch 0, step 5")
	if !errors.Is(err, context.Canceled) || !slices.Equal(seen, []string{"1/6"}) {
		t.Fatalf("interrupted: %v after runs %v", err, seen)
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "*", "*")); len(found) != 2 {
		t.Errorf("an interrupted study begins no more runs, but there are %v", found)
	}

	steps := make(map[string]int)
	s.OnStep = func(exp experiment.Experiment, _ train.Position) { steps[fmt.Sprint(exp.Name, exp.Train.Seed)]++ }
	epochs := 0
	s.OnEpoch = func(_ experiment.Experiment, e runlog.Epoch, _ runlog.Timing) { epochs += e.Epoch }
	seen = nil
	runs, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"1/6", "2/6", "3/6", "4/6", "5/6", "6/6"}; !slices.Equal(seen, want) {
		t.Errorf("runs were counted %v, want %v", seen, want)
	}
	if whole := steps["watch7-alone-gyroscope0"]; steps["watch7-alone-accelerometer7"] != whole-5 || steps["watch7-alone-accelerometer0"] != 0 || whole < 10 {
		t.Errorf("optimizer steps %v: the finished run needs none, the interrupted one five less", steps)
	}
	if epochs != 3 {
		t.Errorf("%d epochs were reported, want 3", epochs)
	}
	var got []string
	for _, run := range runs {
		rel, err := filepath.Rel(dir, run.Dir)
		if err != nil {
			t.Fatal(err)
		}
		e := run.Experiment
		got = append(got, fmt.Sprintf("%s %s %s %d", rel, e.Name, e.Method.Name, len(e.Data.Modalities)))
	}
	want := []string{
		"late/split3-seed0 watch7-late late 2", "late/split3-seed7 watch7-late late 2",
		"alone-accelerometer/split3-seed0 watch7-alone-accelerometer alone 1", "alone-accelerometer/split3-seed7 watch7-alone-accelerometer alone 1",
		"alone-gyroscope/split3-seed0 watch7-alone-gyroscope alone 1", "alone-gyroscope/split3-seed7 watch7-alone-gyroscope alone 1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("runs\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}

	clear(steps)
	s.Methods, s.Workers = []string{"late", "alone", "control"}, 2
	s.OnStep = nil
	larger, err := s.Run(t.Context())
	if err != nil || len(larger) != 8 {
		t.Fatalf("enlarged: %d runs, %v", len(larger), err)
	}
	for i, run := range runs {
		if larger[i].Meta.Started != run.Meta.Started || !reflect.DeepEqual(larger[i].Result, run.Result) {
			t.Errorf("%s was trained again", run.Dir)
		}
	}
}

func TestTrainFindsWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	exp := oneEpoch(t)
	opts := train.Options{Dir: filepath.Join(dir, "run")}
	ctx, cancel := context.WithCancel(t.Context())
	stopping := opts
	stopping.OnStep = func(p train.Position) {
		if p.Step == 3 {
			cancel()
		}
	}
	if _, err := augkit.Train(ctx, exp, stopping); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}

	other := exp
	other.Method.Lambda = 0.5
	_, err := augkit.Train(t.Context(), other, opts)
	wantError(t, err, opts.Dir+".partial", "method.lambda: 0.33, now 0.5")
	late := exp
	late.Method.Name = "late"
	_, err = augkit.Train(t.Context(), late, opts)
	wantError(t, err, opts.Dir+".partial", "method.name: aug, now late", "choose another folder")

	first := 0
	rest := train.Options{Dir: opts.Dir + "/", OnStep: func(p train.Position) {
		if first == 0 {
			first = p.Step
		}
	}}
	run, err := augkit.Train(t.Context(), exp, rest)
	if err != nil {
		t.Fatal(err)
	}
	if first != 4 {
		t.Errorf("stopped after step 3, it went on with step %d", first)
	}
	quiet := opts
	quiet.OnStep = func(train.Position) { t.Error("a finished run was trained") }
	again, err := augkit.Train(t.Context(), exp, quiet)
	if err != nil || !reflect.DeepEqual(again, run) {
		t.Errorf("the finished run: %v", err)
	}
	about := exp
	about.About = "another word for the reader"
	if _, err := augkit.Train(t.Context(), about, quiet); err != nil {
		t.Errorf("another text for the reader: %v", err)
	}
	for _, e := range []experiment.Experiment{other, late} {
		_, err = augkit.Train(t.Context(), e, opts)
		wantError(t, err, opts.Dir, "holds another experiment", "choose another folder or remove it")
	}

	evaluated, err := augkit.Evaluate(t.Context(), run)
	if err != nil || evaluated.Difference != 0 {
		t.Errorf("evaluated again: %+v, %v", evaluated, err)
	}
	if run.Meta.DataHash == "" || run.Meta.Backend == "" || run.Meta.Started == "" || len(run.Meta.Classes) != 7 || run.Meta.Versions["go"] == "" {
		t.Errorf("meta %+v", run.Meta)
	}
}

func TestTrainRefuses(t *testing.T) {
	dir := t.TempDir()
	notARun := filepath.Join(dir, "photos")
	if err := os.MkdirAll(notARun, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, dir string
		change    func(*experiment.Experiment)
		want      string
	}{
		{"a folder that is no run", notARun, func(*experiment.Experiment) {}, notARun},
		{"below a file", filepath.Join(file, "aug", "run"), func(*experiment.Experiment) {}, file},
		{"no such data set", filepath.Join(dir, "a"), func(e *experiment.Experiment) { e.Data.Name = "smells" }, `no data set "smells"`},
		{"no such modality", filepath.Join(dir, "b"), func(e *experiment.Experiment) { e.Data.Modalities = []string{"smell"} }, `no modality "smell"`},
		{"alone on two", filepath.Join(dir, "c"), func(e *experiment.Experiment) { e.Method.Name = "alone" }, "name one in data.modalities"},
	} {
		t.Run(test.name, func(t *testing.T) {
			exp := oneEpoch(t)
			test.change(&exp)
			_, err := augkit.Train(t.Context(), exp, train.Options{Dir: test.dir})
			wantError(t, err, test.want)
		})
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("refused runs left something behind: %v, %v", entries, err)
	}
}

func TestBackendLine(t *testing.T) {
	line, err := augkit.BackendLine()
	if err != nil || !strings.HasPrefix(line, "backend: ") || strings.Contains(line, "\n") {
		t.Errorf("%q, %v", line, err)
	}
	a, err := augkit.Backend()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := augkit.Backend(); err != nil || a != b {
		t.Errorf("a second call opened a second backend: %v", err)
	}
}
