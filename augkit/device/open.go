package device

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend" // the last step of the ladder is in every build
)

// Open chooses a backend and opens it. A plug-in that was found but not asked for by name and does not load is passed over
// for the pure-Go backend, with a note. A process should open one backend and keep it.
func Open(ctx context.Context, opts Options) (compute.Backend, Choice, error) {
	choice, err := Choose(ctx, opts)
	if err != nil {
		return nil, Choice{}, fmt.Errorf("choosing a backend: %w", err)
	}
	devices, err := cpuDevices()
	if err != nil {
		return nil, choice, err
	}
	backend, err := open(choice.Config, devices, 0)
	if err != nil {
		if choice.named || choice.Name == "go" {
			return nil, choice, fmt.Errorf("opening backend %s (%s): %w; `aug doctor` shows what is installed", choice.Config, choice.Reason, err)
		}
		failed := choice
		choice, _ = Choose(ctx, Options{Backend: "go", host: opts.host})
		choice.Reason = fmt.Sprintf("%s did not load", failed.Name)
		choice.Notes = append(failed.Notes, fmt.Sprintf("%s: %v", failed.Config, err))
		if backend, err = open(choice.Config, 0, 0); err != nil {
			return nil, choice, fmt.Errorf("opening the pure-Go backend: %w", err)
		}
	}
	return backend, choice, nil
}

// OneThread opens XLA's CPU plug-in once more, with a single thread: runs beside each other get more done so than in turn on
// all threads of one. It returns nil if backend is no such plug-in.
func OneThread(backend compute.Backend, choice Choice) (compute.Backend, error) {
	if !isXLACPU(backend) {
		return nil, nil
	}
	one, err := open(choice.Config, 1, 1)
	if err != nil {
		return nil, fmt.Errorf("opening backend %s with one thread: %w", choice.Config, err)
	}
	return one, nil
}

// open turns the panics of compute.NewWithConfig into errors. XLA's CPU plug-in gets so many devices and threads (0: one for
// each processor), and its flags.
func open(config string, devices, threads int) (backend compute.Backend, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	noAutoInstall()
	kind, plugin, _ := strings.Cut(config, ":")
	if kind == "go" {
		if backend, err = compute.NewWithConfig(config); err == nil && plugin == "" {
			unlimited(backend)
		}
		return backend, err
	}
	if !isXLA(kind) || shortName(plugin) != "cpu" {
		return compute.NewWithConfig(config)
	}
	if path, _, _ := strings.Cut(plugin, ","); filepath.IsAbs(path) {
		if err := setCPUFlags(path); err != nil {
			return nil, err
		}
	}
	return openXLACPU(plugin, devices, threads)
}
