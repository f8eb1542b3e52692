package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/augkit/aug/augkit"
	"github.com/augkit/aug/augkit/device"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/method"
	"github.com/augkit/aug/augkit/report"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/train"
)

// trainFlags are the choices of `aug train`.
type trainFlags struct {
	data, modalities, methods, config, preset, out string
	splits, seeds                                  string
	workers, devices                               int
	checkpoint                                     time.Duration
	sets                                           multiFlag
	printConfig, asJSON, verbose                   bool
}

// multiFlag collects a flag that may be given several times.
type multiFlag []string

func (m *multiFlag) String() string     { return strings.Join(*m, ";") }
func (m *multiFlag) Set(v string) error { *m = append(*m, strings.Split(v, ";")...); return nil }

// runTrain trains one or several methods on one or several splits and seeds.
func runTrain(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var names []string
	for _, m := range method.All {
		names = append(names, "  "+m.Name+strings.Repeat(" ", 10-len(m.Name))+m.About)
	}
	flags := newFlags("train", "[flags]",
		"Train and test: the epoch is selected on validation, the test part is read once. What was interrupted goes on where it\n"+
			"stopped; what is complete is not trained again. Each run is a folder <out>/<method>/split<k>-seed<s>.\n\nmethods:\n"+strings.Join(names, "\n"),
		"aug train --data watch7                                     # AUG on split 0, seed 0",
		"aug train --data emoji8 --set 'text=keywords;lambda=0.5'    # change settings",
		"aug train --data stamps9 --modalities image,audio --method alone,joint,late,control,aug --splits 5",
		"aug train --data watch7 --method aug --seeds 5 --out runs/watch7",
		"aug train --data watch7 --preset released --out runs/watch7-released",
		"aug train --data stamps9 --devices 2                         # two GPUs share each mini-batch",
		"aug train --print-config --data emoji8 > mine.json && aug train --config mine.json")
	var f trainFlags
	flags.StringVar(&f.data, "data", "", "data set; `aug data list` shows them")
	flags.StringVar(&f.modalities, "modalities", "", "modalities to use, separated by commas (default: those of the data set's settings)")
	flags.StringVar(&f.methods, "method", "", "`methods`, separated by commas (default: the experiment's, aug)")
	flags.StringVar(&f.config, "config", "", "experiment `file` (JSON) instead of --data")
	flags.StringVar(&f.preset, "preset", "", "`name` of switches to lay over the settings, before --set: "+strings.Join(experiment.Presets(), ", ")+"; see aug config")
	flags.StringVar(&f.splits, "splits", "", "how many splits, from 0, or a `list` such as 0,3,4 (default: the experiment's one)")
	flags.StringVar(&f.seeds, "seeds", "", "how many seeds, from 0, or a `list` such as 7, with a comma (default: the experiment's one)")
	flags.Var(&f.sets, "set", "change a setting: `key=value`, several separated by semicolons or repeated flags")
	flags.StringVar(&f.out, "out", "", "`folder` of the runs (default: runs/<experiment's name>)")
	flags.IntVar(&f.workers, "workers", 1, "`runs` at the same time, each with one thread of XLA's CPU plug-in; as many as there are cores is quickest for small encoders")
	flags.IntVar(&f.devices, "devices", 1, "`devices` of the backend that share every mini-batch, which they must divide; XLA only. XLA's CPU plug-in makes as many of the processor, or as AUG_CPU_DEVICES says, that share its cores")
	flags.DurationVar(&f.checkpoint, "checkpoint", 30*time.Second, "at least this `time` between two checkpoints of a run, which come at the end of an epoch; 0s: one after every epoch")
	flags.BoolVar(&f.printConfig, "print-config", false, "print the experiment as a file and stop")
	flags.BoolVar(&f.asJSON, "json", false, "print the results as JSON lines")
	flags.BoolVar(&f.verbose, "v", false, "report every epoch: losses, accuracies, scores, classifiers, gap, seconds (always for a single run)")
	rest, code, done := parse(flags, args, stdout, stderr)
	if done {
		return code
	}
	if len(rest) > 0 {
		return wrongUsage(flags, stderr, "it takes no argument %q", rest[0])
	}
	study, err := f.study()
	if err != nil {
		return wrongUsage(flags, stderr, "%v", err)
	}
	if f.printConfig {
		return printJSON(flags, study.Base, stdout, stderr)
	}
	if err := askForDevices(study.Devices); err != nil {
		return failed(flags, stderr, err)
	}
	return f.run(ctx, flags, study, stdout, stderr)
}

// askForDevices has XLA's CPU plug-in make so many devices of the processor, unless the environment says how many.
func askForDevices(n int) error {
	if n < 2 || os.Getenv(device.EnvCPUDevices) != "" {
		return nil
	}
	return os.Setenv(device.EnvCPUDevices, strconv.Itoa(n))
}

