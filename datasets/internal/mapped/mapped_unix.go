//go:build unix

package mapped

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
)

func open(f *os.File, size int64) (*File, error) {
	data, err := syscall.Mmap(int(f.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map %s into memory: %w", f.Name(), err)
	}
	m := &File{Bytes: data}
	runtime.AddCleanup(m, func(data []byte) { _ = syscall.Munmap(data) }, data)
	return m, nil
}
