package experiment_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/experiment"
)

func mustDefault(t testing.TB, dataset string, modalities ...string) experiment.Experiment {
	t.Helper()
	exp, err := experiment.Default(dataset, modalities...)
	if err != nil {
		t.Fatal(err)
	}
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

func TestDefaults(t *testing.T) {
	names := experiment.Names()
	if len(names) < 3 {
		t.Fatalf("defaults for %v", names)
	}
	for _, name := range names {
		exp := mustDefault(t, name)
		if err := exp.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if exp.Data.Name != name || exp.Name != name || exp.Method.Name != "aug" || len(exp.Data.Modalities) < 2 {
			t.Errorf("%s: name %q, data %q, method %q, modalities %v", name, exp.Name, exp.Data.Name, exp.Method.Name, exp.Data.Modalities)
		}
		for _, m := range exp.Data.Modalities {
			if exp.Encoders[m] == "" && name != "manifest" { // its file says what the modalities are
				t.Errorf("%s names no encoder for %s", name, m)
			}
		}
		if m := exp.Method; m.Sigma != 1 || m.Tau != 0.01 || exp.Interval() != exp.Train.Epochs/10 {
			t.Errorf("%s: sigma %v, tau %v, interval %d; the paper has 1, 0.01, a tenth of the epochs", name, m.Sigma, m.Tau, exp.Interval())
		}
	}
	if got := mustDefault(t, "watch7", "gyroscope").Data.Modalities; !reflect.DeepEqual(got, []string{"gyroscope"}) {
		t.Errorf("modalities %v, want the one that was named", got)
	}
	for _, name := range []string{"nothing", "", "../watch7", "watch7.json", "a\x00b"} {
		_, err := experiment.Default(name)
		wantError(t, err, "no default settings for data set", "watch7")
	}
}

func TestParseOverDefaults(t *testing.T) {
	exp, err := experiment.Parse([]byte(`{"data": {"name": "watch7", "modalities": ["gyroscope"], "split": 3},
		"encoders": {"gyroscope": "cnn1d"}, "method": {"lambda": 0.5}, "train": {"seed": 9007199254740993}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := mustDefault(t, "watch7", "gyroscope")
	want.Data.Split, want.Method.Lambda, want.Train.Seed = 3, 0.5, 9007199254740993
	want.Encoders["gyroscope"] = "cnn1d"
	if !reflect.DeepEqual(exp, want) {
		t.Errorf("got %+v\nwant %+v", exp, want)
	}
}

func TestParseErrors(t *testing.T) {
	const head = "{\n\"data\": {\"name\": \"watch7\"},\n"
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"empty", "", []string{"unexpected end"}},
		{"no object", "[]", []string{"line 1"}},
		{"null", "null", []string{"data.name is missing", "watch7"}},
		{"no data", "{}", []string{"data.name is missing"}},
		{"no such data set", `{"data": {"name": "smells"}}`, []string{`"smells"`, "cremad, emoji8, manifest, stamps9, vectors, watch7"}},
		{"unknown key", head + `"method": {"lamda": 0.5}}`, []string{"line 3", `unknown field "lamda"`, "--print-config"}},
		{"unknown key at the top", head + "\n\"epochs\": 3}", []string{"line 4", `unknown field "epochs"`}},
		{"wrong type", head + `"method": {"lambda": "big"}}`, []string{"line 3", "method.lambda wants float64, not a JSON string"}},
		{"a fraction of an epoch", head + "\n\n\"train\": {\"epochs\": 2.5}}", []string{"line 5", "train.epochs wants int"}},
		{"a number as a name", `{"data": {"name": 7}}`, []string{"line 1", "data.name wants string, not a JSON number"}},
		{"trailing text", head + `"about": "x"}` + "\n\nmore", []string{"line 5", "after top-level value"}},
		{"two objects", head + `"about": "x"}` + "\n{}", []string{"line 4", "after top-level value"}},
		{"cut short", head + `"method": {"lambda"`, []string{"line 3", "unexpected end"}},
		{"a comma too many", head + `"about": "x",}`, []string{"line 3", "invalid character"}},
		{"not valid", head + `"train": {"epochs": 0}}`, []string{"train.epochs is 0"}},
		{"a list of nothing", `{"data": {"name": "watch7", "modalities": []}}`, []string{"data.modalities is empty"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := experiment.Parse([]byte(test.text))
			wantError(t, err, test.want...)
		})
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, test := range []struct{ file, text, want string }{
		{"mine.json", `{"data": {"name": "watch7"}}`, "mine"},
		{"mine.v2.json", `{"data": {"name": "watch7"}, "name": ""}`, "mine.v2"},
		{"other.json", `{"data": {"name": "watch7"}, "name": "named"}`, "named"},
	} {
		exp, err := experiment.Load(write(test.file, test.text))
		if err != nil || exp.Name != test.want {
			t.Errorf("%s: name %q, %v; want %q", test.file, exp.Name, err, test.want)
		}
	}
	bad := write("bad.json", "{\n\"data\": {\"name\": \"watch7\"},\n\"x\": 1}")
	_, err := experiment.Load(bad)
	wantError(t, err, "experiment file "+bad, "line 3", `"x"`)
	_, err = experiment.Load(filepath.Join(dir, "absent.json"))
	wantError(t, err, "read the experiment file", "absent.json")
}

func TestValidate(t *testing.T) {
	for _, test := range []struct {
		change func(*experiment.Experiment)
		want   string // empty: valid
	}{
		{func(e *experiment.Experiment) {}, ""},
		{func(e *experiment.Experiment) { e.Data.Name = "" }, "data.name is missing"},
		{func(e *experiment.Experiment) { e.Data.Modalities = nil }, "data.modalities is empty"},
		{func(e *experiment.Experiment) { e.Data.Modalities = []string{"a", "b", "a"} }, "data.modalities names a twice"},
		{func(e *experiment.Experiment) { e.Train.Epochs = 0 }, "train.epochs is 0"},
		{func(e *experiment.Experiment) { e.Train.Batch = 1 }, "train.batch is 1"},
		{func(e *experiment.Experiment) { e.Method.Interval = -1 }, "method.interval is -1"},
		{func(e *experiment.Experiment) { e.Method.JointEpochs = -1 }, "method.joint_epochs is -1"},
		{func(e *experiment.Experiment) { e.Method.JointEpochs = 20 }, "method.joint_epochs is 20; use 0 (half of the epochs) or 1 … train.epochs − 1 (19)"},
		{func(e *experiment.Experiment) { e.Method.JointEpochs = 19 }, ""},
		{func(e *experiment.Experiment) { e.Train.Schedule.Every = -1 }, "train.schedule.every is -1"},
		{func(e *experiment.Experiment) { e.Train.Schedule.Factor = 0 }, "train.schedule.factor is 0"},
		{func(e *experiment.Experiment) { e.Train.Schedule = experiment.Schedule{} }, ""},
		{func(e *experiment.Experiment) { e.Train.Optimizer.LearningRate = -1 }, "learning_rate is -1"},
		{func(e *experiment.Experiment) { e.Train.Optimizer.Momentum = 1 }, "momentum is 1"},
		{func(e *experiment.Experiment) { e.Train.Optimizer.WeightDecay = -0.1 }, "weight_decay is -0.1"},
		{func(e *experiment.Experiment) { e.Inference.Fusion = "max" }, `inference.fusion is "max"`},
		{func(e *experiment.Experiment) { e.Inference.Fusion = "validation" }, ""},
		{func(e *experiment.Experiment) { e.Inference.Fusion = "given" }, "inference.weights needs a weight of at least 0 for accelerometer"},
		{given(1, -1), "at least 0 for gyroscope"},
		{given(0, 0), "inference.weights sum to 0"},
		{given(0, 2), ""},
	} {
		exp := mustDefault(t, "watch7")
		test.change(&exp)
		err := exp.Validate()
		if test.want == "" {
			if err != nil {
				t.Errorf("error %v for a valid experiment", err)
			}
			continue
		}
		wantError(t, err, test.want)
	}
}

func given(a, g float64) func(*experiment.Experiment) {
	return func(e *experiment.Experiment) {
		e.Inference = experiment.Inference{Fusion: "given", Weights: map[string]float64{"accelerometer": a, "gyroscope": g}}
	}
}

func TestInterval(t *testing.T) {
	for _, test := range []struct{ epochs, interval, want int }{{100, 0, 10}, {20, 0, 2}, {9, 0, 1}, {1, 0, 1}, {100, 7, 7}} {
		var e experiment.Experiment
		e.Train.Epochs, e.Method.Interval = test.epochs, test.interval
		if got := e.Interval(); got != test.want {
			t.Errorf("%d epochs, interval %d: %d, want %d", test.epochs, test.interval, got, test.want)
		}
	}
}

func TestJointEpochs(t *testing.T) {
	for _, test := range []struct{ epochs, joint, want int }{{40, 0, 20}, {40, 30, 30}, {5, 0, 2}, {1, 0, 1}} {
		var e experiment.Experiment
		e.Train.Epochs, e.Method.JointEpochs = test.epochs, test.joint
		if got := e.JointEpochs(); got != test.want {
			t.Errorf("%d epochs, %d of them jointly: %d, want %d", test.epochs, test.joint, got, test.want)
		}
	}
}
