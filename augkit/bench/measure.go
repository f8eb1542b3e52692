package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// work is something that all programs can do.
type work struct {
	Name       string
	iterations int
	files      bool // reads files, on one processor and without a backend
	half       bool // in bfloat16, for which the pure-Go backend has no kernels
}

var works = []work{
	{Name: "matmul-2048", iterations: 20},
	{Name: "resnet18-64x64x3-batch16", iterations: 10},
	{Name: "resnet18-224x224x3-batch8", iterations: 4},
	{Name: "resnet18-224x224x3-batch8-bfloat16", iterations: 4, half: true},
	{Name: "resnet18-257x188x1-batch8", iterations: 4},
	{Name: "released-step", iterations: 2},
	{Name: "stamps9-epoch", iterations: 1},
	{Name: "files-ogg", iterations: 1, files: true},
	{Name: "files-png", iterations: 1, files: true},
}

// The programs.
const (
	pytorch = "PyTorch" // for files: Python
	xla     = "XLA"
	pureGo  = "pure Go" // for files: Go
)

// backends are the names by which ours are chosen.
var backends = map[string]string{"xla": xla, "go": pureGo}

// result is what one process said and needed.
type result struct {
	Work, Program string
	Round         int
	Iterations    int
	Seconds       float64            // an iteration
	Facts         map[string]float64 // what must agree, and what a rate is made of
	PeakMemory    int64              // the largest resident size of the process, bytes
}

// measurement is all that was measured, and on what.
type measurement struct {
	Machine  string
	Versions []string
	Threads  int
	Loads    []float64 // the machine's load over a minute, before each round
	Results  []result

	works               []work
	programs            []string
	python, stamps, dir string
	log                 io.Writer
}

// prepare builds our programs and finds out versions.
func (m *measurement) prepare(ctx context.Context) error {
	if err := os.MkdirAll(m.dir, 0o755); err != nil {
		return err
	}
	for _, b := range []struct {
		program, pkg string
		env          []string
		flags        []string
	}{
		{xla, "./augkit/train", []string{"CGO_ENABLED=1", "GOEXPERIMENT="}, nil},
		{pureGo, "./augkit/train", []string{"CGO_ENABLED=0", "GOEXPERIMENT=simd"}, []string{"-tags=noxla"}},
		{"files", "./datasets/stamps9", []string{"CGO_ENABLED=0", "GOEXPERIMENT="}, nil},
	} {
		if b.program != "files" && !slices.Contains(m.programs, b.program) {
			continue
		}
		fmt.Fprintln(m.log, "building", b.program)
		cmd := exec.CommandContext(ctx, "go", append(append([]string{"test", "-c", "-o", m.binary(b.program)}, b.flags...), b.pkg)...)
		cmd.Env = append(append(os.Environ(), "GOFLAGS="), b.env...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go test -c %s: %w: %s", b.pkg, err, out)
		}
	}
	versions := exec.CommandContext(ctx, m.python, "-c", "import platform, torch; print('Python', platform.python_version()); print('PyTorch', torch.__version__)")
	out, err := versions.Output()
	if err != nil {
		return fmt.Errorf("%s has no PyTorch (%w); make bench-pytorch installs it", m.python, err)
	}
	m.Versions = append([]string{"Go " + strings.TrimPrefix(runtime.Version(), "go")}, strings.Split(strings.TrimSpace(string(out)), "\n")...)
	for _, module := range []string{"github.com/gomlx/gomlx", "github.com/gomlx/compute", "github.com/gomlx/go-xla"} {
		out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Path}} {{.Version}}", module).Output()
		if err != nil {
			return fmt.Errorf("version of %s: %w", module, err)
		}
		m.Versions = append(m.Versions, strings.TrimPrefix(strings.TrimSpace(string(out)), "github.com/gomlx/"))
	}
	m.Machine = machine()
	return nil
}

func (m *measurement) binary(program string) string {
	return filepath.Join(m.dir, strings.ReplaceAll(program, " ", "-")+".test")
}

