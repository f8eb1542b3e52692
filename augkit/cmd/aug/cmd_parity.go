package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"

	"github.com/augkit/aug/augkit/device"
	"github.com/augkit/aug/augkit/parity"
)

// runParity compares the project's layers, losses and optimizer steps with what case files expect.
func runParity(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("parity", "[flags] FILE.npz …",
		"Run case files through the project's own layers, losses and optimizer steps, and print for each expected array the largest\n"+
			"absolute and relative difference, then for several files a table of the largest ones. Exit code 1: an array is out of\n"+
			"tolerance. 2: a file cannot be used; the message says why.\n"+
			fmt.Sprintf("Tolerances, relative to the largest magnitude: forward %.0e, gradients %.0e, after optimizer steps %.0e.\n\n",
				parity.ForwardTolerance, parity.GradientTolerance, parity.TrainedTolerance)+parity.SchemaText(),
		"aug parity dense.npz",
		"aug parity augkit/parity/testdata/stack3_*.npz",
		"aug parity --brief augkit/parity/testdata/*.npz          # one line a file: its worst array",
		"aug parity --json dense.npz | head")
	asJSON := flags.Bool("json", false, "print JSON lines, one a file")
	brief := flags.Bool("brief", false, "print one line a file: the array that is nearest to, or farthest beyond, its tolerance")
	files, code, done := parse(flags, args, stdout, stderr)
	if done {
		return code
	}
	if len(files) == 0 {
		return wrongUsage(flags, stderr, "name at least one case file")
	}
	// All files are read before a backend is opened, so that a bad one is known at once.
	cases := make([]*parity.Case, len(files))
	for i, file := range files {
		var err error
		if cases[i], err = parity.Read(file); err != nil {
			return badCase(flags.Name(), stderr, err)
		}
	}
	backend, choice, err := device.Open(ctx, device.Options{})
	if err != nil {
		return failed(flags, stderr, err)
	}
	runner := parity.NewRunner(backend)
	defer runner.Close()
	reports := make([]*parity.Report, 0, len(cases))
	for _, c := range cases {
		if err := ctx.Err(); err != nil {
			return failed(flags, stderr, err)
		}
		rep, err := runner.Run(c)
		if _, bad := errors.AsType[*parity.FileError](err); bad {
			return badCase(flags.Name(), stderr, err)
		}
		if err != nil {
			return failed(flags, stderr, err)
		}
		reports = append(reports, rep)
	}
	if *asJSON {
		lines := json.NewEncoder(stdout)
		for _, rep := range reports {
			if err := lines.Encode(rep); err != nil {
				return failed(flags, stderr, err)
			}
		}
	} else {
		fmt.Fprintf(stdout, "%s\n\n", choice)
		printParity(stdout, reports, *brief)
	}
	for _, rep := range reports {
		if !rep.OK() {
			return exitFailed
		}
	}
	return exitOK
}

// badCase reports a file that cannot be used.
func badCase(name string, stderr io.Writer, err error) int {
	fmt.Fprintf(stderr, "%s: %v\n", name, err)
	return exitUsage
}

func printParity(stdout io.Writer, reports []*parity.Report, brief bool) {
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CASE\tARRAY\tENTRIES\tABSOLUTE\tRELATIVE\tTOLERANCE\t")
	arrays, beyond := 0, 0
	for _, rep := range reports {
		name := rep.Name
		if name == "" {
			name = rep.File
		}
		shown := rep.Arrays
		if brief {
			shown = []parity.Difference{rep.Worst()}
		}
		for _, d := range shown {
			verdict := "ok"
			if !d.OK {
				verdict = "OUT OF TOLERANCE"
			}
			fmt.Fprintf(w, "%s\t%s\t%d\t%.2e\t%.2e\t%.0e\t%s\n", name, d.Array, d.Size, d.Abs, d.Rel, d.Tolerance, verdict)
		}
		for _, d := range rep.Arrays {
			arrays++
			if !d.OK {
				beyond++
			}
		}
	}
	w.Flush()
	if len(reports) > 1 {
		fmt.Fprintln(w, "\nGROUP\tCASES\tFILES\tARRAYS\tRELATIVE\tTOLERANCE\tARRAY\t")
		for _, r := range parity.Table(reports) {
			fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%.1e\t%.0e\t%s of %s\n", r.Group, r.Family, r.Files, r.Arrays,
				r.Worst.Rel, r.Worst.Tolerance, r.Worst.Array, filepath.Base(r.WorstFile))
		}
		w.Flush()
	}
	fmt.Fprintf(stdout, "\n%d arrays of %d cases compared, %d out of tolerance\n", arrays, len(reports), beyond)
}
