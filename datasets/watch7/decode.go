package watch7

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"

	"github.com/augkit/aug/datasets/internal/bundle"
)

const (
	headEntry    = "recordings.json"
	samplesEntry = "samples.bin"
	format       = 1
	channels     = 6 // ax ay az wx wy wz

	maxHeadBytes  = 1 << 20
	maxRecordings = 1 << 12
	maxSteps      = 1 << 20 // of all recordings together
)

// block is the content of the file.
type block struct {
	Format     int         `json:"format"`
	Rate       int         `json:"rate"` // steps a second
	Classes    []string    `json:"classes"`
	Channels   []string    `json:"channels"`
	Step       []float64   `json:"step"` // value of one count, by channel
	Recordings []recording `json:"recordings"`
}

// recording is one exercise of one person with one arm.
type recording struct {
	Class  int  `json:"class"`
	Person int  `json:"person"`
	Right  bool `json:"right"` // arm
	Steps  int  `json:"steps"`

	values []float32 // [Steps, channels], in the units of the source
}

// decode reads the file that convert.py writes. Cut-off, damaged or foreign bytes give an error; no more memory is
// taken than the checked counts allow.
func decode(data []byte) (*block, error) {
	b, err := read(data)
	if err != nil {
		return nil, fmt.Errorf("watch7 file: %w; make it again with datasets/watch7/convert.py", err)
	}
	return b, nil
}

func read(data []byte) (*block, error) {
	z, err := bundle.Open(data)
	if err != nil {
		return nil, err
	}
	head, err := z.Read(headEntry, maxHeadBytes)
	if err != nil {
		return nil, err
	}
	b := new(block)
	if err := json.Unmarshal(head, b); err != nil {
		return nil, fmt.Errorf("entry %s: %w", headEntry, err)
	}
	total, err := b.check()
	if err != nil {
		return nil, fmt.Errorf("entry %s: %w", headEntry, err)
	}
	samples, err := z.Read(samplesEntry, total*channels*2)
	if err != nil {
		return nil, err
	}
	if len(samples) != total*channels*2 {
		return nil, fmt.Errorf("entry %s holds %d bytes; %d steps need %d", samplesEntry, len(samples), total, total*channels*2)
	}
	for i := range b.Recordings {
		r := &b.Recordings[i]
		n := r.Steps * channels * 2
		r.values = b.values(samples[:n], r.Steps)
		samples = samples[n:]
	}
	return b, nil
}

// values undoes the differences of one recording: channel after channel in, step after step out.
func (b *block) values(counts []byte, steps int) []float32 {
	out := make([]float32, steps*channels)
	for c := range channels {
		var count int16
		for t := range steps {
			count += int16(binary.LittleEndian.Uint16(counts[(c*steps+t)*2:]))
			out[t*channels+c] = float32(float64(count) * b.Step[c])
		}
	}
	return out
}

// check returns the number of steps of all recordings.
func (b *block) check() (int, error) {
	switch {
	case b.Format != format:
		return 0, fmt.Errorf("format %d; this program reads format %d", b.Format, format)
	case b.Rate != rate:
		return 0, fmt.Errorf("%d steps a second; this program reads %d", b.Rate, rate)
	case len(b.Channels) != channels || len(b.Step) != channels:
		return 0, fmt.Errorf("%d channels with %d step sizes; both must be %d", len(b.Channels), len(b.Step), channels)
	case len(b.Recordings) < 1 || len(b.Recordings) > maxRecordings:
		return 0, fmt.Errorf("%d recordings; 1 to %d are allowed", len(b.Recordings), maxRecordings)
	}
	for c, s := range b.Step {
		if s <= 0 || s > math.MaxInt16 {
			return 0, fmt.Errorf("channel %s has step size %g; it must be above 0 and at most %d", b.Channels[c], s, math.MaxInt16)
		}
	}
	total := 0
	for i, r := range b.Recordings {
		switch {
		case r.Class < 0 || r.Class >= len(b.Classes):
			return 0, fmt.Errorf("recording %d is of class %d, but there are %d classes", i, r.Class, len(b.Classes))
		case r.Person < 0:
			return 0, fmt.Errorf("recording %d is of person %d; persons count from 0", i, r.Person)
		case r.Steps < 1 || r.Steps > maxSteps-total:
			return 0, fmt.Errorf("recording %d brings %d steps after %d; at least 1 each and at most %d together are allowed", i, r.Steps, total, maxSteps)
		}
		total += r.Steps
	}
	return total, nil
}
