package augkit

import (
	"context"
	"fmt"
	"sync"

	"github.com/gomlx/compute"

	"github.com/augkit/aug/augkit/device"
)

// opened is the one backend of this process.
var opened = sync.OnceValues(func() (compute.Backend, error) {
	backend, choice, err := device.Open(context.Background(), device.Options{})
	if err != nil {
		return nil, fmt.Errorf("%w; `aug doctor` tells what is missing", err)
	}
	chosen = choice
	return backend, nil
})

var chosen device.Choice

// Backend opens the backend that the environment names, or the best that is installed. All runs of a process share it.
func Backend() (compute.Backend, error) { return opened() }

// BackendLine says in one line which backend was taken, why, and how to get a faster one.
func BackendLine() (string, error) {
	if _, err := opened(); err != nil {
		return "", err
	}
	return chosen.String(), nil
}

// oneThread are the backends of one thread that this process has opened and no run uses. They are never closed: engines
// that wait for later runs belong to them.
var oneThread struct {
	sync.Mutex
	idle []compute.Backend
}

// takeOneThread returns a backend of one thread, to be given back with giveOneThread. There is none, nil, but beside XLA's
// CPU plug-in: the other backends serve several runs at a time as they are.
func takeOneThread() (compute.Backend, error) {
	backend, err := opened()
	if err != nil {
		return nil, err
	}
	oneThread.Lock()
	defer oneThread.Unlock()
	if last := len(oneThread.idle) - 1; last >= 0 {
		taken := oneThread.idle[last]
		oneThread.idle = oneThread.idle[:last]
		return taken, nil
	}
	return device.OneThread(backend, chosen)
}

func giveOneThread(backend compute.Backend) {
	oneThread.Lock()
	defer oneThread.Unlock()
	oneThread.idle = append(oneThread.idle, backend)
}