// round lets every program do every work once; the order of programs is turned round from one round to the next.
func (m *measurement) round(ctx context.Context, round int) error {
	m.Loads = append(m.Loads, load())
	for _, w := range m.works {
		order := slices.Clone(m.programs)
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, program := range order {
			if w.files && program == xla {
				continue // no backend takes part: what reads them is in the column of pure Go
			}
			if w.half && program == pureGo {
				continue
			}
			r, err := m.one(ctx, w, program)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", w.Name, program, err)
			}
			r.Round = round + 1
			m.Results = append(m.Results, r)
			fmt.Fprintf(m.log, "round %d  %-28s %-8s %10.4f s %7.0f MB\n", r.Round, w.Name, program, r.Seconds, float64(r.PeakMemory)/1e6)
		}
	}
	return nil
}

// one runs a process.
func (m *measurement) one(ctx context.Context, w work, program string) (result, error) {
	threads := m.Threads
	if w.files {
		threads = 1
	}
	if err := pin(threads); err != nil {
		return result{}, err
	}
	n := strconv.Itoa(w.iterations)
	var cmd *exec.Cmd
	switch {
	case program == pytorch && w.files:
		cmd = exec.CommandContext(ctx, m.python, "-B", "augkit/bench/loader.py", strings.TrimPrefix(w.Name, "files-"), m.stamps, "--iterations", n)
	case program == pytorch:
		cmd = exec.CommandContext(ctx, m.python, "-B", "augkit/bench/pytorch.py", w.Name, "--iterations", n, "--threads", strconv.Itoa(threads))
	default:
		name := program
		if w.files {
			name = "files"
		}
		binary, err := filepath.Abs(m.binary(name))
		if err != nil {
			return result{}, err
		}
		cmd = exec.CommandContext(ctx, binary, "-test.run=^$", "-test.bench=^BenchmarkBeside$/^"+w.Name+"$", "-test.benchtime="+n+"x")
	}
	cmd.Env = append(os.Environ(), "AUG_STAMPS_DIR="+m.stamps, "GOMAXPROCS="+strconv.Itoa(threads), "OMP_NUM_THREADS="+strconv.Itoa(threads))
	switch program {
	case pureGo:
		cmd.Env = append(cmd.Env, "GOMLX_BACKEND=go")
	case xla:
		if !strings.HasPrefix(os.Getenv("GOMLX_BACKEND"), "xla:") { // which may carry options
			cmd.Env = append(cmd.Env, "GOMLX_BACKEND=xla:cpu")
		}
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return result{}, fmt.Errorf("%w: %s%s", err, excerpt(stdout.String()), excerpt(stderr.String()))
	}
	r, err := parse(stdout.String(), w.Name)
	if err != nil {
		return result{}, err
	}
	r.Program = program
	r.PeakMemory = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss * 1024
	return r, nil
}

// pin gives this thread, and the processes that it starts, so many processors.
func pin(n int) error {
	var set unix.CPUSet
	for i := range n {
		set.Set(i)
	}
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("take %d processors: %w", n, err)
	}
	return nil
}

// parse reads the line of a benchmark: name, iterations, then values each with its unit.
func parse(text, name string) (result, error) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[0] != "BenchmarkBeside/"+name && !strings.HasPrefix(fields[0], "BenchmarkBeside/"+name+"-") {
			continue
		}
		n, err := strconv.Atoi(fields[1])
		if err != nil {
			continue // the name alone, before a log
		}
		r := result{Work: name, Iterations: n, Facts: make(map[string]float64)}
		for i := 2; i+1 < len(fields); i += 2 {
			v, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return result{}, fmt.Errorf("%q: %w", line, err)
			}
			if fields[i+1] == "ns/op" {
				r.Seconds = v / 1e9
			} else {
				r.Facts[fields[i+1]] = v
			}
		}
		return r, nil
	}
	return result{}, fmt.Errorf("no line of BenchmarkBeside/%s in %s", name, excerpt(text))
}

// excerpt is the beginning and the end of a text.
func excerpt(text string) string {
	const most = 1000
	if len(text) <= 2*most {
		return text
	}
	return text[:most] + " … " + text[len(text)-most:]
}

// machine is the processor's name and how many of them there are.
func machine() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(text)) {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
				return fmt.Sprintf("%s, %d processors", strings.TrimSpace(value), runtime.NumCPU())
			}
		}
	}
	return fmt.Sprintf("%s, %d processors", runtime.GOARCH, runtime.NumCPU())
}

// load is the machine's load average over a minute, 0 where it is not known.
func load() float64 {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), " ")
	v, _ := strconv.ParseFloat(first, 64)
	return v
}
