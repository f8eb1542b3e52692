package device

import (
	"fmt"
	"testing"
)

// A new version of the backend that names its workers otherwise fails here, and then may no longer come to a standstill.
func TestPureGoIsUnlimitedUnlessToldOtherwise(t *testing.T) {
	for config, want := range map[string]int{"go": -1, "go:parallelism=3": 3} {
		backend, err := open(config, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := backend.Description(), fmt.Sprintf("Go Portable Compute Backend (parallelism=%d)", want); got != want {
			t.Errorf("%s: %s, want %s", config, got, want)
		}
		backend.Finalize()
	}
}
