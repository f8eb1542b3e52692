package device

import (
	"reflect"

	"github.com/gomlx/compute"
)

// unlimited lets the pure-Go backend start as many goroutines as it asks for. Its default, two for each processor, comes to
// a standstill in ResNet18 (gomlx/compute v0.1.3): once every worker is in a large matrix product, each waits in
// workerspool.Pool.Saturate for another one to be free. The option parallelism=-1 does the same, and prints a line to
// standard output, where results go; the type is internal, so its field is asked for by name.
func unlimited(backend compute.Backend) {
	v := reflect.ValueOf(backend)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return
	}
	if workers := v.Elem().FieldByName("Workers"); workers.IsValid() && workers.CanInterface() {
		if pool, ok := workers.Interface().(interface{ SetMaxParallelism(int) }); ok {
			pool.SetMaxParallelism(-1)
		}
	}
}
