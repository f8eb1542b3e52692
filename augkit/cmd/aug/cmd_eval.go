package main

import (
	"context"
	"fmt"
	"io"

	"github.com/augkit/aug/augkit"
	"github.com/augkit/aug/augkit/report"
	"github.com/augkit/aug/augkit/runlog"
)

// runEval runs the weights of a finished run again and compares with what it recorded.
func runEval(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("eval", "[flags] RUN",
		"Load the selected weights of a finished run, predict its validation and test part again, and print every score. It also\n"+
			"says whether the predictions are those on record: a check that weights, data and code still belong together.",
		"aug eval runs/watch7/aug/split0-seed0",
		"aug eval --json runs/watch7/aug/split0-seed0")
	asJSON := flags.Bool("json", false, "print JSON")
	rest, code, done := parse(flags, args, stdout, stderr)
	if done {
		return code
	}
	if len(rest) != 1 {
		return wrongUsage(flags, stderr, "name one run")
	}
	run, err := runlog.Open(rest[0])
	if err != nil {
		return failed(flags, stderr, err)
	}
	again, err := augkit.Evaluate(ctx, run)
	if err != nil {
		return failed(flags, stderr, err)
	}
	if *asJSON {
		return printJSON(flags, again, stdout, stderr)
	}
	fmt.Fprint(stdout, report.Scores(run, again.Validation, again.Test))
	fmt.Fprintf(stdout, "\nlargest difference to the recorded logits: %.3g\n", again.Difference)
	if again.Difference > 1e-3 {
		return failed(flags, stderr, fmt.Errorf("%s: the predictions differ from those on record by %.3g; another backend differs by about 1e-5", run.Dir, again.Difference))
	}
	return exitOK
}
