package device

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
)

// healthy is a machine on which all is well; tests break one thing of it.
func healthy() *probe {
	m := &machine{files: map[string][]string{"/clone/.tools/pjrt": {cpuFile}}}
	h := m.host()
	h.workDir = func() (string, error) { return "/clone/notebooks", nil }
	h.readFile = files(map[string]string{
		"/clone/go.mod": "module " + modulePath + "\n",
		"/clone/.jupyter/kernels/gonb/kernel.json": `{"argv": ["/clone/.tools/gonb", "-go_work=/clone"]}`,
	})
	return &probe{
		host:     h,
		look:     func(program string) (string, error) { return "/usr/bin/" + program, nil },
		run:      answers(nil),
		exists:   func(string) bool { return true },
		size:     func(context.Context, string) int64 { return 3 << 20 },
		describe: func(context.Context, Plugin) (string, int, error) { return "0.115", 4, nil },
	}
}

func files(texts map[string]string) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		if text, ok := texts[path]; ok {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	}
}

// answers plays the programs that the doctor runs; "" in other makes one fail.
func answers(other map[string]string) func(context.Context, string, ...string) (string, error) {
	return func(_ context.Context, program string, args ...string) (string, error) {
		call := program + " " + strings.Join(args, " ")
		for key, answer := range map[string]string{
			"GOVERSION": "go1.26.8", "env CC": "gcc", "venv, ensurepip": "3.11.7", "jupyterlab": "4.6.6", "env GOCACHE": "/c", "env GOMODCACHE": "/m",
			"df": "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/x 100 50 9000000 1% /", "nvidia-smi": "H100, 600, 80 GiB",
		} {
			if !strings.Contains(call, key) {
				continue
			}
			if changed, ok := other[key]; ok {
				answer = changed
			}
			if answer == "" {
				return "", errors.New("failed")
			}
			return answer, nil
		}
		return "", errors.New("unexpected call " + call)
	}
}

func TestDoctor(t *testing.T) {
	tests := []struct {
		name   string
		change func(p *probe)
		find   string // name of the finding looked at
		state  State
		detail string // part of it
		mend   string // part of it
	}{
		{"go", nil, "go", OK, "go1.26.8", ""},
		{"no go", func(p *probe) { p.run = answers(map[string]string{"GOVERSION": ""}) }, "go", Fault, "no go", "1.26.5"},
		{"old go", func(p *probe) { p.run = answers(map[string]string{"GOVERSION": "go1.25.3"}) }, "go", Fault, "too old", "1.26.5"},
		{"compiler", nil, "cgo", OK, "/usr/bin/gcc", ""},
		{"no compiler", func(p *probe) { p.look = func(string) (string, error) { return "", errors.New("no") } }, "cgo", Warn, "gcc", "BACKEND=go"},
		{"plug-in", nil, "plug-in cpu", OK, "PJRT API 0.115, 4 devices", ""},
		{"no plug-in", func(p *probe) { p.listDir = func(string) []string { return nil } }, "plug-in", Warn, "pure-Go", "aug setup"},
		{"broken plug-in", func(p *probe) {
			p.describe = func(context.Context, Plugin) (string, int, error) { return "", 0, errors.New("bad magic") }
		}, "plug-in cpu", Fault, "bad magic", "rm /clone/.tools/pjrt/" + cpuFile},
		{"no GPU", nil, "cuda", OK, "no NVIDIA", ""},
		{"GPU without plug-in", func(p *probe) { p.nvidia = func() bool { return true } }, "cuda", Warn, "H100", "aug setup --cuda"},
		{"GPU without driver", func(p *probe) {
			p.nvidia = func() bool { return true }
			p.run = answers(map[string]string{"nvidia-smi": ""})
		}, "cuda", Warn, "nvidia-smi", "driver"},
		{"backend", nil, "backend", OK, "xla:cpu", ""},
		{"bad backend", func(p *probe) {
			p.getenv = func(name string) string { return map[string]string{EnvBackend: "abacus"}[name] }
		},
			"backend", Fault, "abacus", "unset GOMLX_BACKEND"},
		{"python", nil, "python", OK, "3.11.7", ""},
		{"old python", func(p *probe) { p.run = answers(map[string]string{"venv, ensurepip": "3.9.2"}) }, "python", Fault, "too old", "3.10"},
		{"no venv module", func(p *probe) { p.run = answers(map[string]string{"venv, ensurepip": ""}) }, "python", Fault, "venv", "python3-venv"},
		{"no JupyterLab", func(p *probe) { p.run = answers(map[string]string{"jupyterlab": ""}) }, "venv", Warn, ".venv", "make venv"},
		{"kernel", nil, "kernel", OK, ".jupyter/kernels/gonb", ""},
		{"no kernel", func(p *probe) { p.readFile = files(map[string]string{"/clone/go.mod": "module " + modulePath + "\n"}) },
			"kernel", Warn, "not installed", "make kernel"},
		{"kernel of another clone", func(p *probe) {
			p.readFile = files(map[string]string{"/clone/go.mod": "module " + modulePath + "\n",
				"/clone/.jupyter/kernels/gonb/kernel.json": `{"argv": ["/old/.tools/gonb", "-go_work=/old"]}`})
		}, "kernel", Fault, "another folder", "make"},
		{"damaged kernel", func(p *probe) {
			p.readFile = files(map[string]string{"/clone/go.mod": "module " + modulePath + "\n", "/clone/.jupyter/kernels/gonb/kernel.json": `{"ar`})
		}, "kernel", Fault, "damaged", "make kernel"},
		{"cache", nil, "cache GOCACHE", OK, "3 MB in /c", ""},
		{"disk", nil, "disk", OK, "8789 MB free", ""},
		{"full disk", func(p *probe) {
			p.run = answers(map[string]string{"df": "F B U A C M\n/dev/x 100 50 1000 99% /"})
		}, "disk", Warn, "0 MB free", "2 GB"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := healthy()
			if test.change != nil {
				test.change(p)
			}
			for _, f := range examine(t.Context(), p) {
				if f.Name != test.find {
					continue
				}
				if f.State != test.state || !strings.Contains(f.Detail, test.detail) || !strings.Contains(f.Mend, test.mend) {
					t.Errorf("found %+v, want %s, %q, mend %q", f, test.state, test.detail, test.mend)
				}
				if f.State == Fault && f.Mend == "" {
					t.Error("a fault without a mend")
				}
				return
			}
			t.Errorf("no finding %q", test.find)
		})
	}
}
