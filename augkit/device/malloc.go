//go:build linux && cgo && !noxla

package device

// XLA's CPU plug-in allocates its buffers anew for every execution. With glibc's defaults large ones are mapped and
// unmapped each time, and the page faults take a third of a step of a small network. One arena that is never trimmed
// keeps them.

// #include <malloc.h>
import "C"

func init() {
	const keep = 1 << 30 // bytes at the top of the heap before it is trimmed
	C.mallopt(C.M_MMAP_MAX, 0)
	C.mallopt(C.M_TRIM_THRESHOLD, keep)
	C.mallopt(C.M_ARENA_MAX, 1)
}
