package manifest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"

	"golang.org/x/sync/errgroup"

	"github.com/augkit/aug/datasets"
	"github.com/augkit/aug/datasets/internal/audio"
	"github.com/augkit/aug/datasets/internal/picture"
)

// decoder turns what a cell names, or the cell itself, into the values of a sample. It is not for two goroutines.
type decoder func(data []byte) ([]float32, error)

// maxValues bounds the memory of one modality: 2 GB.
const maxValues = 1 << 29

// values are those of all samples in one modality, decoded on all cores. The runs of a study open a data set one after
// the other; as long as no file changed, they share the values.
func (m *manifest) values(ctx context.Context, k int) ([]float32, error) {
	name := m.names[k]
	how := m.about.Modalities[name]
	n := datasets.Modality{Shape: how.shape()}
	size := n.Size()
	if len(m.rows)*size > maxValues {
		return nil, fmt.Errorf("%d samples of %s, %v values each, need more than 2 GB; choose smaller sizes in the JSON", len(m.rows), name, n.Shape)
	}
	key, err := m.key(k)
	if err != nil {
		return nil, err
	}
	decoded.Lock() // another run that wants the same waits for it
	defer decoded.Unlock()
	if decoded.file != m.file {
		decoded.file, decoded.by = m.file, make(map[string]keyed)
	}
	if have := decoded.by[name]; have.key == key {
		return have.values, nil
	}
	out := make([]float32, len(m.rows)*size)
	var next atomic.Int64
	var mu sync.Mutex
	first, failed := len(m.rows), error(nil)
	group, ctx := errgroup.WithContext(ctx)
	for range runtime.NumCPU() {
		group.Go(func() error {
			decode, err := kinds[how.Kind].make(how)
			if err != nil {
				return fmt.Errorf("modality %s: %w", name, err)
			}
			for {
				i := int(next.Add(1)) - 1
				mu.Lock()
				stop := i >= first // of several bad files the one on the first line is reported
				mu.Unlock()
				if stop {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				x, err := m.sample(m.rows[i].cells[k], how, decode)
				if err != nil {
					mu.Lock()
					if i < first {
						first, failed = i, fmt.Errorf("%s, line %d, %s: %w", filepath.Base(m.file), m.rows[i].line, name, err)
					}
					mu.Unlock()
				}
				copy(out[i*size:(i+1)*size], x)
			}
		})
	}
	if err := errors.Join(group.Wait(), failed); err != nil {
		return nil, err
	}
	decoded.by[name] = keyed{key, out}
	return out, nil
}

// decoded are the values of the CSV that was opened last.
var decoded struct {
	sync.Mutex
	file string
	by   map[string]keyed // by modality
}

type keyed struct {
	key    string
	values []float32
}

// key changes where a file of the modality, or how it is read, does.
func (m *manifest) key(k int) (string, error) {
	how := m.about.Modalities[m.names[k]]
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(how); err != nil {
		return "", err
	}
	for _, r := range m.rows {
		fmt.Fprintf(h, "%q", r.cells[k])
		if kinds[how.Kind].inner {
			continue
		}
		if file, err := m.path(r.cells[k]); err == nil {
			if info, err := os.Stat(file); err == nil { // what is missing is reported by who reads it
				fmt.Fprintf(h, " %d %d", info.Size(), info.ModTime().UnixNano())
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// path is where the file of a cell lies.
func (m *manifest) path(cell string) (string, error) {
	cell = strings.ReplaceAll(cell, `\`, "/")
	if path.IsAbs(cell) || filepath.IsAbs(cell) || filepath.VolumeName(cell) != "" {
		return "", fmt.Errorf("%s is an absolute path; write it relative to the folder of the CSV", cell)
	}
	return filepath.Join(filepath.Dir(m.file), filepath.FromSlash(cell)), nil
}

// sample reads one cell.
func (m *manifest) sample(cell string, how Modality, decode decoder) ([]float32, error) {
	if kinds[how.Kind].inner {
		return decode([]byte(cell))
	}
	file, err := m.path(cell)
	if err != nil {
		return nil, err
	}
	data, err := contents(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s in the folder of the CSV; mend the path or leave the line out", cell)
	}
	if err != nil {
		return nil, err
	}
	x, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cell, err)
	}
	return x, nil
}

// newViewer reads pictures: [size, size, 3], 0…1.
func newViewer(m Modality) (decoder, error) {
	return func(data []byte) ([]float32, error) {
		rgb, err := picture.Decode(data, m.Size)
		if err != nil {
			return nil, fmt.Errorf("%w; PNG and JPEG are read", err)
		}
		out := make([]float32, len(rgb))
		for i, v := range rgb {
			out[i] = float32(v) / 255
		}
		return out, nil
	}, nil
}

// A spectrogram has frames of 32 ms, 20 ms apart.
func (m Modality) frame() int { return m.Rate * 32 / 1000 }
func (m Modality) hop() int   { return m.Rate / 50 }

func (m Modality) frames() int {
	return 1 + max(0, int(m.Seconds*float64(m.Rate))-m.frame())/m.hop()
}

// newListener reads recordings: [frames, bands, 1], log-mel power in dB over the loudest value, −80…0.
func newListener(m Modality) (decoder, error) {
	mel, err := audio.NewMel(m.Rate, m.frame(), m.hop(), m.Bands, m.frames())
	if err != nil {
		return nil, err
	}
	resamplers := make(map[int]*audio.Resampler)
	return func(data []byte) ([]float32, error) {
		clip, err := audio.Decode(data)
		if err != nil {
			return nil, fmt.Errorf("%w; Ogg Vorbis and 16-bit PCM WAV are read, so convert it: ffmpeg -i IN -c:a pcm_s16le OUT.wav", err)
		}
		r := resamplers[clip.Rate]
		if r == nil {
			if r, err = audio.NewResampler(clip.Rate, m.Rate); err != nil {
				return nil, err
			}
			resamplers[clip.Rate] = r
		}
		if len(audio.Trim(clip.Samples, 0)) == 0 { // its loudest value is silence, which is not 0 dB
			return nil, errors.New("the recording is silent; leave the line out")
		}
		return mel.Apply(r.Apply(clip.Samples, mel.Len())), nil
	}, nil
}

// newMeter reads tables of numbers, a row a step, after a line of names or without: [steps, channels].
func newMeter(m Modality) (decoder, error) {
	return func(data []byte) ([]float32, error) { return numbers(data, m.Steps, len(m.Channels)) }, nil
}

func numbers(data []byte, steps, channels int) ([]float32, error) {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	in.FieldsPerRecord, in.ReuseRecord = -1, true
	out := make([]float32, 0, steps*channels)
	for row := 0; len(out) < steps*channels; row++ {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("it has %d rows of numbers, %d steps are wanted; lower steps in the JSON, or leave the line out", len(out)/channels, steps)
		}
		if err != nil {
			return nil, err
		}
		line, _ := in.FieldPos(0)
		if len(record) != channels {
			return nil, fmt.Errorf("line %d has %d columns, but the JSON names %d channels; give each column a name there", line, len(record), channels)
		}
		for _, text := range record {
			v, err := strconv.ParseFloat(strings.TrimSpace(text), 32)
			if err != nil && row == 0 {
				break // names
			}
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("line %d: %q is no number; write numbers with a point", line, text)
			}
			out = append(out, float32(v))
		}
		if len(out)%channels != 0 {
			return nil, fmt.Errorf("line %d holds numbers and words; the first line may name the columns, the others hold numbers", line)
		}
	}
	return out, nil
}

// newReader reads words: [features], hashed n-grams of the lower-cased words.
func newReader(m Modality) (decoder, error) {
	return func(data []byte) ([]float32, error) {
		words := strings.FieldsFunc(strings.ToLower(string(data)), func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r)
		})
		if len(words) == 0 {
			return nil, fmt.Errorf("%q holds no word; fill it in or leave the line out", data)
		}
		return datasets.HashedNgrams(words, m.Features), nil
	}, nil
}
