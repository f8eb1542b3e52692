package experiment_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/augkit/aug/augkit/experiment"
)

func TestSet(t *testing.T) {
	for _, test := range []struct {
		set  string
		want func(*experiment.Experiment)
	}{
		{"method.lambda=0.5", func(e *experiment.Experiment) { e.Method.Lambda = 0.5 }},
		{"lambda=0.5", func(e *experiment.Experiment) { e.Method.Lambda = 0.5 }},
		{"interval=3", func(e *experiment.Experiment) { e.Method.Interval = 3 }},
		{"epochs=7", func(e *experiment.Experiment) { e.Train.Epochs = 7 }},
		{"seed=9007199254740993", func(e *experiment.Experiment) { e.Train.Seed = 9007199254740993 }},
		{"learning_rate=1e-3", func(e *experiment.Experiment) { e.Train.Optimizer.LearningRate = 1e-3 }},
		{"train.optimizer.name=adam", func(e *experiment.Experiment) { e.Train.Optimizer.Name = "adam" }},
		{"name=control", func(e *experiment.Experiment) { e.Method.Name = "control" }}, // the first place that has it
		{"text=keywords", func(e *experiment.Experiment) { e.Data.Settings["text"] = "keywords" }},
		{"data.settings.stopwords=drop", func(e *experiment.Experiment) { e.Data.Settings["stopwords"] = "drop" }},
		{"split=2", func(e *experiment.Experiment) { e.Data.Split = 2 }},
		{"modalities=text,image", func(e *experiment.Experiment) { e.Data.Modalities = []string{"text", "image"} }},
		{"data.modalities=text", func(e *experiment.Experiment) { e.Data.Modalities = []string{"text"} }},
		{`modalities=["image"]`, func(e *experiment.Experiment) { e.Data.Modalities = []string{"image"} }},
		{"encoders.image=resnet18", func(e *experiment.Experiment) { e.Encoders["image"] = "resnet18" }},
		{"fusion=validation", nil}, // not a key of one word
		{"inference.fusion=validation", func(e *experiment.Experiment) { e.Inference.Fusion = "validation" }},
		{`inference.weights={"image":1,"text":2}`, func(e *experiment.Experiment) { e.Inference.Weights = map[string]float64{"image": 1, "text": 2} }},
		{"about=a, b = c", func(e *experiment.Experiment) { e.About = "a, b = c" }},
		{"about=7", func(e *experiment.Experiment) { e.About = "7" }},
		{"about=", func(e *experiment.Experiment) { e.About = "" }},
	} {
		t.Run(test.set, func(t *testing.T) {
			exp, want := mustDefault(t, "emoji8"), mustDefault(t, "emoji8")
			err := exp.Set(test.set)
			if test.want == nil {
				wantError(t, err, "there is no setting")
			} else {
				if err != nil {
					t.Fatal(err)
				}
				test.want(&want)
			}
			if !reflect.DeepEqual(exp, want) {
				t.Errorf("got %+v\nwant %+v", exp, want)
			}
		})
	}
}

func TestSetKeepsALargeSeed(t *testing.T) {
	exp := mustDefault(t, "watch7")
	exp.Train.Seed = 1<<62 + 1
	if err := exp.Set("lambda=0.1"); err != nil {
		t.Fatal(err)
	}
	if exp.Train.Seed != 1<<62+1 {
		t.Errorf("setting lambda made the seed %d", exp.Train.Seed)
	}
	other := exp
	other.Train.Seed--
	if exp.Equal(other) {
		t.Error("two seeds that a float64 cannot tell apart count as equal")
	}
}

func TestSetErrors(t *testing.T) {
	for _, test := range []struct{ set, want string }{
		{"lambda", "write key=value"},
		{"", "write key=value"},
		{"=1", `no setting ""`},
		{"lamda=1", `no setting "lamda"`},
		{"method.lamda=1", `no setting "method.lamda"`},
		{"method.lambda.x=1", `no setting "method.lambda.x"`},
		{"nowhere.lambda=1", `no setting "nowhere.lambda"`},
		{".=1", `no setting "."`},
		{"lambda=big", `method.lambda wants float64, "big" is none`},
		{"lambda=", `method.lambda wants float64, "" is none`},
		{"epochs=2.5", `train.epochs wants int, "2.5" is none`},
		{"epochs=99999999999999999999", "train.epochs wants int"},
		{"text=[1,2]", ""},
		{"method=aug", `method wants`},
		{"text=keywords,lambda=0.5", ""}, // one value, whatever the data set says to it
	} {
		t.Run(test.set, func(t *testing.T) {
			exp := mustDefault(t, "emoji8")
			err := exp.Set(test.set)
			if test.want == "" {
				if err != nil || exp.Data.Settings["text"] == "name" {
					t.Errorf("%v, text is %q", err, exp.Data.Settings["text"])
				}
				return
			}
			wantError(t, err, test.want)
			if !reflect.DeepEqual(exp, mustDefault(t, "emoji8")) {
				t.Errorf("a failed Set changed the experiment: %+v", exp)
			}
		})
	}
}

func TestDifference(t *testing.T) {
	base := mustDefault(t, "watch7")
	for _, test := range []struct {
		change func(*experiment.Experiment)
		want   string
	}{
		{func(*experiment.Experiment) {}, ""},
		{func(e *experiment.Experiment) { e.About = "something else" }, ""},
		{func(e *experiment.Experiment) { e.Method.Lambda = 0.5 }, "method.lambda: 0.33, now 0.5"},
		{func(e *experiment.Experiment) { e.Train.Seed, e.Data.Split = 1, 2 }, "data.split: 0, now 2; train.seed: 0, now 1"},
		{func(e *experiment.Experiment) { e.Data.Modalities = []string{"gyroscope"} }, "data.modalities: [accelerometer gyroscope], now [gyroscope]"},
		{func(e *experiment.Experiment) { e.Train.Optimizer.Momentum = 0 }, "train.optimizer.momentum: 0.9, now <nil>"},
		{func(e *experiment.Experiment) { e.Inference.Weights = map[string]float64{"gyroscope": 1} }, "inference.weights.gyroscope: unset, now 1"},
	} {
		other := mustDefault(t, "watch7")
		test.change(&other)
		if got := base.Difference(other); got != test.want {
			t.Errorf("difference %q, want %q", got, test.want)
		}
		if base.Equal(other) != (test.want == "") {
			t.Errorf("equal is %v, the difference %q", base.Equal(other), test.want)
		}
	}
}

func TestAlone(t *testing.T) {
	base := mustDefault(t, "watch7")
	given(1, 2)(&base)
	base.Train.Seed, base.Method.JointEpochs = 5, 3
	one := base.Alone("gyroscope")
	want := mustDefault(t, "watch7", "gyroscope")
	want.Name, want.Method.Name, want.Train.Seed = "watch7-alone-gyroscope", "alone", 5
	if !one.Equal(want) {
		t.Errorf("it differs in %s", want.Difference(one))
	}
	if len(base.Data.Modalities) != 2 || base.Method.Name != "aug" {
		t.Error("Alone changed the experiment that it was asked of")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"data": {"name": "watch7"}}`))
	f.Add([]byte(`{"data": {"name": "emoji8", "settings": {"text": "keywords"}}, "method": {"lambda": 1e-3}, "encoders": null}`))
	f.Add([]byte(`{"data": {"name": "stamps9"}, "train": {"seed": 9223372036854775807}, "inference": {"weights": {"image": 1}}}`))
	f.Add([]byte("{\n\"data\": {\"name\": \"watch7\"}, \"x\": 1}"))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, data []byte) {
		exp, err := experiment.Parse(data)
		if err != nil {
			return
		}
		if err := exp.Validate(); err != nil {
			t.Fatalf("parsed, but not valid: %v", err)
		}
		text, err := json.Marshal(exp)
		if err != nil {
			t.Fatal(err)
		}
		again, err := experiment.Parse(text)
		if err != nil || !exp.Equal(again) {
			t.Fatalf("written and read again it differs: %v, %s", err, exp.Difference(again))
		}
	})
}

func FuzzSet(f *testing.F) {
	for _, s := range []string{"lambda=0.5", "data.modalities=a,b", "=", "a.b.c=1", `inference.weights={"x":1}`, "encoders=null", "train.seed=-1e3", "about=\x00"} {
		f.Add(s)
	}
	base := mustDefault(f, "emoji8")
	text, err := json.Marshal(base)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, assignment string) {
		var exp, unchanged experiment.Experiment
		for _, e := range []*experiment.Experiment{&exp, &unchanged} {
			if err := json.Unmarshal(text, e); err != nil {
				t.Fatal(err)
			}
		}
		if err := exp.Set(assignment); err != nil && !reflect.DeepEqual(exp, unchanged) {
			t.Fatalf("a failed Set changed the experiment: %v", err)
		}
		if _, err := json.Marshal(exp); err != nil {
			t.Fatalf("what Set made cannot be written: %v", err)
		}
	})
}
