package audio

import (
	"bytes"
	"fmt"
	"io"

	"github.com/jfreymuth/oggvorbis"
)

// DecodeOgg reads an Ogg Vorbis file and returns the mean of its channels. The headers are checked first (see
// vetOgg), because the decoder trusts their sizes; panics of the decoder on damaged packets come back as errors.
func DecodeOgg(data []byte) (clip Clip, err error) {
	defer func() {
		if r := recover(); r != nil {
			clip, err = Clip{}, fmt.Errorf("%w: the Vorbis decoder gave up: %v", ErrFormat, r)
		}
	}()
	if err := vetOgg(data); err != nil {
		return Clip{}, err
	}
	// Only Read is passed on: with Seek the decoder would first look for the last page, which serves nothing here.
	r, err := oggvorbis.NewReader(struct{ io.Reader }{bytes.NewReader(data)})
	if err != nil {
		return Clip{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	rate, channels := r.SampleRate(), r.Channels()
	clip.Rate = rate
	// A buffer of the largest block for each channel spares the decoder a copy.
	block := make([]float32, 8192*channels)
	for {
		n, err := r.Read(block)
		for i := 0; i+channels <= n; i += channels {
			var sum float32
			for _, v := range block[i : i+channels] {
				sum += v
			}
			clip.Samples = append(clip.Samples, sum/float32(channels))
		}
		if len(clip.Samples) > rate*MaxSeconds {
			return Clip{}, fmt.Errorf("%w: longer than %d s", ErrFormat, MaxSeconds)
		}
		if err == io.EOF {
			return clip, nil
		}
		if err != nil {
			return Clip{}, fmt.Errorf("%w: %w", ErrFormat, err)
		}
	}
}
