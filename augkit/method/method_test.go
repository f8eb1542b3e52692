package method_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/method"
)

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		m    experiment.Method
		part string
	}{
		{"unknown", experiment.Method{Name: "boosting"}, "aug, control, joint, gb, sustained, alone, late"},
		{"no name", experiment.Method{}, "there is no method"},
		{"lambda above 1", experiment.Method{Name: "aug", Lambda: 1.5, Sigma: 1}, "method.lambda is 1.5"},
		{"lambda below 0", experiment.Method{Name: "aug", Lambda: -0.1, Sigma: 1}, "method.lambda is -0.1"},
		{"lambda not a number", experiment.Method{Name: "aug", Lambda: math.NaN(), Sigma: 1}, "[0, 1]"},
		{"sigma below 1", experiment.Method{Name: "aug", Lambda: 0.5, Sigma: 0.5}, "sigma is 0.5"},
		{"tau of 1", experiment.Method{Name: "aug", Lambda: 0.5, Sigma: 1, Tau: 1}, "tau is 1"},
	} {
		if _, err := method.New(c.m); err == nil || !strings.Contains(err.Error(), c.part) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.part)
		}
	}
}

func TestSteps(t *testing.T) {
	names := []string{"image", "audio", "text"}
	for _, c := range []struct {
		method     string
		steps      []string
		modalities [][]int
		grows, sum bool
	}{
		{"aug", names, [][]int{{0}, {1}, {2}}, true, false},
		{"control", names, [][]int{{0}, {1}, {2}}, false, false},
		{"alone", names, [][]int{{0}, {1}, {2}}, false, false},
		{"late", names, [][]int{{0}, {1}, {2}}, false, true},
		{"joint", []string{"joint"}, [][]int{{0, 1, 2}}, false, true},
		{"gb", []string{"joint"}, [][]int{{0, 1, 2}}, true, true},
		{"sustained", []string{"joint"}, [][]int{{0, 1, 2}}, true, true},
	} {
		m, err := method.New(experiment.Method{Name: c.method, Lambda: 0.33, Sigma: 1, Tau: 0.01})
		if err != nil {
			t.Error(err)
			continue
		}
		steps := m.Steps(names)
		var got []string
		for i, s := range steps {
			got = append(got, s.Name)
			if i < len(c.modalities) && !slices.Equal(s.Modalities, c.modalities[i]) {
				t.Errorf("%s: step %d takes modalities %v, want %v", c.method, i, s.Modalities, c.modalities[i])
			}
		}
		if !slices.Equal(got, c.steps) {
			t.Errorf("%s: steps %v, want %v", c.method, got, c.steps)
		}
		if grows := m.Assignment() != nil; grows != c.grows {
			t.Errorf("%s: grows: %v, want %v", c.method, grows, c.grows)
		}
		if m.SumFusion() != c.sum {
			t.Errorf("%s: sum fusion: %v, want %v", c.method, m.SumFusion(), c.sum)
		}
	}
}

func TestEveryMethodIsListed(t *testing.T) {
	for _, info := range method.All {
		if info.About == "" {
			t.Errorf("%s has no description", info.Name)
		}
		if _, err := method.New(experiment.Method{Name: info.Name, Lambda: 0.33, Sigma: 1}); err != nil {
			t.Errorf("%s: %v", info.Name, err)
		}
	}
}
