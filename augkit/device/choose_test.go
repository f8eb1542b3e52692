package device

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// machine describes a host for a test.
type machine struct {
	env      map[string]string
	files    map[string][]string // folder: file names
	gpu      bool
	noxla    bool
	wheelErr error
	goxlaErr error
	tried    []string // what was downloaded or tried, in order
}

func (m *machine) host() *host {
	fake := func(name, path string, err *error) func(string, Options) install {
		return func(dir string, _ Options) install {
			return func(context.Context) (Plugin, error) {
				m.tried = append(m.tried, name)
				if *err != nil {
					return Plugin{}, *err
				}
				return Plugin{Name: "cpu", Path: filepath.Join(dir, path), Origin: name}, nil
			}
		}
	}
	return &host{
		getenv:   func(name string) string { return m.env[name] },
		listDir:  func(dir string) []string { return m.files[dir] },
		readFile: func(string) ([]byte, error) { return nil, fs.ErrNotExist },
		workDir:  func() (string, error) { return "/somewhere", nil },
		exePath:  func() (string, error) { return "/clone/.tools/aug", nil },
		homeDir:  func() (string, error) { return "/home/me", nil },
		cacheDir: func() (string, error) { return "/home/me/.cache", nil },
		nvidia:   func() bool { return m.gpu },
		xla:      !m.noxla,
		platform: "linux/amd64",
		wheel:    fake("wheel", pluginFileName, &m.wheelErr),
		goxla:    fake("goxla", "go-xla/"+pluginFileName, &m.goxlaErr),
	}
}

const (
	cpuFile  = "pjrt_c_api_cpu_plugin.so"
	cudaFile = "pjrt_c_api_cuda_plugin.so"
	ownDir   = "/home/me/.cache/augkit/pjrt"
)

