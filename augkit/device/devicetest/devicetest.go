// Package devicetest gives graph tests their backend.
package devicetest

import (
	"context"
	"sync"
	"testing"

	"github.com/augkit/aug/augkit/device"
	"github.com/gomlx/compute"
)

var open = sync.OnceValues(func() (opened, error) {
	backend, choice, err := device.Open(context.Background(), device.Options{})
	return opened{backend, choice}, err
})

type opened struct {
	backend compute.Backend
	choice  device.Choice
}

// Backend returns the backend of this test process: one for all tests, chosen as [device.Choose] does without
// downloading, so that it is the pure-Go one where no plug-in is installed. It must not be finalized.
func Backend(t testing.TB) compute.Backend {
	t.Helper()
	o, err := open()
	if err != nil {
		t.Fatalf("no backend for this test: %v", err)
	}
	t.Log(o.choice)
	return o.backend
}
