package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/augkit/aug/augkit/experiment"
)

// runConfig is `aug config list|show|diff`.
func runConfig(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	actions := map[string]func(context.Context, []string, io.Writer, io.Writer) int{
		"list": runConfigList, "show": runConfigShow, "diff": runConfigDiff,
	}
	if len(args) > 0 {
		if action, ok := actions[args[0]]; ok {
			return action(ctx, args[1:], stdout, stderr)
		}
	}
	flags := newFlags("config", "list|show|diff",
		"list says which presets there are: the paper's reading of every switch, and what the released code does instead; show\n"+
			"prints one as an experiment file, diff the keys in which two differ.",
		"aug config list", "aug config show released --data watch7 > mine.json", "aug config diff paper released")
	rest, code, done := parse(flags, args, stdout, stderr)
	switch {
	case done:
		return code
	case len(rest) == 0:
		return wrongUsage(flags, stderr, "say list, show or diff")
	}
	return wrongUsage(flags, stderr, "there is no action %q: say list, show or diff", rest[0])
}

func runConfigList(_ context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("config list", "", "List the presets with what they stand for.", "aug config list")
	rest, code, done := parse(flags, args, stdout, stderr)
	switch {
	case done:
		return code
	case len(rest) > 0:
		return wrongUsage(flags, stderr, "it takes no argument %q", rest[0])
	}
	for _, name := range experiment.Presets() {
		p, err := experiment.Preset(name)
		if err != nil {
			return failed(flags, stderr, err)
		}
		fmt.Fprintf(stdout, "%s\n  %s\n", p.Name, p.About)
	}
	return exitOK
}

func runConfigShow(_ context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("config show", "[flags] NAME|FILE", "Print a preset over the default settings of a data set, or an experiment file with all that it leaves out.",
		"aug config show released --data watch7", "aug config show mine.json")
	data := flags.String("data", experiment.Names()[0], "data set under a preset")
	rest, code, done := parse(flags, args, stdout, stderr)
	switch {
	case done:
		return code
	case len(rest) != 1:
		return wrongUsage(flags, stderr, "name one preset or file")
	}
	exp, err := presetOrFile(rest[0], *data)
	if err != nil {
		return wrongUsage(flags, stderr, "%v", err)
	}
	return printJSON(flags, exp, stdout, stderr)
}

func runConfigDiff(_ context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("config diff", "[flags] NAME|FILE NAME|FILE", "Print each key in which two presets or experiment files differ, with both values; nothing where they are the same.",
		"aug config diff paper released", "aug config diff --data stamps9 paper mine.json")
	data := flags.String("data", experiment.Names()[0], "data set under a preset")
	rest, code, done := parse(flags, args, stdout, stderr)
	switch {
	case done:
		return code
	case len(rest) != 2:
		return wrongUsage(flags, stderr, "name two presets or files")
	}
	var sides [2]experiment.Experiment
	for i, name := range rest {
		var err error
		if sides[i], err = presetOrFile(name, *data); err != nil {
			return wrongUsage(flags, stderr, "%v", err)
		}
	}
	difference := sides[0].Difference(sides[1])
	if difference == "" {
		return exitOK
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "KEY\t%s\t%s\n", strings.ToUpper(rest[0]), strings.ToUpper(rest[1]))
	for _, line := range strings.Split(difference, "; ") {
		key, values, _ := strings.Cut(line, ": ")
		before, after, _ := strings.Cut(values, ", now ")
		fmt.Fprintf(w, "%s\t%s\t%s\n", key, before, after)
	}
	if err := w.Flush(); err != nil {
		return failed(flags, stderr, err)
	}
	return exitOK
}

// presetOrFile is a preset over the default settings of a data set, or what an experiment file says.
func presetOrFile(name, data string) (experiment.Experiment, error) {
	if !slices.Contains(experiment.Presets(), name) && strings.HasSuffix(name, ".json") {
		return experiment.Load(name)
	}
	preset, err := experiment.Preset(name)
	if err != nil {
		return experiment.Experiment{}, fmt.Errorf("%w, or an experiment file (.json)", err)
	}
	exp, err := experiment.Default(data)
	if err != nil {
		return exp, err
	}
	return preset.On(exp)
}