func TestChooseOrder(t *testing.T) {
	broken := errors.New("no network")
	tests := []struct {
		name     string
		machine  machine
		backend  string
		download bool
		config   string // of the choice
		tried    string
		err      string // part of the error
		notes    int
	}{
		{name: "nothing there", config: "go"},
		{name: "environment names go, plug-in there",
			machine: machine{env: map[string]string{EnvBackend: "go"}, files: map[string][]string{ownDir: {cpuFile}}}, config: "go"},
		{name: "caller goes before environment", backend: "go",
			machine: machine{env: map[string]string{EnvBackend: "xla:cpu"}}, config: "go"},
		{name: "environment names cpu", machine: machine{env: map[string]string{EnvBackend: "xla:cpu"}, files: map[string][]string{ownDir: {cpuFile}}},
			config: "xla:" + ownDir + "/" + cpuFile},
		{name: "name with options keeps them", backend: "xla:cpu,noshared_buffers", machine: machine{files: map[string][]string{ownDir: {cpuFile}}},
			config: "xla:" + ownDir + "/" + cpuFile + ",noshared_buffers"},
		{name: "versioned file answers to its name", backend: "xla:cpu",
			machine: machine{files: map[string][]string{"/usr/local/lib/go-xla": {"pjrt_c_api_cpu_v0.114.0_plugin.so"}}},
			config:  "xla:/usr/local/lib/go-xla/pjrt_c_api_cpu_v0.114.0_plugin.so"},
		{name: "absolute path is taken as it is", backend: "xla:/x/cpu.so", config: "xla:/x/cpu.so"},
		{name: "named and absent", backend: "xla:cpu", err: "aug setup"},
		{name: "named cuda and absent", backend: "xla:cuda", download: true, err: "aug setup --cuda"},
		{name: "named and downloaded", backend: "xla:cpu", download: true, config: "xla:" + ownDir + "/" + cpuFile, tried: "wheel"},
		{name: "named, download fails", backend: "xla:cpu", download: true, machine: machine{wheelErr: broken, goxlaErr: broken},
			tried: "wheel goxla", err: "no network"},
		{name: "named without XLA", backend: "xla", machine: machine{noxla: true}, err: "built without XLA"},
		{name: "unknown name", backend: "tpu", err: "use go, xla:cpu or xla:cuda"},
		{name: "search path before all folders",
			machine: machine{env: map[string]string{EnvPluginPath: "/p"}, files: map[string][]string{
				"/p": {cpuFile}, ownDir: {cpuFile}, "/usr/local/lib/go-xla": {cpuFile}}}, config: "xla:/p/" + cpuFile},
		{name: "default folder before ours",
			machine: machine{files: map[string][]string{ownDir: {cpuFile}, "/home/me/.local/lib/go-xla": {cpuFile}}},
			config:  "xla:/home/me/.local/lib/go-xla/" + cpuFile},
		{name: "AUG_PJRT_DIR is our folder",
			machine: machine{env: map[string]string{EnvPluginDir: "/mine"}, files: map[string][]string{ownDir: {cpuFile}, "/mine": {cpuFile}}},
			config:  "xla:/mine/" + cpuFile},
		{name: "beside the program", machine: machine{files: map[string][]string{"/clone/.tools/pjrt": {cpuFile}}},
			config: "xla:/clone/.tools/pjrt/" + cpuFile},
		{name: "relative search folder is passed over",
			machine: machine{env: map[string]string{EnvPluginPath: "here"}, files: map[string][]string{"here": {cpuFile}}}, config: "go"},
		{name: "other file names are passed over", machine: machine{files: map[string][]string{ownDir: {"libcpu.so", ".unpack-1"}}}, config: "go"},
		{name: "cuda without a GPU is passed over", machine: machine{files: map[string][]string{ownDir: {cudaFile, cpuFile}}},
			config: "xla:" + ownDir + "/" + cpuFile},
		{name: "cuda before cpu with a GPU", machine: machine{gpu: true, files: map[string][]string{ownDir: {cpuFile, cudaFile}}},
			config: "xla:" + ownDir + "/" + cudaFile},
		{name: "installed before download", download: true, machine: machine{files: map[string][]string{ownDir: {cpuFile}}},
			config: "xla:" + ownDir + "/" + cpuFile},
		{name: "wheel", download: true, config: "xla:" + ownDir + "/" + cpuFile, tried: "wheel"},
		{name: "go-xla's installer after the wheel", download: true, machine: machine{wheelErr: broken},
			config: "xla:" + ownDir + "/go-xla/" + cpuFile, tried: "wheel goxla"},
		{name: "pure Go after all downloads failed", download: true, machine: machine{wheelErr: broken, goxlaErr: broken},
			config: "go", tried: "wheel goxla", notes: 2},
		{name: "no download without XLA", download: true, machine: machine{noxla: true}, config: "go"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := test.machine
			choice, err := Choose(t.Context(), Options{Backend: test.backend, Download: test.download, host: m.host()})
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("error %v, want one with %q", err, test.err)
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if choice.Config != test.config {
				t.Errorf("chose %q, want %q", choice.Config, test.config)
			}
			if got := strings.Join(m.tried, " "); got != test.tried {
				t.Errorf("downloads tried: %q, want %q", got, test.tried)
			}
			if len(choice.Notes) != test.notes {
				t.Errorf("notes %q, want %d", choice.Notes, test.notes)
			}
			if err == nil && strings.ContainsAny(choice.String(), "\n") {
				t.Errorf("more than one line: %q", choice)
			}
		})
	}
}

func TestChooseEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m := machine{wheelErr: context.Canceled}
	if _, err := Choose(ctx, Options{Download: true, host: m.host()}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestOpenPassesOverAPluginThatDoesNotLoad(t *testing.T) {
	if !xlaBuilt {
		t.Skip("built without XLA")
	}
	dir := t.TempDir()
	m := machine{env: map[string]string{EnvPluginDir: dir}, files: map[string][]string{dir: {cpuFile}}}
	backend, choice, err := Open(t.Context(), Options{host: m.host()})
	if err != nil {
		t.Fatal(err)
	}
	backend.Finalize()
	if choice.Name != "go" || len(choice.Notes) != 1 {
		t.Errorf("chose %+v, want go with one note", choice)
	}
	if _, _, err := Open(t.Context(), Options{Backend: "xla:cpu", host: m.host()}); err == nil || !strings.Contains(err.Error(), "aug doctor") {
		t.Errorf("asked for by name: error %v, want one that names aug doctor", err)
	}
}
