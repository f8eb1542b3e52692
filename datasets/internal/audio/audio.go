// Package audio turns short recordings into log-mel pictures on the host: Ogg Vorbis or WAV bytes, mixed to one
// channel, trimmed, resampled and analysed.
//
// Front ends that read foreign bytes ([Decode], [DecodeOgg], [DecodeWAV]) return errors and never panic, and refuse
// what would need absurd time or memory.
package audio

import (
	"bytes"
	"errors"
	"fmt"
	"math"
)

// Bounds of what the front ends accept.
const (
	MinRate     = 1_000   // Hz
	MaxRate     = 192_000 // Hz
	MaxChannels = 8
	MaxSeconds  = 60
)

// ErrFormat marks bytes that are not a recording this package reads.
var ErrFormat = errors.New("not a readable recording")

// Clip is a recording of one channel.
type Clip struct {
	Rate    int       // samples a second, Hz
	Samples []float32 // −1…1
}

// Decode reads Ogg Vorbis or PCM16 WAV, told from the first bytes.
func Decode(data []byte) (Clip, error) {
	switch {
	case bytes.HasPrefix(data, []byte("OggS")):
		return DecodeOgg(data)
	case bytes.HasPrefix(data, []byte("RIFF")):
		return DecodeWAV(data)
	}
	return Clip{}, fmt.Errorf("%w: neither Ogg nor WAV", ErrFormat)
}

// checkShape refuses rates and channel counts outside the bounds.
func checkShape(rate, channels int) error {
	if rate < MinRate || rate > MaxRate {
		return fmt.Errorf("%w: %d Hz; rates from %d to %d Hz are read", ErrFormat, rate, MinRate, MaxRate)
	}
	if channels < 1 || channels > MaxChannels {
		return fmt.Errorf("%w: %d channels; 1 to %d are read", ErrFormat, channels, MaxChannels)
	}
	return nil
}

// Trim cuts what comes before the first and after the last sample whose magnitude is at least share of the peak. The
// result aliases x; it is empty where x is silent.
func Trim(x []float32, share float32) []float32 {
	var peak float32
	for _, v := range x {
		peak = max(peak, abs(v))
	}
	if peak == 0 {
		return nil
	}
	level := share * peak
	from, to := 0, len(x)
	for abs(x[from]) < level {
		from++
	}
	for abs(x[to-1]) < level {
		to--
	}
	return x[from:to]
}

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }
