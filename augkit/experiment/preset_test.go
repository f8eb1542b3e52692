package experiment_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/experiment"
)

func mustPreset(t *testing.T, name string, exp experiment.Experiment) experiment.Experiment {
	t.Helper()
	p, err := experiment.Preset(name)
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != name || p.About == "" {
		t.Errorf("preset %s is named %q and says %q about itself", name, p.Name, p.About)
	}
	if exp, err = p.On(exp); err != nil {
		t.Fatal(err)
	}
	return exp
}

// The defaults are the paper's, and the preset says so for every data set.
func TestPaperIsTheDefault(t *testing.T) {
	for _, name := range experiment.Names() {
		base := mustDefault(t, name)
		paper := mustPreset(t, "paper", base)
		if !paper.Equal(base) {
			t.Errorf("%s: the paper differs from the default: %s", name, base.Difference(paper))
		}
		if paper.About != base.About {
			t.Errorf("%s: the preset took the place of the text for the reader", name)
		}
		if back := mustPreset(t, "paper", mustPreset(t, "released", base)); !back.Equal(base) {
			t.Errorf("%s: the paper does not undo released: %s", name, base.Difference(back))
		}
	}
}

func TestPresets(t *testing.T) {
	base := mustDefault(t, "watch7")
	const released = `method.assign.by: difference, now ratio; method.assign.first_check: false, now true; ` +
		`method.assign.score: train, now training; method.lambda: 0.33, now 0.5; method.trained_classifiers: all, now first; ` +
		`train.schedule.when: end, now start; train.selection: validation, now test; train.step: alternating, now alternating-legacy`
	for name, want := range map[string]string{
		"paper": "", "released": released, "released-early": strings.Replace(released, "method.lambda: 0.33, now 0.5", "method.gate: false, now true; method.lambda: 0.33, now 0.2", 1),
	} {
		if got := base.Difference(mustPreset(t, name, base)); got != want {
			t.Errorf("%s: %s\nwant %s", name, got, want)
		}
	}
	if got := strings.Join(experiment.Presets(), " "); got != "paper released released-early" {
		t.Errorf("presets %s", got)
	}
	for _, name := range []string{"", "published", "../defaults/watch7"} {
		_, err := experiment.Preset(name)
		wantError(t, err, "there is no preset", "paper, released, released-early")
	}
}

// What a preset does not name stays.
func TestPresetKeepsTheRest(t *testing.T) {
	base := mustDefault(t, "emoji8")
	base.Train.Epochs, base.Train.Seed, base.Method.Name = 7, 3, "control"
	base.Data.Settings["text"] = "keywords"
	got := mustPreset(t, "released", base)
	if got.Train.Epochs != 7 || got.Train.Seed != 3 || got.Method.Name != "control" || got.Data.Settings["text"] != "keywords" ||
		got.Train.Schedule.Every != base.Train.Schedule.Every || got.Train.Optimizer != base.Train.Optimizer {
		t.Errorf("the preset changed more than it names: %s", base.Difference(got))
	}
}

func TestSwitchesAreValidated(t *testing.T) {
	for _, test := range []struct{ set, want string }{
		{"residual=probability", `method.residual is "probability"; use logits or probabilities`},
		{"single_loss=3", "method.single_loss is 3; use 1 or 2"},
		{"trained_classifiers=none", `method.trained_classifiers is "none"; use all or first`},
		{"method.assign.by=sum", `method.assign.by is "sum"; use difference, ratio, share, random or none`},
		{"by=share", ""},
		{"by=random", ""},
		{"gives=weight", ""},
		{"gives=loss", `method.assign.gives is "loss"; use classifier or weight`},
		{"gate=true", ""},
		{`method.terms=["all","newest"]`, ""},
		{`method.terms=["all","all"]`, `method.terms names "all"; name each of newest, all or previous at most once`},
		{`method.terms=["oldest"]`, `method.terms names "oldest"`},
		{`method.start={"gyroscope": 3}`, ""},
		{`method.start={"gyroscope": 0}`, "method.start.gyroscope is 0; a modality begins with 1 … 99 classifiers"},
		{`method.start={"sound": 3}`, "method.start names sound, which is not among data.modalities (accelerometer, gyroscope)"},
		{"direction=up", `method.assign.direction is "up"; use weaker or stronger`},
		{"score=test", `method.assign.score is "test"; use train, training or validation`},
		{"several=true", ""},
		{"first_check=true", ""},
		{"step=jointly", `train.step is "jointly"; use alternating, joint or alternating-legacy`},
		{"train.selection=best", `train.selection is "best"; use validation, test or last`},
		{"selection=test", ""},
		{"when=cosine", `train.schedule.when is "cosine"; use end, start or plateau`},
		{"train.schedule.when=plateau", "train.schedule.patience is 0; with plateau it must be at least 1 epoch"},
		{"train.schedule.patience=2", `train.schedule.patience is 2, but train.schedule.when is "end"`},
		{"train.schedule=nothing", "train.schedule wants"},
	} {
		exp := mustDefault(t, "watch7")
		err := exp.Set(test.set)
		if err == nil {
			err = exp.Validate()
		}
		if test.want == "" {
			if err != nil {
				t.Errorf("%s: %v", test.set, err)
			}
			continue
		}
		wantError(t, err, test.want)
	}
	plateau := mustDefault(t, "watch7")
	plateau.Train.Schedule = experiment.Schedule{When: "plateau", Patience: 3, Factor: 1}
	wantError(t, plateau.Validate(), "train.schedule.factor is 1; with plateau it must be in (0, 1)")
	plateau.Train.Schedule.Factor = 0.1
	if err := plateau.Validate(); err != nil {
		t.Error(err)
	}
}

// A record that was written before there were switches is of the experiment with the paper's.
func TestAnEmptySwitchIsThePapers(t *testing.T) {
	full := mustDefault(t, "watch7")
	empty := full
	empty.Method.Residual, empty.Method.SingleLoss, empty.Method.TrainedClassifiers = "", 0, ""
	empty.Method.Assign, empty.Train.Step, empty.Train.Selection, empty.Train.Schedule.When = experiment.Assign{}, "", "", ""
	if err := empty.Validate(); err != nil {
		t.Error(err)
	}
	if !empty.Equal(full) || !full.Equal(empty) {
		t.Errorf("they differ: %s", empty.Difference(full))
	}
	if empty.Train.Step != "" {
		t.Error("a comparison changed the experiment")
	}
	text, err := json.Marshal(empty)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := experiment.Parse(text)
	if err != nil || parsed.Train.Step != "alternating" || parsed.Method.SingleLoss != 1 {
		t.Errorf("read from a file it is step %q, single loss %d: %v", parsed.Train.Step, parsed.Method.SingleLoss, err)
	}
}
