package main

import (
	"context"
	"fmt"
	"io"

	"github.com/augkit/aug/augkit/device"
)

// runSetup chooses a backend, installing its plug-in if need be, and opens it once to see that it works.
func runSetup(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("setup", "[flags]",
		"Choose a backend and install what it needs: a PJRT plug-in that is already there, else XLA's CPU plug-in by pip,\n"+
			"else the pure-Go backend. A second call finds everything there and uses no network.",
		"aug setup                   # the best that can be had",
		"aug setup --backend go      # only check the pure-Go backend",
		"aug setup --cuda            # XLA's CUDA plug-in and NVIDIA's libraries, about 3 GB",
		"aug setup --json            # for a script")
	backend := flags.String("backend", "", "`config` of the backend to set up: go, xla:cpu, xla:cuda (default: GOMLX_BACKEND, else the best)")
	cuda := flags.Bool("cuda", false, "install the CUDA plug-in and NVIDIA's libraries (never tried by us: we had no GPU)")
	cuda12 := flags.Bool("cuda12", false, "with --cuda: for drivers older than CUDA 13")
	offline := flags.Bool("offline", false, "download nothing")
	python := flags.String("python", "", "`interpreter` whose pip fetches wheels (default: AUG_PYTHON, else python3)")
	wheel := flags.String("wheel", "", "install the CPU plug-in from this wheel `file` instead of fetching it")
	asJSON := flags.Bool("json", false, "print the choice as JSON")
	rest, code, done := parse(flags, args, stdout, stderr)
	if done {
		return code
	}
	if len(rest) > 0 {
		return wrongUsage(flags, stderr, "it takes no argument %q", rest[0])
	}
	if *cuda && *offline {
		return wrongUsage(flags, stderr, "--cuda needs the network, --offline forbids it")
	}

	opts := device.Options{Backend: *backend, Download: !*offline, Python: *python, Log: stderr}
	if *cuda || *cuda12 {
		plugin, err := device.InstallCUDA(ctx, *cuda12, opts)
		if err != nil {
			return failed(flags, stderr, err)
		}
		opts.Backend = "xla:" + plugin.Path
	}
	if *wheel != "" {
		dir, err := device.PluginDir()
		if err == nil {
			_, err = device.InstallWheel(*wheel, dir)
		}
		if err != nil {
			return failed(flags, stderr, err)
		}
	}

	opened, choice, err := device.Open(ctx, opts)
	if err != nil {
		return failed(flags, stderr, err)
	}
	defer opened.Finalize()
	for _, note := range choice.Notes {
		fmt.Fprintln(stderr, "aug setup: passed over:", note)
	}
	if *asJSON {
		return printJSON(flags, choice, stdout, stderr)
	}
	fmt.Fprintln(stdout, choice)
	return exitOK
}
