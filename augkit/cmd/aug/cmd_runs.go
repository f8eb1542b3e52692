package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/augkit/aug/augkit/report"
	"github.com/augkit/aug/augkit/runlog"
)

// runRuns lists runs, or compares two groups of them.
func runRuns(_ context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("runs", "[flags] [FOLDER …]",
		"List the runs below the folders (default: runs), then a table by method. With --compare A,B also say what method A has\n"+
			"over method B: the mean difference on the same splits and seeds with its 95 % interval, corrected for overlapping\n"+
			"splits. A difference is claimed only where the interval excludes zero.",
		"aug runs runs/watch7",
		"aug runs runs/watch7 --compare aug,control",
		"aug runs runs/watch7 --compare aug,joint --of gyroscope      # of a branch instead of the fused score",
		"aug runs --json | head")
	compare := flags.String("compare", "", "two `methods`, separated by a comma")
	of := flags.String("of", "fused", "what is compared: fused, tuned, or a `modality` for its branch")
	asJSON := flags.Bool("json", false, "print JSON lines")
	roots, code, done := parse(flags, args, stdout, stderr)
	if done {
		return code
	}
	a, b, ok := strings.Cut(*compare, ",")
	if *compare != "" && (!ok || a == "" || b == "") {
		return wrongUsage(flags, stderr, "--compare wants two methods, as in aug,control")
	}
	if len(roots) == 0 {
		roots = []string{"runs"}
	}
	var runs []*runlog.Run
	result := exitOK
	for _, root := range roots {
		if _, err := os.Stat(root); errors.Is(err, os.ErrNotExist) && len(roots) == 1 {
			break
		}
		found, err := runlog.List(root)
		if err != nil { // the runs that can be read are still shown
			result = failed(flags, stderr, err)
		}
		runs = append(runs, found...)
	}
	if len(runs) == 0 && result == exitOK {
		return failed(flags, stderr, fmt.Errorf("there are no runs below %s; make some with `aug train --out %s`", strings.Join(roots, ", "), roots[0]))
	}
	if *asJSON {
		lines := json.NewEncoder(stdout)
		for _, r := range runs {
			e := r.Experiment
			if err := lines.Encode(listedRun{r.Dir, e.Name, e.Method.Name, e.Data.Split, e.Train.Seed, len(r.Epochs), r.Result}); err != nil {
				return failed(flags, stderr, err)
			}
		}
		return result
	}
	if len(runs) == 0 {
		return result
	}
	listRuns(runs, stdout)
	fmt.Fprintf(stdout, "\n%s", report.Summary(runs))
	if *compare == "" {
		return result
	}
	pick := report.Branch(*of)
	switch *of {
	case "fused":
		pick = report.FusedEqual
	case "tuned":
		pick = report.FusedTuned
	}
	interval, err := report.Compare(ofMethod(runs, a), ofMethod(runs, b), pick)
	if err != nil {
		return failed(flags, stderr, err)
	}
	verdict := "no difference seen: the interval includes zero"
	if interval.ExcludesZero() {
		verdict = "a difference: the interval excludes zero"
	}
	fmt.Fprintf(stdout, "\n%s − %s, %s test accuracy: %s\n%s\n", a, b, *of, interval, verdict)
	return result
}

// listedRun is a line of `aug runs --json`.
type listedRun struct {
	Dir    string         `json:"dir"`
	Name   string         `json:"name"`
	Method string         `json:"method"`
	Split  int            `json:"split"`
	Seed   int64          `json:"seed"`
	Epochs int            `json:"epochs"`
	Result *runlog.Result `json:"result"` // null while the run is not complete
}

func listRuns(runs []*runlog.Run, stdout io.Writer) {
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "RUN\tEPOCHS\tSELECTED\tTEST ACCURACY\tTIME")
	for _, r := range runs {
		selected, accuracy := "–", "not complete"
		if r.Result != nil {
			selected, accuracy = fmt.Sprint(r.Result.Epoch), fmt.Sprintf("%.3f", r.Result.Test.Fused.Accuracy)
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\n", r.Dir, len(r.Epochs), selected, accuracy, report.Duration(r))
	}
	w.Flush()
}

func ofMethod(runs []*runlog.Run, name string) []*runlog.Run {
	var out []*runlog.Run
	for _, r := range runs {
		if r.Experiment.Method.Name == name && r.Result != nil {
			out = append(out, r)
		}
	}
	return out
}
