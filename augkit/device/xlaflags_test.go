package device

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func TestContainsAll(t *testing.T) {
	far := strings.Repeat("x", 4<<20-3) + "border" + strings.Repeat("y", 5<<20) + "end"
	for _, test := range []struct {
		name, text string
		words      []string
		want       bool
	}{
		{"none wanted", "", nil, true},
		{"empty", "", []string{"a"}, false},
		{"both", "one two", []string{"two", "one"}, true},
		{"one of two", "one two", []string{"two", "three"}, false},
		{"across blocks", far, []string{"border", "xborder", "end"}, true},
		{"nowhere in many blocks", far, []string{"border", "bordeaux"}, false},
	} {
		for name, r := range map[string]io.Reader{
			"whole":     strings.NewReader(test.text),
			"by halves": iotest.HalfReader(strings.NewReader(test.text)),
		} {
			got, err := containsAll(r, test.words)
			if got != test.want || err != nil {
				t.Errorf("%s, %s: %v, %v; want %v", test.name, name, got, err, test.want)
			}
		}
	}
	failed := errors.New("disk")
	if _, err := containsAll(iotest.ErrReader(failed), []string{"a"}); !errors.Is(err, failed) {
		t.Errorf("error %v, want %v", err, failed)
	}
}

func TestSetCPUFlags(t *testing.T) {
	all := "__onednn$convolution"
	for _, flag := range cpuFlags {
		all += "\x00" + flag.name + "\x00" + flag.value
	}
	plugin := filepath.Join(t.TempDir(), "pjrt_c_api_cpu_plugin.so")
	for _, test := range []struct{ name, plugin, before, after string }{
		{"a plug-in that knows them", all, "", "--xla_cpu_experimental_ynn_fusion_type=LIBRARY_FUSION_TYPE_REDUCE --xla_cpu_use_onednn=true " +
			"--xla_cpu_experimental_onednn_custom_call=true --xla_cpu_scheduler_type=CPU_SCHEDULER_TYPE_MEMORY_OPTIMIZED"},
		{"what is set stands", all, "--xla_dump_to=d --xla_cpu_use_onednn=false  --xla_cpu_scheduler_type=X", "--xla_dump_to=d --xla_cpu_use_onednn=false " +
			"--xla_cpu_scheduler_type=X --xla_cpu_experimental_ynn_fusion_type=LIBRARY_FUSION_TYPE_REDUCE --xla_cpu_experimental_onednn_custom_call=true"},
		{"one without oneDNN", strings.Replace(all, "__onednn", "", 1), "--a=b", "--a=b"},
		{"one without a flag", strings.Replace(all, "xla_cpu_scheduler_type", "", 1), "", ""},
	} {
		t.Setenv(EnvXLAFlags, test.before)
		if err := os.WriteFile(plugin, []byte(test.plugin), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := setCPUFlags(plugin); err != nil {
			t.Fatal(err)
		}
		if got := os.Getenv(EnvXLAFlags); got != test.after {
			t.Errorf("%s: %q, want %q", test.name, got, test.after)
		}
	}
	if err := setCPUFlags(plugin + ".gone"); err == nil || !strings.Contains(err.Error(), "reading the plug-in") {
		t.Errorf("error %v", err)
	}
}
