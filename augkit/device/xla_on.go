//go:build linux && (amd64 || arm64) && cgo && !noxla

package device

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/installer"
)

const xlaBuilt = true

// noAutoInstall keeps go-xla from downloading a plug-in by itself when a backend is opened.
func noAutoInstall() { xla.EnableAutoInstall(false) }

// goxlaInstaller runs go-xla's own installer into a folder below ours.
func goxlaInstaller(dir string, _ Options) install {
	return func(ctx context.Context) (Plugin, error) {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
		defer cancel()
		lib := filepath.Join(dir, "lib", "go-xla")
		done := make(chan error, 1)
		// The installer takes no context; an abandoned one writes only to a temporary folder until its last step.
		go func() { done <- installer.CPUAutoInstall(lib, false, installer.Quiet) }()
		select {
		case <-ctx.Done():
			return Plugin{}, ctx.Err()
		case err := <-done:
			if err != nil {
				return Plugin{}, err
			}
		}
		found, _ := filepath.Glob(filepath.Join(lib, "pjrt_c_api_cpu*_plugin.so"))
		if len(found) == 0 {
			return Plugin{}, fmt.Errorf("it left no plug-in in %s", lib)
		}
		return Plugin{Name: "cpu", Path: found[0]}, nil
	}
}
