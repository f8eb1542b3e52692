package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/augkit/aug/augkit/device"
)

// plugged is what `aug doctor --plugin` prints about one plug-in.
type plugged struct {
	Version string `json:"version"`
	Devices int    `json:"devices"`
}

// runDoctor prints what was found on this machine.
func runDoctor(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("doctor", "[flags]",
		"Show what was found on this machine - Go, C compiler, plug-ins, CUDA, Python, kernel, caches, disk - and for each\n"+
			"fault the command that mends it. Exit code 1 if something is at fault; a warning (!) is not a fault.",
		"aug doctor",
		"aug doctor --json | jq '.[] | select(.state != \"ok\")'",
		"aug doctor --plugin /path/to/pjrt_c_api_cpu_plugin.so")
	asJSON := flags.Bool("json", false, "print the findings as JSON")
	plugin := flags.String("plugin", "", "only load this plug-in `file` and report its PJRT API version and devices")
	rest, code, done := parse(flags, args, stdout, stderr)
	if done {
		return code
	}
	if len(rest) > 0 {
		return wrongUsage(flags, stderr, "it takes no argument %q", rest[0])
	}
	out := json.NewEncoder(stdout)
	out.SetIndent("", "  ")
	if *plugin != "" {
		version, devices, err := device.Describe(device.Plugin{Path: *plugin})
		if err == nil {
			err = out.Encode(plugged{version, devices})
		}
		if err != nil {
			return failed(flags, stderr, err)
		}
		return exitOK
	}

	findings := device.Doctor(ctx, describeApart)
	if ctx.Err() != nil {
		return failed(flags, stderr, ctx.Err())
	}
	code = exitOK
	for _, f := range findings {
		if f.State == device.Fault {
			code = exitFailed
		}
	}
	if *asJSON {
		if err := out.Encode(findings); err != nil {
			return failed(flags, stderr, err)
		}
		return code
	}
	marks := map[device.State]string{device.OK: "✓", device.Warn: "!", device.Fault: "✗"}
	for _, f := range findings {
		fmt.Fprintf(stdout, "%s %-18s %s\n", marks[f.State], f.Name, f.Detail)
		if f.Mend != "" {
			fmt.Fprintf(stdout, "  %-18s → %s\n", "", f.Mend)
		}
	}
	return code
}

// describeApart loads a plug-in in another process, because a damaged one kills the process that loads it.
func describeApart(ctx context.Context, p device.Plugin) (string, int, error) {
	exe, err := os.Executable()
	if err != nil {
		return "", 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	data, err := exec.CommandContext(ctx, exe, "doctor", "--plugin", p.Path).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		line, _, _ := strings.Cut(strings.TrimSpace(string(exit.Stderr)), "\n")
		return "", 0, fmt.Errorf("%s does not load (%w): %s", p.Path, err, line)
	}
	if err != nil {
		return "", 0, err
	}
	var out plugged
	if err := json.Unmarshal(data, &out); err != nil {
		return "", 0, fmt.Errorf("%s: %w", p.Path, err)
	}
	return out.Version, out.Devices, nil
}
