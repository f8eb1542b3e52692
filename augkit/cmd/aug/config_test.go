package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestConfig(t *testing.T) {
	mine := filepath.Join(t.TempDir(), "mine.json")
	if err := os.WriteFile(mine, []byte(`{"data": {"name": "watch7"}, "method": {"lambda": 0.5}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args   string
		code   int
		stdout string // parts of it, separated by |
		stderr string
	}{
		{"config", exitUsage, "", "say list, show or diff"},
		{"config burn", exitUsage, "", "burn"},
		{"config --help", exitOK, "aug config diff paper released", ""},
		{"config list", exitOK, "paper\n|released\n|released-early\n|841d079", ""},
		{"config list extra", exitUsage, "", "extra"},
		{"config show", exitUsage, "", "name one preset or file"},
		{"config show published", exitUsage, "", `no preset "published"; use paper, released, released-early, or an experiment file`},
		{"config show released --data watch7", exitOK, `"name": "watch7"|"trained_classifiers": "first"|"step": "alternating-legacy"`, ""},
		{"config show paper --data smells", exitUsage, "", "smells"},
		{"config show " + mine, exitOK, `"lambda": 0.5|"residual": "logits"`, ""},
		{"config show nowhere.json", exitUsage, "", "nowhere.json"},
		{"config diff paper", exitUsage, "", "name two presets or files"},
		{"config diff paper released", exitOK, "KEY|PAPER|RELEASED|method.assign.by|ratio|train.selection|method.lambda", ""},
		{"config diff --data watch7 paper " + mine, exitOK, "method.lambda|0.33|0.5|name", ""},
		{"config diff released-early released", exitOK, "method.lambda|0.2|0.5", ""},
	} {
		t.Run(test.args, func(t *testing.T) {
			out := ""
			for i, part := range strings.Split(test.stdout, "|") {
				if i == 0 {
					out = expect(t, strings.Fields(test.args), test.code, part, test.stderr)
				} else if !strings.Contains(out, part) {
					t.Errorf("stdout lacks %q:\n%s", part, out)
				}
			}
		})
	}
	if out := expect(t, []string{"config", "diff", "paper", "paper"}, exitOK, "", ""); out != "" {
		t.Errorf("the same preset differs from itself: %s", out)
	}
}

func TestTrainPreset(t *testing.T) {
	args := []string{"train", "--data", "watch7", "--preset", "released", "--set", "lambda=1", "--print-config"}
	out := expect(t, args, exitOK, `"selection": "test"`, "")
	if !strings.Contains(out, `"lambda": 1,`) {
		t.Errorf("--set does not come after --preset:\n%s", out)
	}
	expect(t, []string{"train", "--data", "watch7", "--preset", "mine"}, exitUsage, "", `--preset: there is no preset "mine"; use paper`)
}
