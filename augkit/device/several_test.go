package device

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/gomlx/compute"
)

func TestCPUDevices(t *testing.T) {
	for _, test := range []struct {
		text string
		n    int
		err  string
	}{
		{"", 1, ""},
		{"8", 8, ""},
		{"0", 0, `AUG_CPU_DEVICES is "0": set it to a number`},
		{"many", 0, `AUG_CPU_DEVICES is "many"`},
	} {
		t.Setenv(EnvCPUDevices, test.text)
		n, err := cpuDevices()
		if n != test.n || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%q: %d, %v", test.text, n, err)
		}
	}
	if _, _, err := Open(context.Background(), Options{Backend: "go"}); err == nil {
		t.Error("a backend opens although what was set is no number")
	}
}

func TestCheckSeveral(t *testing.T) {
	pure, err := compute.NewWithConfig("go")
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckSeveral(pure, 1); err != nil {
		t.Error(err)
	}
	if err := CheckSeveral(pure, 2); err == nil || !strings.Contains(err.Error(), "the backend has 1; only XLA trains on several") {
		t.Error(err)
	}

	choice, err := Choose(t.Context(), Options{})
	if err != nil || choice.Name != "xla:cpu" {
		t.Skipf("XLA's CPU plug-in is not what is chosen here: %v %v", choice, err)
	}
	one, err := OneThread(pure, choice)
	if err != nil || one != nil {
		t.Errorf("the pure-Go backend has threads to share: %v, %v", one, err)
	}
	t.Setenv(EnvCPUDevices, "3")
	xla, _, err := Open(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(envThreads, "2")
	if one, err = OneThread(xla, choice); err != nil || one == xla || one.NumDevices() != 1 {
		t.Errorf("with one thread: %v, %v", one, err)
	}
	if was := os.Getenv(envThreads); was != "2" {
		t.Errorf("%s is %q now, it was 2", envThreads, was)
	}
	if err := CheckSeveral(xla, 3); err != nil {
		t.Error(err)
	}
	if err := CheckSeveral(xla, 5); err == nil || !strings.Contains(err.Error(), "the backend has 3; set AUG_CPU_DEVICES=5") {
		t.Error(err)
	}
}
