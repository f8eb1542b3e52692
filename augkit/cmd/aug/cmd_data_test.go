package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A new folder of one's own files is shown, trains as it is, and is never written over.
func TestDataNew(t *testing.T) {
	t.Chdir(t.TempDir())
	code, stdout, stderr := aug(t, "data", "new", "mine", "--kinds", "sensor,text")
	if code != exitOK || !strings.Contains(stdout, "aug train --config mine/experiment.json") {
		t.Fatalf("new: code %d, %s%s", code, stdout, stderr)
	}
	readme, err := os.ReadFile(filepath.Join("mine", "README.md"))
	if err != nil || !strings.Contains(string(readme), "--set file=mine/samples.csv") || strings.Contains(string(readme), "FOLDER") {
		t.Errorf("the README does not name its folder: %v", err)
	}
	code, _, stderr = aug(t, "data", "new", "mine")
	if code != exitFailed || !strings.Contains(stderr, "mine is not empty; name a new folder") {
		t.Errorf("again: code %d, %s", code, stderr)
	}
	code, stdout, stderr = aug(t, "data", "show", "manifest", "--set", "file=mine/samples.csv", "--split", "4")
	if code != exitOK || !strings.Contains(stdout, "manifest, split 4: 144 samples, 3 classes") || !strings.Contains(stdout, "modality sensor: sensor [64 2]") {
		t.Errorf("show: code %d, %s%s", code, stdout, stderr)
	}
	code, stdout, stderr = aug(t, "train", "--config", "mine/experiment.json", "--set", "epochs=1", "--method", "joint,aug")
	if code != exitOK || !strings.Contains(stdout, "joint") || !strings.Contains(stderr, "runs/mine/aug/split0-seed0") {
		t.Errorf("train: code %d, %s%s", code, stdout, stderr)
	}
	code, stdout, _ = aug(t, "data", "list")
	if code != exitOK || !strings.Contains(stdout, "aug data new FOLDER") {
		t.Errorf("list does not tell how to bring one's own files: %s", stdout)
	}
	code, _, stderr = aug(t, "data", "get", "manifest")
	if code != exitUsage || !strings.Contains(stderr, "your own files") {
		t.Errorf("get: code %d, %s", code, stderr)
	}
}
