package train

import (
	"errors"
	"slices"
	"testing"

	"github.com/augkit/aug/datasets"
)

// A probe sees the network before and after it grows, and the run has the same bytes.
func TestProbe(t *testing.T) {
	ds := generated(t)
	exp := growing(ds)
	forgetEngines()
	plain := mustRun(t, ds, exp, options(t, ds))
	forgetEngines()
	opts := options(t, ds)
	var last *Outputs
	seen, grown := 0, 0
	opts.Probe = func(p Position, predict func(datasets.Part) (*Outputs, error)) error {
		out, err := predict(datasets.Validation)
		if err != nil {
			return err
		}
		seen++
		if last != nil && !slices.Equal(out.Counts, last.Counts) {
			grown++
			if p.Step != stepsOfEpoch {
				t.Errorf("it grew at step %d", p.Step)
			}
			for m, n := range last.Counts {
				if !slices.Equal(out.Sum(m, 0, n), last.Branch(m)) {
					t.Errorf("the earlier classifiers of %s answer otherwise once there is another", out.Modalities[m])
				}
			}
		}
		last = out
		return nil
	}
	sameBytes(t, plain, mustRun(t, ds, exp, opts))
	want := 0
	for _, e := range plain.Epochs {
		want += len(e.Grown)
	}
	if grown == 0 || grown != want || seen != 4*stepsOfEpoch+grown {
		t.Errorf("the probe was asked %d times and saw %d growths of %d", seen, grown, want)
	}
}

func TestProbeEndsARun(t *testing.T) {
	ds := generated(t)
	opts, stop := options(t, ds), errors.New("enough")
	opts.Probe = func(Position, func(datasets.Part) (*Outputs, error)) error { return stop }
	if _, err := Run(t.Context(), goBackend(t), ds, growing(ds), opts); !errors.Is(err, stop) {
		t.Errorf("error %v, want the probe's", err)
	}
}
