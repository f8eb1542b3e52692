package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// aug runs the command in this process.
func aug(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = dispatch(t.Context(), args, &out, &err)
	return code, out.String(), err.String()
}

func TestExitCodes(t *testing.T) {
	tests := []struct {
		args   string
		code   int
		stdout string // part of it
		stderr string // part of it
	}{
		{"", exitUsage, "", "usage: aug <verb>"},
		{"help", exitOK, "doctor", ""},
		{"--help", exitOK, "usage: aug <verb>", ""},
		{"help setup", exitOK, "examples:", ""},
		{"frobnicate", exitUsage, "", `no verb "frobnicate"`},
		{"setup --help", exitOK, "aug setup --cuda", ""},
		{"setup --nope", exitUsage, "", "see `aug setup --help`"},
		{"setup extra", exitUsage, "", `no argument "extra"`},
		{"setup --cuda --offline", exitUsage, "", "network"},
		{"setup --backend go --offline", exitOK, "backend: go", ""},
		{"setup --backend abacus --offline", exitFailed, "", "abacus"},
		{"setup --wheel /nowhere.whl", exitFailed, "", "nowhere.whl"},
		{"doctor --help", exitOK, "aug doctor --json", ""},
		{"doctor extra", exitUsage, "", "extra"},
		{"doctor --plugin /nowhere.so", exitFailed, "", "aug doctor"},
		{"data", exitUsage, "", "say list, get, show or new"},
		{"data --help", exitOK, "aug data get", ""},
		{"data burn", exitUsage, "", "burn"},
		{"data list", exitOK, "watch7", ""},
		{"data list extra", exitUsage, "", "extra"},
		{"data get", exitUsage, "", "name one data set"},
		{"data get nothing", exitUsage, "", "watch7"},
		{"data get watch7", exitOK, "nothing to fetch", ""},
		{"data show", exitUsage, "", "name one data set"},
		{"data show watch7 --split 77", exitUsage, "", "split 77"},
		{"data show watch7 --modalities smell", exitUsage, "", "smell"},
		{"data show watch7 --set a", exitUsage, "", "name=value"},
		{"data show --split 1 watch7", exitOK, "split 1", ""},
		{"data show watch7 --set split_by=window", exitOK, "split_by = window", ""},
		{"data show manifest", exitUsage, "", "data.settings.file is missing"},
		{"data show manifest --set file=nowhere.csv", exitUsage, "", "there is no file nowhere.csv"},
		{"data new", exitUsage, "", "name one folder"},
		{"data new --help", exitOK, "aug data new mine", ""},
		{"data new never --kinds image", exitFailed, "", "two kinds or more"},
		{"data new never --kinds image,smell", exitFailed, "", "smell"},
	}
	for _, test := range tests {
		t.Run(test.args, func(t *testing.T) {
			code, stdout, stderr := aug(t, strings.Fields(test.args)...)
			if code != test.code {
				t.Errorf("exit code %d, want %d; stderr: %s", code, test.code, stderr)
			}
			if !strings.Contains(stdout, test.stdout) {
				t.Errorf("stdout %q lacks %q", stdout, test.stdout)
			}
			if !strings.Contains(stderr, test.stderr) {
				t.Errorf("stderr %q lacks %q", stderr, test.stderr)
			}
			if code != exitOK && stdout != "" {
				t.Errorf("a failed call printed on stdout: %q", stdout)
			}
		})
	}
}

func TestEveryVerbHasHelpWithExamples(t *testing.T) {
	for _, v := range verbs() {
		code, stdout, _ := aug(t, v.name, "--help")
		if code != exitOK || !strings.Contains(stdout, "examples:\n  aug "+v.name) {
			t.Errorf("aug %s --help: code %d, %q", v.name, code, stdout)
		}
	}
}

func TestJSON(t *testing.T) {
	for _, args := range []string{"data list --json", "data show watch7 --json", "setup --backend go --offline --json"} {
		code, stdout, stderr := aug(t, strings.Fields(args)...)
		if code != exitOK || !json.Valid([]byte(stdout)) {
			t.Errorf("aug %s: code %d, stderr %q, not JSON: %.100q", args, code, stderr, stdout)
		}
	}
}

func TestShowCountsEverySampleOnce(t *testing.T) {
	_, stdout, _ := aug(t, "data", "show", "watch7", "--json")
	var s shown
	if err := json.Unmarshal([]byte(stdout), &s); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, classes := range s.Counts {
		for _, count := range classes {
			n += count
		}
	}
	if n != s.Samples || n == 0 {
		t.Errorf("parts hold %d samples, the data set %d", n, s.Samples)
	}
}

func TestCounter(t *testing.T) {
	var out bytes.Buffer
	c := &counter{w: &out}
	for i := range int64(100) {
		c.update("fetching", i+1, 100)
	}
	c.update("decoding", 1, 0)
	c.end()
	if out.String() != "fetching\ndecoding\n" {
		t.Errorf("without a terminal it wrote %q", out.String())
	}
	out.Reset()
	c = &counter{w: &out, terminal: true}
	c.update("fetching", 100, 100)
	c.end()
	if s := out.String(); !strings.Contains(s, "100 %") || !strings.HasSuffix(s, "\n") {
		t.Errorf("on a terminal it wrote %q", s)
	}
}
