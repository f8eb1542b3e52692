package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	const text = "goos: linux\nBenchmarkBeside/released-step\n    x_test.go:1: backend\n" +
		"BenchmarkBeside/released-step-2 \t 3\t 2500000 ns/op\t 10.56 first-loss\t 2.000 steps/op\nPASS\n"
	r, err := parse(text, "released-step")
	if err != nil {
		t.Fatal(err)
	}
	if r.Iterations != 3 || r.Seconds != 0.0025 || r.Facts["first-loss"] != 10.56 || r.Facts["steps/op"] != 2 || len(r.Facts) != 2 {
		t.Errorf("got %+v", r)
	}
	if r, err = parse("BenchmarkBeside/files-ogg\t1\t5e9 ns/op\t7 files/op\n", "files-ogg"); err != nil || r.Seconds != 5 {
		t.Errorf("Python's line: %+v, %v", r, err)
	}
	for _, bad := range []string{"", "PASS", "BenchmarkBeside/other-2 3 5 ns/op", "BenchmarkBeside/released-step-2 3 x ns/op"} {
		if _, err := parse(bad, "released-step"); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// sample is a measurement of three rounds in which XLA takes half of PyTorch's time, but once longer.
func sample() *measurement {
	m := &measurement{Machine: "machine", Threads: 2, Loads: []float64{0.5, 4}, works: []work{{Name: "matmul-2048"}, {Name: "step"}},
		programs: []string{pytorch, xla}}
	for round, theirs := range []float64{2, 4, 1} {
		for _, w := range m.works {
			facts := map[string]float64{"params": 5, "GFLOP/op": 20}
			m.Results = append(m.Results, result{Work: w.Name, Program: pytorch, Round: round + 1, Seconds: theirs, Facts: facts, PeakMemory: 3e6},
				result{Work: w.Name, Program: xla, Round: round + 1, Seconds: []float64{1, 1, 1.5}[round], Facts: map[string]float64{"params": 5}, PeakMemory: 2e6})
		}
	}
	return m
}

func TestTable(t *testing.T) {
	m := sample()
	text := m.table()
	for _, want := range []string{"3 rounds", "the machine was shared", "| step | 2 s | 1 s | 0.50 (0.25…1.50) | – | – | 3 / 2 / – | 10 (50 %) / 20 (100 %) |",
		"but not in every round: matmul-2048 on XLA (0.50), step on XLA (0.50)"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestCheck(t *testing.T) {
	m := sample()
	if err := m.check(); err != nil {
		t.Errorf("the same work: %v", err)
	}
	m.Results[3].Facts["params"] = 6
	if err := m.check(); err == nil || !strings.Contains(err.Error(), "params is 5 for PyTorch and 6 for XLA") {
		t.Errorf("other parameters: %v", err)
	}
	m = sample()
	m.Results[0].Facts["first-loss"], m.Results[1].Facts["first-loss"] = 10.56009, 10.56
	if err := m.check(); err != nil {
		t.Errorf("rounded loss: %v", err)
	}
	m.Results[1].Facts["first-loss"] = 10.6
	if err := m.check(); err == nil {
		t.Error("another loss was taken for the same")
	}
}

func TestReplace(t *testing.T) {
	name := filepath.Join(t.TempDir(), "B.md")
	if err := os.WriteFile(name, []byte("a\n"+begin+"old\n"+end+"z\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := replace(name, "new\n"); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(name)
	if err != nil || string(text) != "a\n"+begin+"\nnew\n\n"+end+"z\n" {
		t.Errorf("%q, %v", text, err)
	}
	if err := os.WriteFile(name, []byte("nothing"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := replace(name, "new\n"); err == nil {
		t.Error("a file without a place for the table was changed")
	}
}
