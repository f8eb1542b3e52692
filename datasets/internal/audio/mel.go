package audio

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// Mel computes log-mel pictures of fixed size. One Mel must not be used by two goroutines at a time.
type Mel struct {
	frame, hop, bands, frames int

	window  []float64
	filters [][]float64 // bands × (frame/2+1)
	fft     *fourier.FFT
	buf     []float64
	coef    []complex128
}

// Range is the dynamic range of [Mel.Apply], dB: quieter than Range below the loudest value counts as silence.
const Range = 80

const minPower = 1e-10 // keeps the logarithm finite

// NewMel prepares the analysis of a signal of rate Hz: frames frames of frame samples, hop samples apart, without
// padding at the start, in bands mel bands from 0 to rate/2.
//
//	P[t,k] = |Σ_n x[t·hop+n] · w[n] · exp(−2πi·kn/frame)|²,   w[n] = ½ − ½·cos(2πn/frame)       (periodic Hann)
//	S[t,b] = Σ_k F[b,k] · P[t,k]
//
// F are triangles of height 1 with corners spaced evenly on the scale mel(f) = 2595·log₁₀(1+f/700), f in Hz.
func NewMel(rate, frame, hop, bands, frames int) (*Mel, error) {
	if rate < MinRate || frame < 2 || hop < 1 || bands < 1 || frames < 1 {
		return nil, fmt.Errorf("mel of %d Hz with frame %d, hop %d, %d bands, %d frames: use a rate from %d Hz, a frame from 2 and all others from 1", rate, frame, hop, bands, frames, MinRate)
	}
	m := &Mel{
		frame: frame, hop: hop, bands: bands, frames: frames,
		window: make([]float64, frame), fft: fourier.NewFFT(frame),
		buf: make([]float64, frame), coef: make([]complex128, frame/2+1),
	}
	for n := range m.window {
		m.window[n] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(n)/float64(frame))
	}
	m.filters = melFilters(rate, frame, bands)
	return m, nil
}

// Len is the number of samples that the frames cover; what follows is not looked at.
func (m *Mel) Len() int { return m.frame + (m.frames-1)*m.hop }

// Apply returns [frames, bands] float32, row-major: the log power in dB over the loudest value of the clip,
//
//	10·log₁₀(max(S, 1e-10)) − its maximum, cut at −[Range]
//
// so it lies in −80…0 whatever the loudness. A signal shorter than Len is padded with zeros.
func (m *Mel) Apply(x []float32) []float32 {
	out := make([]float32, m.frames*m.bands)
	loudest := math.Inf(-1)
	for t := range m.frames {
		for n := range m.buf {
			m.buf[n] = 0
			if i := t*m.hop + n; i < len(x) {
				m.buf[n] = float64(x[i]) * m.window[n]
			}
		}
		m.coef = m.fft.Coefficients(m.coef, m.buf)
		for b, filter := range m.filters {
			sum := 0.0
			for k, f := range filter {
				if f != 0 {
					c := m.coef[k]
					sum += f * (real(c)*real(c) + imag(c)*imag(c))
				}
			}
			db := 10 * math.Log10(max(sum, minPower))
			loudest = max(loudest, db)
			out[t*m.bands+b] = float32(db)
		}
	}
	for i, v := range out {
		out[i] = max(v-float32(loudest), -Range)
	}
	return out
}

func melFilters(rate, frame, bands int) [][]float64 {
	mel := func(f float64) float64 { return 2595 * math.Log10(1+f/700) }
	hertz := func(m float64) float64 { return 700 * (math.Pow(10, m/2595) - 1) }
	top := mel(float64(rate) / 2)
	corner := make([]float64, bands+2)
	for i := range corner {
		corner[i] = hertz(top * float64(i) / float64(bands+1))
	}
	filters := make([][]float64, bands)
	for b := range filters {
		filters[b] = make([]float64, frame/2+1)
		low, mid, high := corner[b], corner[b+1], corner[b+2]
		for k := range filters[b] {
			f := float64(k) * float64(rate) / float64(frame)
			filters[b][k] = max(0, min((f-low)/(mid-low), (high-f)/(high-mid)))
		}
	}
	return filters
}
