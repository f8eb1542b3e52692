package audio

import (
	"fmt"
	"math"
)

// The resampler's filter: a sinc of sincZeros zero crossings a side under a Kaiser window. With the cut-off at
// sincRolloff of the lower Nyquist frequency it is flat within 0.2 % up to 0.84 of that frequency and lets through
// less than 0.1 % (−60 dB) of what would fold back below 0.84.
const (
	sincZeros   = 24
	sincRolloff = 0.92
	kaiserBeta  = 6.2
)

// Resampler changes the sampling rate by the rational factor up/down with a polyphase windowed sinc:
//
//	y[m] = Σ_k x[k] · h(m·down/up − k),   h(t) = c · sinc(f·t) · kaiser(t/T),   |t| < T,   sinc(t) = sin(πt)/(πt)
//
// where t counts input samples, f = 0.92·min(1, up/down) is the cut-off over the input's Nyquist frequency,
// T = 24/min(1, up/down), and c makes the taps of each phase add up to 1. Outside of x the signal is zero. Phases are
// computed when first used, so one Resampler must not be used by two goroutines at a time.
type Resampler struct {
	up, down, half int
	cutoff, width  float64
	phases         [][]float32 // taps of the phase (m·down mod up), for k = ⌊m·down/up⌋−half+1 …
}

// NewResampler prepares the change from one rate to another, both in Hz from [MinRate] to [MaxRate].
func NewResampler(from, to int) (*Resampler, error) {
	for _, rate := range []int{from, to} {
		if err := checkShape(rate, 1); err != nil {
			return nil, fmt.Errorf("resample %d Hz to %d Hz: %w", from, to, err)
		}
	}
	g := gcd(from, to)
	ratio := min(1, float64(to)/float64(from))
	width := sincZeros / ratio
	return &Resampler{
		up: to / g, down: from / g, half: int(math.Ceil(width)),
		cutoff: sincRolloff * ratio, width: width,
		phases: make([][]float32, to/g),
	}, nil
}

// Apply returns the first limit samples of x at the new rate, or all ⌈len(x)·up/down⌉ where that is less.
func (r *Resampler) Apply(x []float32, limit int) []float32 {
	n := (len(x)*r.up + r.down - 1) / r.down
	y := make([]float32, min(n, limit))
	if r.up == r.down {
		copy(y, x)
		return y
	}
	for m := range y {
		at, phase := m*r.down/r.up, m*r.down%r.up
		taps, first := r.taps(phase), at-r.half+1
		from, to := max(first, 0), min(first+len(taps), len(x))
		if from < to {
			y[m] = dot(x[from:to], taps[from-first:])
		}
	}
	return y
}

func (r *Resampler) taps(phase int) []float32 {
	if r.phases[phase] == nil {
		taps := make([]float64, 2*r.half)
		sum := 0.0
		for i := range taps {
			t := float64(phase)/float64(r.up) + float64(r.half-1-i)
			taps[i] = sinc(r.cutoff*t) * kaiser(t/r.width)
			sum += taps[i]
		}
		out := make([]float32, len(taps))
		for i, v := range taps {
			out[i] = float32(v / sum)
		}
		r.phases[phase] = out
	}
	return r.phases[phase]
}

// dot needs len(b) ≥ len(a). Four sums let the processor overlap the additions.
func dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + s2 + s3
}

func sinc(t float64) float64 {
	if t == 0 {
		return 1
	}
	return math.Sin(math.Pi*t) / (math.Pi * t)
}

// kaiser is I₀(β·√(1−t²))/I₀(β) for |t| < 1, else 0.
func kaiser(t float64) float64 {
	if t <= -1 || t >= 1 {
		return 0
	}
	return bessel0(kaiserBeta*math.Sqrt(1-t*t)) / bessel0(kaiserBeta)
}

// bessel0 is the modified Bessel function I₀ by its power series, exact to float64 for the small x used here.
func bessel0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1; term > 1e-17*sum; k++ {
		term *= x * x / float64(4*k*k)
		sum += term
	}
	return sum
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
