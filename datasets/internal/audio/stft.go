package audio

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// STFT computes log-magnitude spectrograms of linear frequency, as librosa's stft does with its default window. One
// STFT must not be used by two goroutines at a time.
type STFT struct {
	frame, hop int

	window []float64
	fft    *fourier.FFT
	buf    []float64
	coef   []complex128
}

// NewSTFT prepares the analysis in frames of frame samples, hop samples apart.
func NewSTFT(frame, hop int) (*STFT, error) {
	if frame < 2 || hop < 1 {
		return nil, fmt.Errorf("spectrogram with frame %d, hop %d: use a frame from 2 and a hop from 1", frame, hop)
	}
	s := &STFT{
		frame: frame, hop: hop, window: make([]float64, frame), fft: fourier.NewFFT(frame),
		buf: make([]float64, frame), coef: make([]complex128, frame/2+1),
	}
	for n := range s.window {
		s.window[n] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(n)/float64(frame))
	}
	return s, nil
}

// Frames is the number of frames of a signal of n samples.
func (s *STFT) Frames(n int) int { return 1 + n/s.hop }

// Bands is the number of values of a frame.
func (s *STFT) Bands() int { return s.frame/2 + 1 }

// Log returns [Frames, Bands] float32, row-major:
//
//	L[t,k] = ln(|X[t,k]| + floor)
//	X[t,k] = Σ_n x[t·hop + n − frame/2] · w[n] · exp(−2πi·kn/frame),   w[n] = ½ − ½·cos(2πn/frame)   (periodic Hann)
//
// so frame t is centred on sample t·hop. Outside of x the signal is zero (librosa from 0.10 on; before, x mirrored).
func (s *STFT) Log(x []float32, floor float64) []float32 {
	frames := s.Frames(len(x))
	out := make([]float32, 0, frames*s.Bands())
	for t := range frames {
		first := t*s.hop - s.frame/2
		for n, w := range s.window {
			s.buf[n] = 0
			if i := first + n; i >= 0 && i < len(x) {
				s.buf[n] = float64(x[i]) * w
			}
		}
		s.coef = s.fft.Coefficients(s.coef, s.buf)
		for _, c := range s.coef {
			out = append(out, float32(math.Log(math.Sqrt(real(c)*real(c)+imag(c)*imag(c))+floor)))
		}
	}
	return out
}
