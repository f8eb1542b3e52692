package train

import (
	"flag"
	"os"
	"testing"

	"github.com/augkit/aug/augkit/device"
)

// Tests of several devices need several; benchmarks are of the one that users get, unless the environment says otherwise.
func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.bench").Value.String() == "" && os.Getenv(device.EnvCPUDevices) == "" {
		os.Setenv(device.EnvCPUDevices, "4")
	}
	os.Exit(m.Run())
}
