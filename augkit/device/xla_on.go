//go:build linux && (amd64 || arm64) && cgo && !noxla

package device

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/installer"
	"github.com/gomlx/go-xla/pjrt"
)

const xlaBuilt = true

// noAutoInstall keeps go-xla from downloading a plug-in by itself when a backend is opened.
func noAutoInstall() { xla.EnableAutoInstall(false) }

// goxlaInstaller runs go-xla's own installer into a folder below ours.
func goxlaInstaller(dir string, _ Options) install {
	return func(ctx context.Context) (Plugin, error) {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
		defer cancel()
		lib := filepath.Join(dir, "go-xla")
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

var openingXLACPU sync.Mutex // holds envThreads

// openXLACPU opens a CPU plug-in with so many devices and threads; 0 threads are as many as it takes by itself. GoMLX's
// configuration string has no words for that.
func openXLACPU(config string, devices, threads int) (compute.Backend, error) {
	openingXLACPU.Lock()
	defer openingXLACPU.Unlock()
	if threads > 0 {
		before, was := os.LookupEnv(envThreads)
		if err := os.Setenv(envThreads, strconv.Itoa(threads)); err != nil {
			return nil, err
		}
		defer func() {
			if was {
				os.Setenv(envThreads, before)
			} else {
				os.Unsetenv(envThreads)
			}
		}()
	}
	return xla.NewWithOptions(config, pjrt.NamedValuesMap{"cpu_device_count": int64(devices)})
}

func isXLACPU(backend compute.Backend) bool {
	b, ok := backend.(*xla.Backend)
	return ok && b.IsCPU()
}

// Describe loads a plug-in and reports its PJRT API version and its number of devices.
func Describe(p Plugin) (version string, devices int, err error) {
	plugin, err := pjrt.GetPlugin(p.Path)
	if err != nil {
		return "", 0, fmt.Errorf("loading %s: %w", p.Path, err)
	}
	major, minor := plugin.Version()
	version = fmt.Sprintf("%d.%d", major, minor)
	client, err := plugin.NewClient(nil)
	if err != nil {
		return version, 0, fmt.Errorf("starting %s: %w", p.Path, err)
	}
	return version, len(client.AddressableDevices()), nil
}
