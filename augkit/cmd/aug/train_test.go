package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/train"
)

// expect checks an exit code and parts of both outputs.
func expect(t *testing.T, args []string, code int, stdout, stderr string) string {
	t.Helper()
	got, out, errOut := aug(t, args...)
	if got != code || !strings.Contains(out, stdout) || !strings.Contains(errOut, stderr) {
		t.Errorf("aug %s: exit code %d, want %d\nstdout: %s\n  want %q\nstderr: %s\n  want %q", strings.Join(args, " "), got, code, out, stdout, errOut, stderr)
	}
	if code == exitUsage && (out != "" || strings.Count(errOut, "\n") != 1) {
		t.Errorf("aug %s: a wrong call gets one line on stderr, not %q and %q", strings.Join(args, " "), out, errOut)
	}
	return out
}

func TestTrainUsage(t *testing.T) {
	t.Chdir(t.TempDir())
	config := filepath.Join(t.TempDir(), "mine.json")
	if err := os.WriteFile(config, []byte("{\"data\": {\"name\": \"watch7\"},\n\"epoch\": 3}"), 0o644); err != nil {
		t.Fatal(err)
	}
	const data = "train --data watch7 "
	for _, test := range []struct{ args, stderr string }{
		{"train", "name a data set with --data"},
		{"train watch7", "no argument \"watch7\""},
		{"train --data smells", "cremad, emoji8, manifest, stamps9, vectors, watch7"},
		{"train --data watch7 --config x.json", "--data or --config, not both"},
		{"train --config /nowhere.json", "/nowhere.json"},
		{"train --config " + config, "line 2"},
		{"train --data", "flag needs an argument"},
		{data + "--nope", "see `aug train --help`"},
		{data + "--modalities gyroscope,smell", `no modality "smell"; it has accelerometer, gyroscope`},
		{data + "--modalities gyroscope,gyroscope", "names gyroscope twice"},
		{data + "--modalities gyroscope,", `no modality ""`},
		{data + "--method magic", `no method "magic"; use one of aug, control`},
		{data + "--method aug,,control", `no method ""`},
		{data + "--method aug,aug", "named twice"},
		{data + "--set lamda=1", `no setting "lamda"`},
		{data + "--set lambda=big", `"big"`},
		{data + "--set lambda=3", "method.lambda is 3"},
		{data + "--set epochs", "write key=value"},
		{data + "--set epochs=0", "train.epochs is 0"},
		{data + "--set encoders.gyroscope=resnet18", `no encoder "resnet18"`},
		{data + "--set text=name", `no setting "text"`},
		{data + "--splits many", `--splits: "many" is neither a count nor a list`},
		{data + "--splits 0", "--splits: a count of 0 trains nothing"},
		{data + "--splits -1", "--splits: "},
		{data + "--splits 11", "no split 10; use 0 to 9"},
		{data + "--splits 3,3", "named twice"},
		{data + "--splits ,", "the study has no runs"},
		{data + "--seeds 99999999999", "--seeds: 99999999999 are more than"},
		{data + "--seeds 99999999999999999999", "--seeds: "},
		{data + "--seeds 1,x", "--seeds: "},
		{data + "--workers two", "invalid value"},
		{data + "--devices -2", "-2 devices cannot train"},
		{data + "--devices 2 --workers 3", "2 devices share one run, so there is nothing for 3 workers"},
	} {
		t.Run(test.args, func(t *testing.T) {
			expect(t, strings.Fields(test.args), exitUsage, "", test.stderr)
		})
	}
	if left, err := os.ReadDir("."); err != nil || len(left) != 0 {
		t.Errorf("wrong calls left %v, %v", left, err)
	}
}

