package audio

import (
	"fmt"
	"math"
)

// The filter of [NewSharpResampler]. The three numbers make it the like of soxr's HQ, librosa's default: flat up to 0.91
// of the lower Nyquist frequency, −120 dB from 1.0 on.
const (
	sharpZeros   = 100
	sharpRolloff = 0.9565
	sharpBeta    = 14
)

// maxTaps bounds the table of a filter that is computed at once: rates with no common factor have one phase a sample.
const maxTaps = 1 << 22

// NewSharpResampler is [NewResampler] with a filter four times as long, for features that look at what lies between
// the Nyquist frequencies of the two rates: the usual filter leaves −60 dB of the signal's image there, which a
// logarithm shows.
func NewSharpResampler(from, to int) (*Resampler, error) {
	r, err := NewResampler(from, to)
	if err != nil {
		return nil, err
	}
	ratio := min(1, float64(to)/float64(from))
	r.cutoff, r.width = sharpRolloff*ratio, sharpZeros/ratio
	r.half = int(math.Ceil(r.width))
	if n := r.up * 2 * r.half; n > maxTaps {
		return nil, fmt.Errorf("resample %d Hz to %d Hz: the filter has %d taps, the limit is %d; convert the recording to "+
			"a common rate such as 16000 Hz", from, to, n, maxTaps)
	}
	for phase := range r.phases {
		taps := make([]float64, 2*r.half)
		sum := 0.0
		for i := range taps {
			t := float64(phase)/float64(r.up) + float64(r.half-1-i)
			if u := t / r.width; u > -1 && u < 1 {
				taps[i] = sinc(r.cutoff*t) * bessel0(sharpBeta*math.Sqrt(1-u*u))
			}
			sum += taps[i]
		}
		r.phases[phase] = make([]float32, len(taps))
		for i, v := range taps {
			r.phases[phase][i] = float32(v / sum)
		}
	}
	return r, nil
}
