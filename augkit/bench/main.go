// Command bench does the same work in this toolkit and in PyTorch and makes a table of it: paired, alternating, each run in
// a process of its own.
//
//	make bench-pytorch                       # installs PyTorch into .tools/pytorch, measures, renews the table in BENCHMARKS.md
//	go run ./augkit/bench -only released     # some of the work, with -python naming an interpreter that has PyTorch
//
// Ours are the benchmarks BenchmarkBeside of packages augkit/train (on XLA's CPU plug-in and on the pure-Go backend) and
// datasets/stamps9; PyTorch's are pytorch.py and loader.py in this folder. What both report of the work (numbers of steps
// and parameters, the first loss on the same tensors, bytes read) must agree. Nothing about time is asserted.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

func main() {
	// Children inherit the processors of the thread that starts them.
	runtime.LockOSThread()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	python := flags.String("python", ".tools/pytorch/bin/python", "interpreter with what requirements.txt lists")
	rounds := flags.Int("rounds", 5, "how often every program does every work")
	threads := flags.Int("threads", runtime.NumCPU(), "processors for the programs; reading files takes one")
	only := flags.String("only", "", "the work whose names match this regular expression; empty: all")
	ours := flags.String("backends", "xla,go", "which of ours: xla, go (which also reads files), or both")
	stamps := flags.String("stamps", os.Getenv("AUG_STAMPS_DIR"), "folder with the unpacked package of stamps9; empty: no files are read")
	dir := flags.String("dir", "out/bench", "folder for programs and results")
	into := flags.String("into", "", "file whose table is replaced, such as BENCHMARKS.md")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *rounds < 1 || *threads < 1 || *threads > runtime.NumCPU() {
		return fmt.Errorf("-rounds must be at least 1 and -threads between 1 and %d", runtime.NumCPU())
	}
	chosen, err := regexp.Compile(*only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	m := &measurement{Threads: *threads, python: *python, stamps: *stamps, dir: *dir, log: stderr, programs: []string{pytorch}}
	for name := range strings.SplitSeq(*ours, ",") {
		if backends[name] == "" {
			return fmt.Errorf("-backends: there is no %q", name)
		}
		m.programs = append(m.programs, backends[name])
	}
	for _, w := range works {
		if chosen.MatchString(w.Name) && (!w.files || *stamps != "") {
			m.works = append(m.works, w)
		}
	}
	if err := m.prepare(ctx); err != nil {
		return err
	}
	for round := range *rounds {
		if err := m.round(ctx, round); err != nil {
			return err
		}
	}
	table := m.table()
	fmt.Fprint(stdout, table)
	text, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(*dir, "pytorch.json"), append(text, '\n'), 0o644); err != nil {
		return err
	}
	return errors.Join(m.check(), replace(*into, table))
}

// The lines in a file between which the table stands.
const (
	begin = "<!-- begin: make bench-pytorch -->\n"
	end   = "<!-- end: make bench-pytorch -->\n"
)

// replace puts the table between the two lines of a file; without a name it does nothing.
func replace(name, table string) error {
	if name == "" {
		return nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(text), begin)
	_, after, found2 := strings.Cut(rest, end)
	if !found || !found2 {
		return fmt.Errorf("%s has no lines %q and %q", name, strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	var out bytes.Buffer
	fmt.Fprint(&out, before, begin, "\n", table, "\n", end, after)
	return os.WriteFile(name, out.Bytes(), 0o644)
}
