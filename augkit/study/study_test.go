package study_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/study"
)

const small = `{
  "name": "small", "about": "a test", "preset": "paper",
  "blocks": [{"name": "watch", "data": "watch7", "splits": 3, "seeds": 2, "set": ["epochs=4"]}, {"name": "emoji", "data": "emoji8", "splits": 1}],
  "variants": [
    {"name": "paper", "about": "as it is"},
    {"name": "half", "about": "λ", "set": ["lambda=0.5"]},
    {"name": "wide", "about": "only on one block", "on": {"watch": ["by=none", "method.start={\"gyroscope\": 3}"]}},
    {"name": "released", "about": "a preset of its own", "preset": "released", "set": ["selection=validation"]}
  ]
}`

func TestJobs(t *testing.T) {
	plan, err := study.Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := plan.Jobs()
	if err != nil || len(jobs) != 4*6+3 {
		t.Fatalf("%d jobs, want %d: %v", len(jobs), 4*6+3, err)
	}
	at := make(map[string]experiment.Experiment)
	for _, j := range jobs {
		at[j.Dir()] = j.Experiment
	}
	half := at["watch/half/split2-seed1"]
	if half.Method.Lambda != 0.5 || half.Train.Epochs != 4 || half.Data.Split != 2 || half.Train.Seed != 1 || half.Name != "small-watch-half" {
		t.Errorf("half: %+v", half)
	}
	if wide := at["watch/wide/split0-seed0"]; wide.Method.Start["gyroscope"] != 3 || wide.Method.Assign.By != "none" {
		t.Errorf("wide: %+v", wide.Method)
	}
	if released := at["emoji/released/split0-seed0"]; released.Method.TrainedClassifiers != "first" || released.Train.Selection != "validation" {
		t.Errorf("released: %+v", released)
	}
	if _, there := at["emoji/wide/split0-seed0"]; there {
		t.Error("a variant of another block is trained")
	}
}

