package device

import (
	"context"
	"encoding/json"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// State of a finding.
type State string

// The states: all is well; it works but could be better; it is broken.
const (
	OK    State = "ok"
	Warn  State = "warn"
	Fault State = "fault"
)

// Finding is one thing looked at on this machine.
type Finding struct {
	Name   string `json:"name"`
	State  State  `json:"state"`
	Detail string `json:"detail"`
	Mend   string `json:"mend,omitempty"` // a command
}

// probe is how the doctor looks around; tests put another in its place.
type probe struct {
	*host
	look     func(program string) (string, error)
	run      func(ctx context.Context, program string, args ...string) (string, error)
	exists   func(path string) bool
	size     func(ctx context.Context, dir string) int64
	describe func(ctx context.Context, p Plugin) (version string, devices int, err error)
}

// Doctor looks at everything the toolkit needs and says for each fault how to mend it. describe loads a plug-in and
// reports on it; nil stands for [Describe] in this process, which a broken plug-in can take down.
func Doctor(ctx context.Context, describe func(context.Context, Plugin) (string, int, error)) []Finding {
	if describe == nil {
		describe = func(_ context.Context, p Plugin) (string, int, error) { return Describe(p) }
	}
	return examine(ctx, &probe{
		host:     thisHost(),
		look:     exec.LookPath,
		run:      runProgram,
		exists:   func(path string) bool { _, err := os.Stat(path); return err == nil },
		size:     folderSize,
		describe: describe,
	})
}

func examine(ctx context.Context, p *probe) []Finding {
	var all []Finding
	for _, check := range []func(context.Context, *probe) []Finding{
		checkGo, checkCompiler, checkPlugins, checkCUDA, checkBackend, checkPython, checkKernel, checkCaches, checkDisk,
	} {
		all = append(all, check(ctx, p)...)
	}
	return all
}

const (
	needGo     = "go1.26.5"
	needPython = 10 // of 3.x
	needDisk   = 2 << 30
)

func checkGo(ctx context.Context, p *probe) []Finding {
	out, err := p.run(ctx, "go", "env", "GOVERSION")
	switch {
	case err != nil:
		return []Finding{{"go", Fault, "no go on PATH", "install Go 1.26.5 or newer and put its bin folder on PATH"}}
	case version.Compare(out, needGo) < 0:
		return []Finding{{"go", Fault, out + " is too old", "install Go 1.26.5 or newer"}}
	}
	return []Finding{{"go", OK, out + ", " + p.platform, ""}}
}

func checkCompiler(ctx context.Context, p *probe) []Finding {
	cc, err := p.run(ctx, "go", "env", "CC")
	if err != nil || cc == "" {
		cc = "cc"
	}
	path, err := p.look(strings.Fields(cc)[0])
	if err != nil {
		return []Finding{{"cgo", Warn, "no C compiler (" + cc + "); XLA cannot be linked, the pure-Go backend can",
			"apt-get install gcc libc6-dev, or add BACKEND=go to the make command"}}
	}
	return []Finding{{"cgo", OK, path, ""}}
}

func checkPlugins(ctx context.Context, p *probe) []Finding {
	plugins := p.plugins()
	if len(plugins) == 0 {
		return []Finding{{"plug-in", Warn, "no PJRT plug-in; the pure-Go backend takes its place", "aug setup"}}
	}
	var all []Finding
	for _, plugin := range plugins {
		f := Finding{Name: "plug-in " + plugin.Name, State: OK, Detail: plugin.Path}
		if plugin.Origin != "" {
			f.Detail += " from " + plugin.Origin
		}
		switch api, devices, err := p.describe(ctx, plugin); {
		case !p.xla:
			f.Detail += "; not loaded: this aug was built without XLA"
		case strings.HasPrefix(plugin.Name, "cuda") && !p.nvidia():
			f.State, f.Detail = Warn, f.Detail+"; no NVIDIA device for it"
		case err != nil:
			f.State, f.Detail, f.Mend = Fault, err.Error(), "rm "+plugin.Path+" && aug setup"
		default:
			f.Detail += fmt.Sprintf("; PJRT API %s, %d devices", api, devices)
		}
		all = append(all, f)
	}
	return all
}

func checkCUDA(ctx context.Context, p *probe) []Finding {
	if !p.nvidia() {
		return []Finding{{"cuda", OK, "no NVIDIA device", ""}}
	}
	detail := "NVIDIA device present"
	if out, err := p.run(ctx, "nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"); err == nil {
		detail = strings.ReplaceAll(out, "\n", "; ")
	} else {
		return []Finding{{"cuda", Warn, detail + ", but nvidia-smi does not answer", "install NVIDIA's driver"}}
	}
	for _, plugin := range p.plugins() {
		if strings.HasPrefix(plugin.Name, "cuda") {
			return []Finding{{"cuda", OK, detail, ""}}
		}
	}
	return []Finding{{"cuda", Warn, detail + ", but no CUDA plug-in", "aug setup --cuda"}}
}

func checkBackend(ctx context.Context, p *probe) []Finding {
	choice, err := Choose(ctx, Options{host: p.host})
	if err != nil {
		return []Finding{{"backend", Fault, err.Error(), "unset " + EnvBackend}}
	}
	return []Finding{{"backend", OK, strings.TrimPrefix(choice.String(), "backend: "), ""}}
}

func checkPython(ctx context.Context, p *probe) []Finding {
	venv := ""
	if root, ok := p.projectRoot(); ok {
		venv = filepath.Join(root, ".venv")
	}
	out, err := p.run(ctx, "python3", "-c", "import sys, venv, ensurepip; print('%d.%d.%d' % sys.version_info[:3])")
	if err != nil {
		return []Finding{{"python", Fault, "no python3 with venv and pip", "apt-get install python3 python3-venv"}}
	}
	if parts := strings.SplitN(out, ".", 3); len(parts) == 3 && parts[0] == "3" {
		if minor, err := strconv.Atoi(parts[1]); err == nil && minor < needPython {
			return []Finding{{"python", Fault, out + " is too old", "install Python 3.10 or newer"}}
		}
	}
	all := []Finding{{"python", OK, out, ""}}
	if venv == "" {
		return all
	}
	if jupyter, err := p.run(ctx, filepath.Join(venv, "bin", "python"), "-c", "import jupyterlab; print(jupyterlab.__version__)"); err != nil {
		all = append(all, Finding{"venv", Warn, "no JupyterLab in " + p.shortPath(venv), "make venv"})
	} else {
		all = append(all, Finding{"venv", OK, "JupyterLab " + jupyter + " in " + p.shortPath(venv), ""})
	}
	return all
}

func checkKernel(_ context.Context, p *probe) []Finding {
	root, ok := p.projectRoot()
	if !ok {
		return nil // Outside a clone there is no kernel of ours.
	}
	file := filepath.Join(root, ".jupyter", "kernels", "gonb", "kernel.json")
	data, err := p.readFile(file)
	if err != nil {
		return []Finding{{"kernel", Warn, "the GoNB kernel is not installed", "make kernel"}}
	}
	var spec struct {
		Argv []string `json:"argv"`
	}
	if err := json.Unmarshal(data, &spec); err != nil || len(spec.Argv) == 0 {
		return []Finding{{"kernel", Fault, p.shortPath(file) + " is damaged", "rm " + p.shortPath(file) + " && make kernel"}}
	}
	if !p.exists(spec.Argv[0]) || !strings.Contains(strings.Join(spec.Argv, " "), root) {
		return []Finding{{"kernel", Fault, p.shortPath(file) + " belongs to another folder: was the clone moved?", "make clean kernel"}}
	}
	return []Finding{{"kernel", OK, p.shortPath(filepath.Dir(file)), ""}}
}

func checkCaches(ctx context.Context, p *probe) []Finding {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second) // sizes are a courtesy
	defer cancel()
	dirs := map[string]string{}
	var names []string
	add := func(name, dir string) {
		if dir != "" && p.exists(dir) {
			names, dirs[name] = append(names, name), dir
		}
	}
	if root, ok := p.projectRoot(); ok {
		for _, name := range []string{".tools", ".venv", ".jupyter", "out", "runs"} {
			add(name, filepath.Join(root, name))
		}
	}
	if cache, err := p.cacheDir(); err == nil {
		add("data and plug-ins", filepath.Join(cache, "augkit"))
	}
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} {
		if dir, err := p.run(ctx, "go", "env", name); err == nil {
			add(name, dir)
		}
	}
	var all []Finding
	for _, name := range names {
		detail := fmt.Sprintf("%s in %s", megabytes(p.size(ctx, dirs[name])), p.shortPath(dirs[name]))
		if ctx.Err() != nil {
			detail = "at least " + detail
		}
		all = append(all, Finding{"cache " + name, OK, detail, ""})
	}
	return all
}

