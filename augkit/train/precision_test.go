package train

import (
	"math"
	"testing"

	"github.com/gomlx/compute/dtypes"

	"github.com/augkit/aug/augkit/device/devicetest"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/datasets"
)

// Encoders in bfloat16 train with float32 weights, towards the losses of float32: bfloat16 has 8 bits of a number.
func TestBFloat16(t *testing.T) {
	for _, c := range []struct {
		encoder string
		ds      *datasets.Dataset
	}{
		{"mlp", benchSet(datasets.Sensor, 15, 3)},
		{"cnn1d", benchSet(datasets.Sensor, 50, 3)},
		{"cnn", benchSet(datasets.Image, 16, 16, 3)},
	} {
		t.Run(c.encoder, func(t *testing.T) {
			losses := func(precision string) (out []float64) {
				exp := benchExperiment(c.encoder, 16)
				exp.Train.Precision = precision
				e, err := acquire(devicetest.Backend(t), exp, c.ds, 1)
				if err != nil {
					t.Fatal(err)
				}
				defer e.free()
				for batch, err := range newEpoch(t.Context(), e.net, c.ds, 16, 0, 1).Iter() {
					if err != nil {
						t.Fatal(err)
					}
					metrics, err := e.trainer.TrainStep(batch)
					if err != nil {
						t.Fatal(err)
					}
					if out = append(out, float64(metrics[0].Value().(float32))); len(out) == 5 {
						break
					}
				}
				for v := range e.store.IterVariables() {
					if v.DType() == dtypes.BFloat16 {
						t.Errorf("%s is %s", v.Path(), v.DType())
					}
				}
				return out
			}
			want, got := losses(""), losses(experiment.PrecisionBFloat16)
			same := true
			for i := range want {
				same = same && want[i] == got[i]
				if diff := math.Abs(got[i]-want[i]) / want[i]; !(diff < 0.02) {
					t.Errorf("step %d: loss %v in bfloat16, %v in float32", i+1, got[i], want[i])
				}
			}
			if same {
				t.Error("the losses are those of float32, to the bit")
			}
			t.Log(want, got)
		})
	}
}