// What the examples of --help show must be true: each is parsed as the command would.
func TestTrainExamplesAreTrue(t *testing.T) {
	t.Chdir(t.TempDir())
	_, help, _ := aug(t, "train", "--help")
	_, examples, ok := strings.Cut(help, "examples:\n")
	if !ok {
		t.Fatal("no examples")
	}
	n := 0
	for line := range strings.Lines(examples) {
		for call := range strings.SplitSeq(strings.TrimSpace(line), "&&") {
			call, _, _ = strings.Cut(call, "#")
			call, target, _ := strings.Cut(call, ">")
			args := strings.Fields(strings.ReplaceAll(call, "'", ""))
			if len(args) < 2 || args[0] != "aug" || args[1] != "train" {
				t.Errorf("no call of aug train: %q", call)
				continue
			}
			n++
			code, stdout, stderr := aug(t, append(args[1:], "--print-config")...)
			if code != exitOK {
				t.Errorf("%s: code %d, %s", call, code, stderr)
			}
			if target != "" {
				if err := os.WriteFile(strings.TrimSpace(target), []byte(stdout), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if n < 6 {
		t.Errorf("only %d examples", n)
	}
}

func TestPrintConfig(t *testing.T) {
	t.Chdir(t.TempDir())
	out := expect(t, []string{"train", "--print-config", "--data", "emoji8", "--method", "control", "--modalities", "text,image",
		"--set", "text=keywords;lambda=0.5", "--set", "epochs=3"}, exitOK, "{", "")
	exp, err := experiment.Parse([]byte(out))
	if err != nil {
		t.Fatal(err)
	}
	if exp.Data.Settings["text"] != "keywords" || exp.Method.Lambda != 0.5 || exp.Train.Epochs != 3 || exp.Method.Name != "control" ||
		!slices.Equal(exp.Data.Modalities, []string{"text", "image"}) {
		t.Errorf("printed %+v", exp)
	}
	if err := os.WriteFile("mine.json", []byte(out), 0o644); err != nil {
		t.Fatal(err)
	}
	if again := expect(t, []string{"train", "--print-config", "--config", "mine.json"}, exitOK, "{", ""); again != out {
		t.Errorf("printed and read again:\n%s\nwant\n%s", again, out)
	}
}

func TestCountOrList(t *testing.T) {
	for _, test := range []struct {
		text string
		want []int64 // nil: an error
	}{
		{"", []int64{7}},
		{"1", []int64{0}},
		{"3", []int64{0, 1, 2}},
		{"3,", []int64{3}},
		{"0,", []int64{0}},
		{"4,0,2", []int64{4, 0, 2}},
		{"0", nil},
		{"-3", nil},
		{"1,-3", nil},
		{"1.5", nil},
		{" 3", nil},
		{"10001", nil},
	} {
		got, err := countOrList(test.text, 7)
		if (err != nil) != (test.want == nil) || !slices.Equal(got, test.want) {
			t.Errorf("%q: %v, %v; want %v", test.text, got, err, test.want)
		}
	}
}

// One epoch on watch7 end to end: train, train again, eval, runs, compare.
func TestTrainEvalRuns(t *testing.T) {
	t.Chdir(t.TempDir())
	study := []string{"train", "--data", "watch7", "--set", "epochs=1", "--method", "aug,control", "--splits", "2"}
	out := expect(t, slices.Concat(study, []string{"--json"}), exitOK, "", "backend: ")
	var dirs []string
	for line := range strings.Lines(out) {
		var got struct {
			Dir    string
			Result runlog.Result
		}
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if got.Result.Epoch != 1 || got.Result.Protocol != train.Protocol || got.Result.Test.Fused.Accuracy <= 0 {
			t.Errorf("%s: %+v", got.Dir, got.Result)
		}
		dirs = append(dirs, filepath.ToSlash(got.Dir))
	}
	want := []string{"runs/watch7/aug/split0-seed0", "runs/watch7/aug/split1-seed0", "runs/watch7/control/split0-seed0", "runs/watch7/control/split1-seed0"}
	if !slices.Equal(dirs, want) {
		t.Fatalf("runs in %v, want %v", dirs, want)
	}
	expect(t, study, exitOK, "control", "4/4 runs/watch7/control/split1-seed0: test accuracy")
	expect(t, slices.Concat(study, []string{"--set", "lambda=0.5"}), exitFailed, "", "method.lambda: 0.33, now 0.5")

	expect(t, []string{"eval", dirs[0]}, exitOK, "largest difference to the recorded logits: 0\n", "")
	var again train.Again
	if err := json.Unmarshal([]byte(expect(t, []string{"eval", dirs[0], "--json"}, exitOK, "{", "")), &again); err != nil {
		t.Fatal(err)
	}
	run, err := runlog.Open(dirs[0])
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again.Test, run.Result.Test) {
		t.Errorf("eval says %+v, the record %+v", again.Test, run.Result.Test)
	}
	expect(t, []string{"eval"}, exitUsage, "", "name one run")
	expect(t, append([]string{"eval"}, dirs[:2]...), exitUsage, "", "name one run")
	expect(t, []string{"eval", "nowhere"}, exitFailed, "", "no run in nowhere")

	expect(t, []string{"runs"}, exitOK, dirs[3], "")
	expect(t, []string{"runs", "runs/watch7/aug"}, exitOK, "watch7", "")
	expect(t, []string{"runs", "--compare", "aug,control"}, exitOK, "aug − control, fused test accuracy: ", "")
	expect(t, []string{"runs", "--compare", "aug,control", "--of", "gyroscope"}, exitOK, "gyroscope test accuracy", "")
	expect(t, []string{"runs", "--compare", "aug,control", "--of", "smell"}, exitFailed, "", "does this run have that modality?")
	expect(t, []string{"runs", "--compare", "aug,joint"}, exitFailed, "", "train them first")
	expect(t, []string{"runs", "--compare", "aug"}, exitUsage, "", "--compare wants two methods")
	expect(t, []string{"runs", "--compare", "aug,"}, exitUsage, "", "--compare wants two methods")
	expect(t, []string{"runs", "nowhere"}, exitFailed, "", "there are no runs below nowhere; make some with `aug train --out nowhere`")
	expect(t, []string{"runs", "nowhere", "runs"}, exitFailed, dirs[0], "nowhere")
	lines := 0
	for line := range strings.Lines(expect(t, []string{"runs", "--json"}, exitOK, "", "")) {
		var got listedRun
		if err := json.Unmarshal([]byte(line), &got); err != nil || got.Epochs != 1 || got.Result == nil {
			t.Errorf("%v: %s", err, line)
		}
		lines++
	}
	if lines != 4 {
		t.Errorf("%d runs as JSON, want 4", lines)
	}

	// Damage: the other runs are still shown, and the fault is not hidden.
	if err := os.Remove(filepath.Join(dirs[0], "meta.json")); err != nil {
		t.Fatal(err)
	}
	expect(t, []string{"runs"}, exitFailed, dirs[1], "meta.json")
	expect(t, []string{"eval", dirs[0]}, exitFailed, "", "meta.json")
	if err := os.RemoveAll(filepath.Join(dirs[1], "weights")); err != nil {
		t.Fatal(err)
	}
	expect(t, []string{"eval", dirs[1]}, exitFailed, "", "weights")
}

func TestRunsWithoutRuns(t *testing.T) {
	t.Chdir(t.TempDir())
	expect(t, []string{"runs"}, exitFailed, "", "there are no runs below runs; make some with `aug train --out runs`")
	if err := os.Mkdir("runs", 0o755); err != nil {
		t.Fatal(err)
	}
	expect(t, []string{"runs"}, exitFailed, "", "there are no runs below runs")
}

func TestTrainWhereNothingCanBeWritten(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("file", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	expect(t, []string{"train", "--data", "watch7", "--set", "epochs=1", "--out", "file/study"}, exitFailed, "", "file/study")
}

// Interrupted before the first step.
func TestTrainCancelled(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	code := dispatch(ctx, []string{"train", "--data", "watch7", "--set", "epochs=1"}, &stdout, &stderr)
	if code != exitFailed || stdout.Len() > 0 || !strings.Contains(stderr.String(), "interrupted; the same command goes on where it stopped (runs/watch7)") {
		t.Errorf("code %d, stdout %q, stderr %q", code, stdout.String(), stderr.String())
	}
	if left, err := os.ReadDir("."); err != nil || len(left) != 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}
