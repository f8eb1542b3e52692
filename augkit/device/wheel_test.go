package device

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// writeWheel makes a small wheel and returns its path and hash.
func writeWheel(t *testing.T, files map[string]string) (path, sum string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "w.whl")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	for name, text := range files {
		entry, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := entry.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(data)
	return path, hex.EncodeToString(hash[:])
}

func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

func TestInstallWheel(t *testing.T) {
	wheel, sum := writeWheel(t, map[string]string{
		"lammps_jax_pjrt_cpu/" + pluginFileName: "machine code",
		"x.dist-info/licenses/LICENSE":          "terms",
		"../../escape":                          "no",
	})
	dir := t.TempDir()
	plugin, err := installWheel(wheel, dir, sum)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(plugin.Path); err != nil || string(data) != "machine code" {
		t.Errorf("plug-in holds %q, %v", data, err)
	}
	want := "LICENSE.lammps-jax-pjrt-cpu pjrt_c_api_cpu_plugin.origin pjrt_c_api_cpu_plugin.so"
	if got := names(t, dir); got != want {
		t.Errorf("installed %q, want %q", got, want)
	}
}

func TestBadWheelLeavesNothing(t *testing.T) {
	good, sum := writeWheel(t, map[string]string{"p/" + pluginFileName: strings.Repeat("machine code", 1000)})
	data, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	short := filepath.Join(t.TempDir(), "short.whl")
	if err := os.WriteFile(short, data[:len(data)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	shortSum := sha256.Sum256(data[:len(data)/2])
	empty, emptySum := writeWheel(t, map[string]string{"readme": "nothing"})
	tests := []struct{ name, wheel, sum, err string }{
		{"wrong hash", good, strings.Repeat("0", 64), "SHA-256"},
		{"cut short", short, sum, "SHA-256"},
		{"cut short with its own hash", short, hex.EncodeToString(shortSum[:]), "not a valid zip"},
		{"no plug-in in it", empty, emptySum, "holds no"},
		{"no file", "/nowhere.whl", sum, "no such file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			_, err := installWheel(test.wheel, dir, test.sum)
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("error %v, want one with %q", err, test.err)
			}
			if got := names(t, dir); got != "" {
				t.Errorf("left behind: %s", got)
			}
		})
	}
}

func TestWheelInstallerSaysWhatPipSaid(t *testing.T) {
	dir := t.TempDir()
	python := filepath.Join(t.TempDir(), "python3")
	script := "#!/bin/sh\necho 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES' >&2\nexit 1\n"
	if err := os.WriteFile(python, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := wheelInstaller(dir, Options{Python: python})(t.Context())
	if err == nil || !strings.Contains(err.Error(), "DO NOT MATCH") {
		t.Errorf("error %v, want pip's own", err)
	}
	_, err = wheelInstaller(dir, Options{Python: "no-such-python"})(t.Context())
	if err == nil || !strings.Contains(err.Error(), "AUG_PYTHON") {
		t.Errorf("error %v, want one that names AUG_PYTHON", err)
	}
	if got := names(t, dir); got != "" {
		t.Errorf("left behind: %s", got)
	}
}
