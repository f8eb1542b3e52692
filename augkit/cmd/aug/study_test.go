package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/study"
)

const tinyStudy = `{
  "name": "tiny", "about": "two runs of an epoch",
  "blocks": [{"name": "watch", "data": "watch7", "splits": 2, "set": ["epochs=1"]}],
  "variants": [{"name": "paper", "about": "as it is"}, {"name": "half", "about": "another λ", "set": ["lambda=0.5"]}]
}`

func TestStudy(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("tiny.json", []byte(tinyStudy), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errOut := aug(t, "study", "tiny.json", "--list")
	if code != exitOK || !strings.Contains(out, "0 of 4 runs are complete in "+filepath.Join("runs", "tiny")) || !strings.Contains(out, "missing: watch/half/split1-seed0") {
		t.Errorf("before: code %d\n%s%s", code, out, errOut)
	}
	code, out, errOut = aug(t, "study", "tiny.json", "--variants", "paper", "--splits", "1", "--out", "some")
	if code != exitOK || !strings.Contains(out, "1 of 1 runs are complete in some") || !strings.Contains(errOut, "1/1 ") {
		t.Errorf("one run: code %d\n%s%s", code, out, errOut)
	}
	code, out, errOut = aug(t, "study", "tiny.json", "--out", "some", "--workers", "2", "--records", "tiny.jsonl.gz")
	if code != exitOK || !strings.Contains(out, "4 of 4 runs are complete") || !strings.Contains(out, "4 records written to tiny.jsonl.gz") {
		t.Errorf("all runs: code %d\n%s%s", code, out, errOut)
	}
	records, err := study.Read("tiny.jsonl.gz")
	if err != nil || len(records) != 4 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for _, r := range records {
		// The answers sample by sample are those that the result counts.
		if got := strings.Count(r.Right[study.Fused], "1"); got != int(r.Result.TestEqual.Accuracy*float64(r.Result.TestSize)+0.5) {
			t.Errorf("%s, split %d: %d answers are right, the result says %v of %d", r.Variant, r.Experiment.Data.Split, got, r.Result.TestEqual.Accuracy, r.Result.TestSize)
		}
		if len(r.Right[study.Fused]) != r.Result.TestSize || len(r.Curve) != 1 || r.DataHash == "" {
			t.Errorf("%s: %d answers, %d epochs, data %q", r.Variant, len(r.Right[study.Fused]), len(r.Curve), r.DataHash)
		}
	}
	// With the records there is nothing to train, also where the runs are not.
	code, out, errOut = aug(t, "study", "tiny.json", "--out", "elsewhere", "--records", "tiny.jsonl.gz")
	if code != exitOK || !strings.Contains(out, "4 of 4 runs are complete") || errOut != "" {
		t.Errorf("from the records: code %d\n%s%s", code, out, errOut)
	}
	// A record of another experiment does not count, and is not lost.
	if err := os.WriteFile("tiny.json", []byte(strings.Replace(tinyStudy, "lambda=0.5", "lambda=1", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errOut = aug(t, "study", "tiny.json", "--out", "elsewhere", "--records", "tiny.jsonl.gz", "--list")
	if code != exitFailed || !strings.Contains(errOut, "tiny.jsonl.gz holds 2 records that are not of this study as it is now") {
		t.Errorf("after a change: code %d\n%s%s", code, out, errOut)
	}
	effects, err := study.Pairs(records, study.Fused, "half − paper")
	if err != nil || len(effects) != 1 {
		t.Errorf("%v, %v", effects, err)
	}
}

func TestStudyRefuses(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("tiny.json", []byte(tinyStudy), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("bad.json", []byte(strings.Replace(tinyStudy, "lambda=0.5", "lamda=0.5", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"study"}, "name one study file"},
		{[]string{"study", "none.json"}, "none.json"},
		{[]string{"study", "bad.json"}, "block watch, variant half: there is no setting"},
		{[]string{"study", "tiny.json", "--blocks", "wach"}, `the study has no block "wach"`},
		{[]string{"study", "tiny.json", "--variants", "third"}, `the study has no variant "third"`},
	} {
		code, _, errOut := aug(t, test.args...)
		if code != exitUsage || !strings.Contains(errOut, test.want) {
			t.Errorf("%v: code %d, %q; want %q", test.args, code, errOut, test.want)
		}
	}
}
