package cremad

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"

	"golang.org/x/image/draw"

	"github.com/augkit/aug/datasets/internal/audio"
	"github.com/augkit/aug/datasets/internal/picture"
)

// Spectrograms are kept in 16 bits over the range that a magnitude can have: a window of 512 sums to 256, and samples
// lie in −1…1. Rounding is off by 1.7e-4 at most.
var (
	lowest = math.Log(floor)
	step   = (math.Log(frame/2+floor) - lowest) / math.MaxUint16
)

// decoder holds what one worker reuses from clip to clip.
type decoder struct {
	stft       *audio.STFT
	resamplers map[int]*audio.Resampler
}

func newDecoder() (*decoder, error) {
	stft, err := audio.NewSTFT(frame, hop)
	return &decoder{stft: stft, resamplers: make(map[int]*audio.Resampler)}, err
}

// spectrogram is [frames, bands] uint16, little-endian: the recording at 22,050 Hz, repeated and cut to some seconds,
// kept within −1…1. A recording without a sample counts as silence.
func (d *decoder) spectrogram(data []byte, seconds int) ([]byte, error) {
	if bytes.HasPrefix(data, []byte("version ")) && bytes.Contains(data[:min(100, len(data))], []byte("git-lfs")) {
		return nil, errors.New("a pointer of git-lfs, not the recording; run git lfs pull in the clone")
	}
	sound, err := audio.DecodeWAV(begin(data, seconds+1)) // one more, for the resampler to look ahead
	if err != nil {
		return nil, err
	}
	r := d.resamplers[sound.Rate]
	if r == nil {
		if r, err = audio.NewSharpResampler(sound.Rate, rate); err != nil {
			return nil, err
		}
		d.resamplers[sound.Rate] = r
	}
	x := make([]float32, seconds*rate)
	n := copy(x, r.Apply(sound.Samples, len(x)))
	for i := range x[:n] {
		x[i] = min(max(x[i], -1), 1)
	}
	for n > 0 && n < len(x) {
		n += copy(x[n:], x[:n])
	}
	out := make([]byte, 0, 2*d.stft.Frames(len(x))*bands)
	for _, v := range d.stft.Log(x, floor) {
		q := math.Round((float64(v) - lowest) / step)
		out = binary.LittleEndian.AppendUint16(out, uint16(min(max(q, 0), math.MaxUint16)))
	}
	return out, nil
}

// begin is a WAV file without what comes after some seconds: the reader refuses recordings of more than a minute, and
// one of the data set is said to be that long. What it does not understand it leaves to the reader.
func begin(data []byte, seconds int) []byte {
	le := binary.LittleEndian
	perSecond := 0 // bytes
	for at := 12; at+8 <= len(data); {
		size := int(le.Uint32(data[at+4:]))
		switch string(data[at : at+4]) {
		case "fmt ":
			if at+16 <= len(data) { // channels × rate × 16 bits
				perSecond = 2 * int(le.Uint16(data[at+10:])) * int(le.Uint32(data[at+12:]))
			}
		case "data":
			keep := seconds * perSecond
			if keep == 0 || keep >= size || at+8+keep > len(data) {
				return data
			}
			out := bytes.Clone(data[:at+8+keep])
			le.PutUint32(out[at+4:], uint32(keep))
			return out
		}
		at += 8 + size + size%2
	}
	return data
}

// face is [size, size, 3] uint8: the picture drawn to a square without keeping its aspect, as the released code does.
// Shrinking averages over the covered pixels (triangle kernel), as Pillow's bilinear does.
func face(data []byte, size int) ([]byte, error) {
	head, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if head.Width > picture.MaxSide || head.Height > picture.MaxSide || head.Width*head.Height > picture.MaxPixels {
		return nil, fmt.Errorf("%d×%d pixels; up to %d a side and %d in all are read",
			head.Width, head.Height, picture.MaxSide, picture.MaxPixels)
	}
	src, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	dst := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.BiLinear.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Src, nil)
	out := make([]byte, 0, size*size*3)
	for i := 0; i < len(dst.Pix); i += 4 {
		out = append(out, dst.Pix[i:i+3]...)
	}
	return out, nil
}

// choose picks one of n pictures of a clip.
func choose(how, id string, split, n int) int {
	switch how {
	case "middle":
		return n / 2
	case "random":
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", id, split))
		return int(binary.LittleEndian.Uint64(sum[:]) % uint64(n))
	}
	return 0
}

// read reads a file of the folder and decodes it; the error names the file and the mend.
func read(folder, name string, decode func([]byte) ([]byte, error)) ([]byte, error) {
	full := filepath.Join(folder, name)
	data, err := os.ReadFile(full)
	if err != nil {
		return nil, fmt.Errorf("cremad: %w; if the folder was moved, run `aug data get cremad --from FOLDER` again", err)
	}
	out, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("cremad: %s: %w; make it anew, or delete it, run `aug data get cremad --from FOLDER` again "+
			"and open with missing=drop", full, err)
	}
	return out, nil
}
