//go:build linux && cgo && !noxla

package device

// XLA's CPU plug-in allocates its buffers anew for every execution. With glibc's defaults large ones are mapped and
// unmapped each time, and the page faults take a third of a step of a small network, and an eighth of one of ResNet18 at
// 224² where memory is trimmed. One arena that is never trimmed keeps them.

// #include <malloc.h>
import "C"

func init() {
	const never = -1
	C.mallopt(C.M_MMAP_MAX, 0)
	C.mallopt(C.M_TRIM_THRESHOLD, never)
	C.mallopt(C.M_ARENA_MAX, 1)
}