// study turns the flags into a study; its errors are of usage.
func (f *trainFlags) study() (augkit.Study, error) {
	exp, err := f.experiment()
	if err != nil {
		return augkit.Study{}, err
	}
	s := augkit.Study{Base: exp, Methods: []string{exp.Method.Name}, Dir: f.out, Workers: f.workers, Devices: f.devices}
	if f.checkpoint < 0 {
		return s, fmt.Errorf("--checkpoint: %v is less than nothing", f.checkpoint)
	}
	s.Every = max(f.checkpoint, 1) // 0 would be the default
	if f.methods != "" {
		s.Methods = strings.Split(f.methods, ",")
	}
	if s.Dir == "" {
		s.Dir = filepath.Join("runs", exp.Name)
	}
	splits, err := countOrList(f.splits, int64(exp.Data.Split))
	if err != nil {
		return s, fmt.Errorf("--splits: %w", err)
	}
	for _, k := range splits {
		s.Splits = append(s.Splits, int(k))
	}
	if s.Seeds, err = countOrList(f.seeds, exp.Train.Seed); err != nil {
		return s, fmt.Errorf("--seeds: %w", err)
	}
	return s, s.Validate()
}

func (f *trainFlags) experiment() (experiment.Experiment, error) {
	var exp experiment.Experiment
	var err error
	switch {
	case f.config != "" && f.data != "":
		return exp, errors.New("give --data or --config, not both")
	case f.config != "":
		exp, err = experiment.Load(f.config)
	case f.data != "":
		exp, err = experiment.Default(f.data)
	default:
		return exp, errors.New("name a data set with --data, or an experiment file with --config")
	}
	if err != nil {
		return exp, err
	}
	if f.modalities != "" {
		exp.Data.Modalities = strings.Split(f.modalities, ",")
	}
	if f.methods != "" && !strings.Contains(f.methods, ",") {
		exp.Method.Name = f.methods
	}
	if f.preset != "" {
		preset, err := experiment.Preset(f.preset)
		if err != nil {
			return exp, fmt.Errorf("--preset: %w", err)
		}
		if exp, err = preset.On(exp); err != nil {
			return exp, err
		}
	}
	for _, set := range f.sets {
		if err := exp.Set(set); err != nil {
			return exp, fmt.Errorf("--set %s: %w", set, err)
		}
	}
	return exp, exp.Validate()
}

// maxCount bounds the splits and seeds that a count stands for.
const maxCount = 10_000

// countOrList reads "5" as 0…4 and "0,3" as a list; empty is the one given.
func countOrList(text string, one int64) ([]int64, error) {
	if text == "" {
		return []int64{one}, nil
	}
	parts := strings.Split(text, ",")
	var out []int64
	for _, p := range parts {
		if p == "" && len(parts) > 1 {
			continue // the comma that makes a list of one number
		}
		n, err := strconv.ParseInt(p, 10, 64)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%q is neither a count nor a list of numbers", text)
		}
		out = append(out, n)
	}
	if len(parts) > 1 {
		return out, nil
	}
	if out[0] == 0 {
		return nil, errors.New("a count of 0 trains nothing; for number 0 alone write 0, with a comma")
	}
	n := out[0]
	if n > maxCount {
		return nil, fmt.Errorf("%d are more than anyone can wait for; at most %d", n, maxCount)
	}
	out = make([]int64, n)
	for i := range out {
		out[i] = int64(i)
	}
	return out, nil
}

func (f *trainFlags) run(ctx context.Context, flags *flag.FlagSet, study augkit.Study, stdout, stderr io.Writer) int {
	line, err := augkit.BackendLine()
	if err != nil {
		return failed(flags, stderr, err)
	}
	fmt.Fprintln(stderr, line)
	bar := &counter{w: stderr, terminal: isTerminal(stderr)}
	if study.Workers <= 1 { // two bars would write over each other
		study.OnStep = func(exp experiment.Experiment, p train.Position) {
			label := fmt.Sprintf("%s split %d seed %d", exp.Name, exp.Data.Split, exp.Train.Seed)
			bar.update(label, int64((p.Epoch-1)*p.Steps+p.Step), int64(exp.Train.Epochs*p.Steps))
		}
	}
	if f.verbose || len(study.Methods)*len(study.Splits)*len(study.Seeds) == 1 {
		study.OnEpoch = func(exp experiment.Experiment, e runlog.Epoch, t runlog.Timing) {
			if t.Earlier {
				return
			}
			bar.end()
			fmt.Fprintln(stderr, report.EpochLine(exp, e, t))
		}
	}
	study.OnRun = func(done, total int, run *runlog.Run) {
		bar.end()
		fmt.Fprintf(stderr, "%d/%d %s: test accuracy %.3f (epoch %d) in %s\n", done, total, run.Dir,
			run.Result.Test.Fused.Accuracy, run.Result.Epoch, report.Duration(run))
		if f.asJSON {
			if err := json.NewEncoder(stdout).Encode(struct {
				Dir    string         `json:"dir"`
				Result *runlog.Result `json:"result"`
			}{run.Dir, run.Result}); err != nil {
				fmt.Fprintln(stderr, "aug train:", err)
			}
		}
	}
	runs, err := study.Run(ctx)
	bar.end()
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(stderr, "aug train: %v\naug train: interrupted; the same command goes on where it stopped (%s)\n", err, study.Dir)
		return exitFailed
	}
	if err != nil {
		return failed(flags, stderr, err)
	}
	if !f.asJSON {
		fmt.Fprintf(stdout, "\n%s", report.Summary(runs))
	}
	return exitOK
}
