package audio

import (
	"encoding/binary"
	"fmt"
)

const (
	wavPCM        = 1
	wavExtensible = 0xfffe // the true format is the first field of the sub-format
)

// DecodeWAV reads a RIFF WAVE file of 16-bit PCM with 1 to [MaxChannels] channels and returns their mean, scaled by
// 1/32768. A last frame that is cut short is dropped; a data chunk that claims more than the file holds is an error.
func DecodeWAV(data []byte) (Clip, error) {
	if len(data) < 12 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WAVE" {
		return Clip{}, fmt.Errorf("%w: no RIFF WAVE header", ErrFormat)
	}
	var rate, channels int
	for rest := data[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:8]))
		rest = rest[8:]
		if size > int64(len(rest)) {
			return Clip{}, fmt.Errorf("%w: WAV chunk %q needs %d bytes, %d are left", ErrFormat, id, size, len(rest))
		}
		chunk := rest[:size]
		switch id {
		case "fmt ":
			var err error
			if rate, channels, err = wavFormat(chunk); err != nil {
				return Clip{}, err
			}
		case "data":
			if rate == 0 {
				return Clip{}, fmt.Errorf("%w: WAV data before its format", ErrFormat)
			}
			return wavSamples(chunk, rate, channels)
		}
		rest = rest[min(size+size%2, int64(len(rest))):]
	}
	return Clip{}, fmt.Errorf("%w: WAV without a data chunk", ErrFormat)
}

func wavFormat(chunk []byte) (rate, channels int, err error) {
	if len(chunk) < 16 {
		return 0, 0, fmt.Errorf("%w: WAV format chunk of %d bytes", ErrFormat, len(chunk))
	}
	le := binary.LittleEndian
	kind, bits := le.Uint16(chunk), le.Uint16(chunk[14:])
	if kind == wavExtensible && len(chunk) >= 26 {
		kind = le.Uint16(chunk[24:])
	}
	if kind != wavPCM || bits != 16 {
		return 0, 0, fmt.Errorf("%w: WAV format %d with %d bits; only 16-bit PCM is read, convert it", ErrFormat, kind, bits)
	}
	channels, rate = int(le.Uint16(chunk[2:])), int(min(le.Uint32(chunk[4:]), MaxRate+1))
	return rate, channels, checkShape(rate, channels)
}

func wavSamples(chunk []byte, rate, channels int) (Clip, error) {
	frames := len(chunk) / (2 * channels)
	if frames > rate*MaxSeconds {
		return Clip{}, fmt.Errorf("%w: longer than %d s", ErrFormat, MaxSeconds)
	}
	out := make([]float32, frames)
	scale := 1 / (32768 * float32(channels))
	for i := range out {
		var sum int32
		for c := range channels {
			sum += int32(int16(binary.LittleEndian.Uint16(chunk[2*(i*channels+c):])))
		}
		out[i] = float32(sum) * scale
	}
	return Clip{Rate: rate, Samples: out}, nil
}
