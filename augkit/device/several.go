package device

import (
	"fmt"
	"os"
	"strconv"

	"github.com/gomlx/compute"
)

// EnvCPUDevices is how many devices XLA's CPU plug-in makes of the processor; without it, one. They share its cores, so
// that they serve to try out what is meant for several GPUs rather than to be faster. Each brings a thread for oneDNN,
// and more threads than cores are slower.
const EnvCPUDevices = "AUG_CPU_DEVICES"

// envThreads is what XLA's CPU plug-in asks, whenever it is opened, for its number of threads. It has no option for that.
const envThreads = "PJRT_NPROC"

// CheckSeveral reports a backend with fewer than n devices, and how to get as many.
func CheckSeveral(backend compute.Backend, n int) error {
	have := backend.NumDevices()
	if n <= have {
		return nil
	}
	mend := "only XLA trains on several, which `aug setup` installs"
	switch {
	case isXLACPU(backend):
		mend = fmt.Sprintf("set %s=%d for as many", EnvCPUDevices, n)
	case backend.Name() == "xla":
		mend = fmt.Sprintf("ask for at most %d", have)
	}
	return fmt.Errorf("%d devices are asked for, but the backend has %d; %s", n, have, mend)
}

// cpuDevices reads EnvCPUDevices.
func cpuDevices() (int, error) {
	text := os.Getenv(EnvCPUDevices)
	if text == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s is %q: set it to a number of devices, such as 8", EnvCPUDevices, text)
	}
	return n, nil
}