func checkDisk(ctx context.Context, p *probe) []Finding {
	dir, err := p.workDir()
	if err != nil {
		return nil
	}
	var all []Finding
	for _, d := range []string{dir, os.TempDir()} { // GoNB builds its cells in the temporary folder
		out, err := p.run(ctx, "df", "-Pk", d)
		fields := strings.Fields(out)
		if err != nil || len(fields) < 3 {
			continue
		}
		kib, err := strconv.ParseInt(fields[len(fields)-3], 10, 64)
		if err != nil {
			continue
		}
		f := Finding{"disk", OK, megabytes(kib<<10) + " free for " + d, ""}
		if kib<<10 < needDisk {
			f.State, f.Mend = Warn, "free some space: tools, plug-in and caches need about 2 GB"
		}
		all = append(all, f)
	}
	return all
}

func megabytes(n int64) string { return fmt.Sprintf("%d MB", n>>20) }

// folderSize adds up the files below a folder, as far as it gets before ctx ends.
func folderSize(ctx context.Context, dir string) int64 {
	var total int64
	_ = filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if ctx.Err() != nil {
			return filepath.SkipAll
		}
		if err != nil || !d.Type().IsRegular() {
			return nil // What cannot be read does not count.
		}
		if info, err := d.Info(); err == nil {
			total += info.Size()
		}
		return nil
	})
	return total
}

// runProgram returns what a program prints on stdout, trimmed.
func runProgram(ctx context.Context, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, args...).Output()
	return strings.TrimSpace(string(out)), err
}
