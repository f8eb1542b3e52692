package device

import (
	"context"
	"fmt"

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
	backend, err := open(choice.Config)
	if err != nil {
		if choice.named || choice.Name == "go" {
			return nil, choice, fmt.Errorf("opening backend %s (%s): %w; `aug doctor` shows what is installed", choice.Config, choice.Reason, err)
		}
		failed := choice
		choice, _ = Choose(ctx, Options{Backend: "go", host: opts.host})
		choice.Reason = fmt.Sprintf("%s did not load", failed.Name)
		choice.Notes = append(failed.Notes, fmt.Sprintf("%s: %v", failed.Config, err))
		if backend, err = open(choice.Config); err != nil {
			return nil, choice, fmt.Errorf("opening the pure-Go backend: %w", err)
		}
	}
	return backend, choice, nil
}

// open turns the panics of compute.NewWithConfig into errors.
func open(config string) (backend compute.Backend, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	noAutoInstall()
	return compute.NewWithConfig(config)
}