func TestParseRefuses(t *testing.T) {
	for _, test := range []struct{ old, new, want string }{
		{`"about": "a test"`, `"abuot": "a test"`, "unknown field"},
		{`"lambda=0.5"`, `"lambda=2.5"`, "no error"}, // a number out of range is the method's to refuse
		{`"lambda=0.5"`, `"lambada=0.5"`, "block watch, variant half: there is no setting"},
		{`"watch7"`, `"watch9"`, "watch9"},
		{`"name": "half"`, `"name": "paper"`, `variant "paper": its name must be its own`},
		{`"name": "half"`, `"name": "../half"`, "small letters"},
		{`"splits": 1`, `"splits": 0`, `block "emoji"`},
		{`"preset": "released"`, `"preset": "published"`, "there is no preset"},
	} {
		if !strings.Contains(small, test.old) {
			t.Fatalf("the plan has no %s", test.old)
		}
		_, err := study.Parse([]byte(strings.Replace(small, test.old, test.new, 1)))
		if test.want == "no error" {
			if err != nil {
				t.Errorf("%s: %v", test.new, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", test.new, err, test.want)
		}
	}
	if _, err := study.Parse([]byte(small + "{}")); err == nil {
		t.Error("text after the plan is accepted")
	}
	if _, err := study.Load(filepath.Join(t.TempDir(), "none.json")); err == nil || !strings.Contains(err.Error(), "none.json") {
		t.Errorf("a missing file: %v", err)
	}
}

// The study that the notebook reads must be one that the toolkit can train.
func TestCommittedStudy(t *testing.T) {
	plan, err := study.Load("../../notebooks/released_vs_paper.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range plan.Variants {
		if v.About == "" {
			t.Errorf("variant %s does not say what it is", v.Name)
		}
	}
}

// made are records of two variants on splits with chosen answers.
func made(answers map[string][]string) []study.Record {
	var out []study.Record
	for variant, splits := range answers {
		for k, right := range splits {
			r := study.Record{Block: "b", Variant: variant, DataHash: fmt.Sprint(k), Right: map[string]string{"fused": right}}
			r.Experiment.Data.Split = k
			r.Result = runlog.Result{Protocol: "honest", TestSize: len(right), TrainSize: 3 * len(right)}
			r.Result.TestEqual.Accuracy = float64(strings.Count(right, "1")) / float64(len(right))
			r.Result.Test.Fused.Accuracy = r.Result.TestEqual.Accuracy
			out = append(out, r)
		}
	}
	return out
}

func TestCompare(t *testing.T) {
	records := made(map[string][]string{
		"a": {"1111111111", "1111111100", "1111111110"},
		"b": {"1111111000", "1111100000", "1111110000"},
	})
	e, err := study.Compare(records, "b", "a", "b", study.Fused)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(e.Splits.Mean-0.3) > 1e-12 || math.Abs(e.Samples.Mean-0.3) > 1e-12 || e.Splits.N != 3 || e.Samples.N != 30 {
		t.Errorf("%+v: the difference is 0.3 on each of 3 splits, 30 samples", e)
	}
	if e.Splits.ExcludesZero() || !e.Samples.ExcludesZero() || e.Claimed() {
		t.Errorf("equal differences claim nothing over splits: %v, %v", e.Splits, e.Samples)
	}
	other, err := study.Compare(records, "b", "b", "a", study.Headline)
	if err != nil || math.Abs(other.Splits.Mean+0.3) > 1e-12 {
		t.Errorf("the other way round it is %v, %v", other.Splits, err)
	}
	for name, change := range map[string]func([]study.Record) []study.Record{
		"a split is missing": func(r []study.Record) []study.Record { return r[1:] },
		"other protocols": func(r []study.Record) []study.Record {
			r[0].Result.Protocol = "best on test"
			return r
		},
		"other data":       func(r []study.Record) []study.Record { r[0].DataHash = "x"; return r },
		"another split":    func(r []study.Record) []study.Record { r[0].Experiment.Data.Split = 7; return r },
		"no such modality": nil,
	} {
		copied := append([]study.Record(nil), records...)
		of := study.Fused
		if change == nil {
			of = "sound"
		} else {
			copied = change(copied)
		}
		if _, err := study.Compare(copied, "b", "a", "b", of); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestPairs(t *testing.T) {
	records := made(map[string][]string{"a": {"11", "10"}, "b": {"10", "00"}})
	effects, err := study.Pairs(records, study.Fused, "a − b", "b - a", "a − c")
	if err != nil || len(effects) != 2 || effects[0].Splits.Mean != -effects[1].Splits.Mean {
		t.Errorf("%+v, %v: want the two pairs that there are", effects, err)
	}
	if _, err := study.Pairs(records, study.Fused, "a against b"); err == nil {
		t.Error("a pair of no two variants is accepted")
	}
}

func TestFlattery(t *testing.T) {
	records := made(map[string][]string{"a": {"11", "10"}})
	for i := range records {
		records[i].Curve = []study.Point{{Validation: 0.9, Test: 0.5}, {Validation: 0.9, Test: 0.6}, {Validation: 0.8, Test: 0.7 + 0.1*float64(records[i].Experiment.Data.Split)}}
	}
	e, err := study.Flattery(records, "b", "a")
	if err != nil || math.Abs(e.Splits.Mean-0.25) > 1e-12 {
		t.Errorf("%+v, %v: best on test is 0.7 and 0.8, validation selects the first of its best, 0.5", e.Splits, err)
	}
	records[0].Curve[2].Test, records[0].Curve[0].Test, records[0].Curve[1].Test = 0, 0, 0
	if _, err := study.Flattery(records, "b", "a"); err == nil || !strings.Contains(err.Error(), "train.selection=test") {
		t.Errorf("without test accuracies: %v", err)
	}
}

func TestRecordsAreReadBack(t *testing.T) {
	file := filepath.Join(t.TempDir(), "records.jsonl.gz")
	records := made(map[string][]string{"a": {"1101", "0011"}})
	for range 2 {
		if err := study.Write(file, records); err != nil {
			t.Fatal(err)
		}
	}
	first, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	back, err := study.Read(file)
	if err != nil || len(back) != 2 || back[1].Right["fused"] != "0011" || back[1].Result.TestSize != 4 {
		t.Errorf("%+v, %v", back, err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(file)); len(entries) != 1 {
		t.Errorf("%d files, want one", len(entries))
	}
	for name, text := range map[string][]byte{"half": first[:len(first)/2], "none": nil, "text": []byte("{}")} {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := study.Read(file); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: error %v, want one that names the file", name, err)
		}
	}
}

func TestFigures(t *testing.T) {
	records := made(map[string][]string{"a": {"1111", "1110", "1100"}, "b": {"1000", "1100", "1100"}})
	e, err := study.Compare(records, "b", "a", "b", study.Fused)
	if err != nil {
		t.Fatal(err)
	}
	f := study.Forest("title", "caption", []study.Effect{e})
	if !strings.Contains(f.Alt, "a: +0.333") {
		t.Errorf("the figure says %q", f.Alt)
	}
	if text := study.Table("caption", []study.Effect{e}).String(); !strings.Contains(text, "a − b") || !strings.Contains(text, e.Splits.String()) {
		t.Errorf("the table is\n%s", text)
	}
	if text := study.Accuracies(records, "b", nil, "a", "none").String(); !strings.Contains(text, "0.750") || strings.Contains(text, "none") {
		t.Errorf("the accuracies are\n%s", text)
	}
}

func TestRecordAsARun(t *testing.T) {
	r := study.Record{Variant: "paper", Commit: "abc", Result: runlog.Result{Epoch: 3}}
	r.Experiment.Data.Name = "watch7"
	if run := r.Run(); run.Dir != "paper" || run.Meta.Commit != "abc" || run.Result.Epoch != 3 || run.Experiment.Data.Name != "watch7" {
		t.Errorf("got %+v", run)
	}
}
