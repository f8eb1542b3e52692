//go:build !linux || !(amd64 || arm64) || !cgo || noxla

package device

import (
	"context"
	"errors"

	"github.com/gomlx/compute"
)

const xlaBuilt = false

func noAutoInstall() {}

func goxlaInstaller(string, Options) install {
	return func(context.Context) (Plugin, error) {
		return Plugin{}, errors.New("this program was built without XLA")
	}
}

func openXLACPU(string, int, int) (compute.Backend, error) {
	return nil, errors.New("this program was built without XLA")
}

func isXLACPU(compute.Backend) bool { return false }

// Describe would load a plug-in; this program was built without XLA and cannot.
func Describe(Plugin) (version string, devices int, err error) {
	return "", 0, errors.New("this program was built without XLA")
}
