package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/report"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/study"
	"github.com/augkit/aug/augkit/train"
)

// studyFlags are the choices of `aug study`.
type studyFlags struct {
	out, blocks, variants, records string
	splits, workers, devices       int
	list                           bool
}

// runStudy trains the runs of a study file.
func runStudy(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("study", "[flags] FILE.json",
		"Train every variant of a study on every block of it. What was interrupted goes on where it stopped; what is complete, or\n"+
			"in the records, is not trained again. Each run is a folder <out>/<block>/<variant>/split<k>-seed<s>. The records are a\n"+
			"small file of what the runs came to, sample by sample, that can be shared and compared without the runs.",
		"aug study notebooks/released_vs_paper.json --list                    # what it would train, and what is done",
		"aug study notebooks/released_vs_paper.json --workers 2",
		"aug study notebooks/released_vs_paper.json --blocks watch7 --variants paper,untrained --splits 5",
		"aug study notebooks/released_vs_paper.json --records notebooks/released_vs_paper.records.gz --list")
	var f studyFlags
	flags.StringVar(&f.out, "out", "", "`folder` of the runs (default: runs/<the study's name>)")
	flags.StringVar(&f.blocks, "blocks", "", "only these `blocks`, separated by commas")
	flags.StringVar(&f.variants, "variants", "", "only these `variants`, separated by commas")
	flags.IntVar(&f.splits, "splits", 0, "at most so many `splits` of each block, from 0")
	flags.IntVar(&f.workers, "workers", 1, "`runs` at the same time, each with one thread of XLA's CPU plug-in; as many as there are cores is quickest for small encoders")
	flags.IntVar(&f.devices, "devices", 1, "`devices` of the backend that share every mini-batch; see aug train --help")
	flags.StringVar(&f.records, "records", "", "`file` (.jsonl.gz) of records: those in it count as done, and those of the finished runs are added")
	flags.BoolVar(&f.list, "list", false, "train nothing; say what is done and what is missing")
	rest, code, done := parse(flags, args, stdout, stderr)
	if done {
		return code
	}
	if len(rest) != 1 {
		return wrongUsage(flags, stderr, "name one study file")
	}
	plan, err := study.Load(rest[0])
	if err != nil {
		return wrongUsage(flags, stderr, "%v", err)
	}
	jobs, err := f.chosen(plan)
	if err != nil {
		return wrongUsage(flags, stderr, "%v", err)
	}
	if f.out == "" {
		f.out = filepath.Join("runs", plan.Name)
	}
	known, err := f.known(plan)
	if err != nil {
		return failed(flags, stderr, err)
	}
	if !f.list {
		if code := f.train(ctx, flags, jobs, known, stderr); code != exitOK {
			return code
		}
	}
	return f.report(flags, plan, jobs, known, stdout, stderr)
}

// chosen are the jobs that the flags leave.
func (f studyFlags) chosen(plan study.Plan) ([]study.Job, error) {
	all, err := plan.Jobs()
	if err != nil {
		return nil, err
	}
	blocks, variants := commas(f.blocks), commas(f.variants)
	for _, b := range blocks {
		if !slices.ContainsFunc(all, func(j study.Job) bool { return j.Block == b }) {
			return nil, fmt.Errorf("--blocks: the study has no block %q", b)
		}
	}
	for _, v := range variants {
		if !slices.ContainsFunc(all, func(j study.Job) bool { return j.Variant == v }) {
			return nil, fmt.Errorf("--variants: the study has no variant %q", v)
		}
	}
	var jobs []study.Job
	for _, j := range all {
		if (len(blocks) == 0 || slices.Contains(blocks, j.Block)) && (len(variants) == 0 || slices.Contains(variants, j.Variant)) &&
			(f.splits <= 0 || j.Experiment.Data.Split < f.splits) {
			jobs = append(jobs, j)
		}
	}
	return jobs, nil
}

func commas(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// known are the records of the file, for all runs of the plan.
func (f studyFlags) known(plan study.Plan) (map[string]study.Record, error) {
	if f.records == "" {
		return nil, nil
	}
	records, err := study.Read(f.records)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	jobs, err := plan.Jobs()
	if err != nil {
		return nil, err
	}
	known := study.Known(records, jobs)
	if n := len(records) - len(known); n > 0 {
		return nil, fmt.Errorf("%s holds %d records that are not of this study as it is now; name another file, or remove it", f.records, n)
	}
	return known, nil
}

func (f studyFlags) train(ctx context.Context, flags *flag.FlagSet, jobs []study.Job, known map[string]study.Record, stderr io.Writer) int {
	jobs = slices.DeleteFunc(slices.Clone(jobs), func(j study.Job) bool { _, done := known[j.Dir()]; return done })
	if len(jobs) == 0 {
		return exitOK
	}
	if err := askForDevices(f.devices); err != nil {
		return failed(flags, stderr, err)
	}
	line, err := augkit.BackendLine()
	if err != nil {
		return failed(flags, stderr, err)
	}
	fmt.Fprintln(stderr, line)
	bar := &counter{w: stderr, terminal: isTerminal(stderr)}
	s := augkit.Study{Dir: f.out, Workers: f.workers, Devices: f.devices}
	if f.workers <= 1 { // two bars would write over each other
		s.OnStep = func(exp experiment.Experiment, p train.Position) {
			bar.update(fmt.Sprintf("%s split %d", exp.Name, exp.Data.Split), int64((p.Epoch-1)*p.Steps+p.Step), int64(exp.Train.Epochs*p.Steps))
		}
	}
	s.OnRun = func(done, total int, run *runlog.Run) {
		bar.end()
		fmt.Fprintf(stderr, "%d/%d %s: test accuracy %.3f (epoch %d) in %s\n", done, total, run.Dir,
			run.Result.Test.Fused.Accuracy, run.Result.Epoch, report.Duration(run))
	}
	_, err = s.RunJobs(ctx, jobs)
	bar.end()
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(stderr, "aug study: %v\naug study: interrupted; the same command goes on where it stopped (%s)\n", err, f.out)
		return exitFailed
	}
	if err != nil {
		return failed(flags, stderr, err)
	}
	return exitOK
}

// report says which runs there are, and writes the records of the whole plan where that is asked for.
func (f studyFlags) report(flags *flag.FlagSet, plan study.Plan, jobs []study.Job, known map[string]study.Record, stdout, stderr io.Writer) int {
	records, missing, err := study.Collect(f.out, jobs, known)
	if err != nil {
		return failed(flags, stderr, err)
	}
	fmt.Fprintf(stdout, "%d of %d runs are complete in %s\n", len(records), len(jobs), f.out)
	for _, line := range missing {
		fmt.Fprintln(stdout, line)
	}
	if f.records == "" {
		return exitOK
	}
	if all, err := plan.Jobs(); err != nil {
		return failed(flags, stderr, err)
	} else if records, _, err = study.Collect(f.out, all, known); err != nil {
		return failed(flags, stderr, err)
	}
	if err := study.Write(f.records, records); err != nil {
		return failed(flags, stderr, err)
	}
	fmt.Fprintf(stdout, "%d records written to %s\n", len(records), f.records)
	return exitOK
}
