package devicetest_test

import (
	"testing"

	"github.com/augkit/aug/augkit/device/devicetest"
	. "github.com/gomlx/gomlx/core/graph"
)

func TestBackend(t *testing.T) {
	backend := devicetest.Backend(t)
	if devicetest.Backend(t) != backend {
		t.Error("a second call opened a second backend")
	}
	got, err := CallOnce(backend, func(x *Node) *Node { return ReduceAllSum(Mul(x, x)) }, []float32{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	if v := got.Value(); v != float32(14) {
		t.Errorf("sum of squares = %v, want 14", v)
	}
}
