// Command aug is the toolkit from a shell: it installs what is needed, fetches data, trains, and compares runs.
//
// Exit codes: 0 done, 1 it failed, 2 it was called wrongly.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// Exit codes of every verb.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// verb is one subcommand.
type verb struct {
	name string
	line string // what it does, in one line
	run  func(ctx context.Context, args []string, stdout, stderr io.Writer) int
}

// verbs is the whole command: a new verb is a line here and a file cmd_<verb>.go.
func verbs() []verb {
	return []verb{
		{"setup", "choose a backend and install what it needs", runSetup},
		{"train", "train and test a method, or several, on splits and seeds", runTrain},
		{"study", "train the variants of a study file, and keep their records", runStudy},
		{"eval", "run the weights of a finished run again", runEval},
		{"runs", "list and compare runs", runRuns},
		{"parity", "compare with arrays that PyTorch, or anything else, computed", runParity},
		{"config", "show and compare presets: the paper's switches and the released code's", runConfig},
		{"doctor", "show what was found on this machine and how to mend faults", runDoctor},
		{"data", "list, fetch and show the data sets", runData},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // A second Ctrl-C then ends the program at once.
	code := dispatch(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// dispatch finds the verb and runs it.
func dispatch(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		usage(stderr)
		return exitUsage
	}
	name, rest := args[0], args[1:]
	if name == "help" || name == "-h" || name == "-help" || name == "--help" {
		if len(rest) == 0 {
			usage(stdout)
			return exitOK
		}
		name, rest = rest[0], []string{"--help"}
	}
	for _, v := range verbs() {
		if v.name == name {
			return v.run(ctx, rest, stdout, stderr)
		}
	}
	fmt.Fprintf(stderr, "aug: there is no verb %q\n\n", name)
	usage(stderr)
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprint(w, "aug trains imbalanced multimodal classifiers and compares them.\n\nusage: aug <verb> [flags]\n\n")
	for _, v := range verbs() {
		fmt.Fprintf(w, "  %-8s %s\n", v.name, v.line)
	}
	fmt.Fprint(w, "\n`aug <verb> --help` shows a verb's flags and examples.\n")
}

// newFlags makes the flag set of a verb; its help is the usage line, what the verb does, the flags and the examples.
func newFlags(name, arguments, about string, examples ...string) *flag.FlagSet {
	flags := flag.NewFlagSet("aug "+name, flag.ContinueOnError)
	flags.Usage = func() {
		w := flags.Output()
		fmt.Fprintf(w, "usage: aug %s\n\n%s\n", strings.TrimSpace(name+" "+arguments), about)
		hasFlags := false
		flags.VisitAll(func(*flag.Flag) { hasFlags = true })
		if hasFlags {
			fmt.Fprint(w, "\nflags:\n")
			flags.PrintDefaults()
		}
		fmt.Fprint(w, "\nexamples:\n")
		for _, e := range examples {
			fmt.Fprintf(w, "  %s\n", e)
		}
	}
	return flags
}

// parse reads a verb's flags, which may stand before, between and after its arguments. Where done is true, the verb ends
// with the given code: help was asked for and shown on stdout, or the flags were wrong.
func parse(flags *flag.FlagSet, args []string, stdout, stderr io.Writer) (arguments []string, code int, done bool) {
	flags.SetOutput(io.Discard) // We print errors and help ourselves: help goes to stdout.
	usage := flags.Usage
	flags.Usage = func() {}
	for len(args) > 0 {
		err := flags.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			flags.SetOutput(stdout)
			usage()
			return nil, exitOK, true
		}
		if err != nil {
			return nil, wrongUsage(flags, stderr, "%v", err), true
		}
		if args = flags.Args(); len(args) > 0 {
			arguments, args = append(arguments, args[0]), args[1:]
		}
	}
	return arguments, exitOK, false
}

// wrongUsage says what is wrong with the call, in one line, and where the help is.
func wrongUsage(flags *flag.FlagSet, stderr io.Writer, format string, args ...any) int {
	fmt.Fprintf(stderr, "%s: %s; see `%s --help`\n", flags.Name(), fmt.Sprintf(format, args...), flags.Name())
	return exitUsage
}

// failed reports an error of a verb. An interrupt needs no explanation.
func failed(flags *flag.FlagSet, stderr io.Writer, err error) int {
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	fmt.Fprintf(stderr, "%s: %v\n", flags.Name(), err)
	return exitFailed
}
