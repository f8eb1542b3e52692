package runlog

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock keeps other processes, and other runs of this one, out of a run's folder until it is closed or the process ends.
// Where the file system knows no locks there is none.
func lock(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		f.Close()
		return nil, fmt.Errorf("%s is being trained at this moment; wait for it to end or choose another folder", dir)
	}
	return f, nil
}
