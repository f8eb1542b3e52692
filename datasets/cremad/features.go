package cremad

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/augkit/aug/datasets"
	"github.com/augkit/aug/datasets/internal/mapped"
	"github.com/augkit/aug/datasets/internal/wholefile"
)

// feature is one modality under some settings. Its file is a magic of 8 bytes, the sum of the index (32 bytes), one
// record a clip in the order of the index, and the SHA-256 of all that.
type feature struct {
	name   string // of the modality
	file   string
	kind   datasets.Kind
	shape  []int
	bytes  int // of one value in the file
	encode func(d *decoder, folder string, c clip) ([]byte, error)
	decode func(dst []float32, record []byte)
}

const magic = "cremad\x00\x01"

var errStale = errors.New("made of other clips")

// features are the modalities under the settings, in the order of the source.
func features(settings map[string]string, split int) []feature {
	number := func(name string) int {
		n, err := strconv.Atoi(settings[name])
		if err != nil {
			panic(err) // Resolve admits only the numbers of the settings
		}
		return n
	}
	return []feature{audioFeature(number("audio_seconds")), imageFeature(settings["frame"], number("size"), split)}
}

func audioFeature(seconds int) feature {
	return feature{
		name: "audio", file: fmt.Sprintf("audio-%ds-v1.bin", seconds),
		kind: datasets.Spectrogram, shape: []int{1 + seconds*rate/hop, bands, 1}, bytes: 2,
		encode: func(d *decoder, folder string, c clip) ([]byte, error) {
			return read(folder, c.sound(), func(data []byte) ([]byte, error) { return d.spectrogram(data, seconds) })
		},
		decode: func(dst []float32, record []byte) {
			for i := range dst {
				dst[i] = float32(lowest + step*float64(binary.LittleEndian.Uint16(record[2*i:])))
			}
		},
	}
}

func imageFeature(how string, size, split int) feature {
	file := fmt.Sprintf("image-%s-%d-v1.bin", how, size)
	if how == "random" {
		file = fmt.Sprintf("image-%s%d-%d-v1.bin", how, split, size)
	}
	return feature{
		name: "image", file: file,
		kind: datasets.Image, shape: []int{size, size, 3}, bytes: 1,
		encode: func(_ *decoder, folder string, c clip) ([]byte, error) {
			name := c.picture(choose(how, c.ID, split, len(c.Frames)))
			return read(folder, name, func(data []byte) ([]byte, error) { return face(data, size) })
		},
		decode: func(dst []float32, record []byte) {
			for i := range dst {
				dst[i] = float32(record[i]) / 255
			}
		},
	}
}

// values is the number of values of a clip.
func (f feature) values() int { return f.shape[0] * f.shape[1] * f.shape[2] }

// ensure makes the file where there is none for these clips. It does not look at what the file holds.
func (f feature) ensure(ctx context.Context, dir string, x *index) error {
	file, err := os.Open(filepath.Join(dir, f.file))
	if err == nil {
		_, err = f.head(file, x)
		file.Close()
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errStale) {
		return f.build(ctx, dir, x, func(int64, int64) {})
	}
	return nil // load says what is wrong with it
}

// load is the feature of every clip. Its values stay in the file.
func (f feature) load(ctx context.Context, dir string, x *index) (*datasets.Modality, error) {
	file, records, err := f.open(ctx, dir, x)
	if errors.Is(err, errDamaged) {
		err = fmt.Errorf("%w: delete it in %s; it is made again from %s", err, dir, x.From)
	}
	if err != nil {
		return nil, err
	}
	return &datasets.Modality{Name: f.name, Kind: f.kind, Shape: f.shape,
		Packed: &datasets.Packed{Records: records, Decode: f.decode, Owner: file}}, nil
}

// open finds the record of every clip in the file, and checks the sum of it all. The error is [fs.ErrNotExist] where there is
// no file, errStale where it is of other clips, and errDamaged.
func (f feature) open(ctx context.Context, dir string, x *index) (*mapped.File, [][]byte, error) {
	file, err := mapped.Open(filepath.Join(dir, f.file))
	if err != nil {
		return nil, nil, fmt.Errorf("cremad: read the cache: %w", err)
	}
	head, err := f.head(bytes.NewReader(file.Bytes), x)
	if err != nil {
		return nil, nil, err
	}
	size := f.values() * f.bytes
	if len(file.Bytes) != len(head)+len(x.Clips)*size+sha256.Size {
		return nil, nil, f.failure(errDamaged)
	}
	content, trailer := file.Bytes[:len(file.Bytes)-sha256.Size], file.Bytes[len(file.Bytes)-sha256.Size:]
	h := sha256.New()
	for block := range slices.Chunk(content, 1<<20) {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		h.Write(block)
	}
	if !bytes.Equal(trailer, h.Sum(nil)) {
		return nil, nil, f.failure(errDamaged)
	}
	return file, slices.Collect(slices.Chunk(content[len(head):], size)), nil
}

// head reads what comes before the records. The error is errStale or errDamaged.
func (f feature) head(in io.Reader, x *index) ([]byte, error) {
	sum := x.sum()
	head := make([]byte, len(magic)+len(sum))
	if _, err := io.ReadFull(in, head); err != nil || string(head[:len(magic)]) != magic {
		return nil, f.failure(errDamaged)
	}
	if !bytes.Equal(head[len(magic):], sum[:]) {
		return nil, f.failure(errStale)
	}
	return head, nil
}

func (f feature) failure(err error) error { return fmt.Errorf("cremad: %s: %w", f.file, err) }

// building keeps runs that open the data set side by side from making the same file twice.
var building sync.Mutex

// build makes the file from the folder, on all cores, unless another has made it meanwhile.
func (f feature) build(ctx context.Context, dir string, x *index, progress func(done, total int64)) error {
	building.Lock()
	defer building.Unlock()
	if _, _, err := f.open(ctx, dir, x); err == nil {
		return nil
	}
	decoders := make(chan *decoder, runtime.NumCPU())
	for range cap(decoders) {
		d, err := newDecoder()
		if err != nil {
			return fmt.Errorf("cremad: %w", err)
		}
		decoders <- d
	}
	return wholefile.Write(ctx, "cremad", filepath.Join(dir, f.file), func(w io.Writer) error {
		h := sha256.New()
		out := bufio.NewWriterSize(io.MultiWriter(w, h), 1<<20)
		sum := x.sum()
		out.WriteString(magic)
		out.Write(sum[:])
		done := 0
		const batch = 64 // what is held in memory
		for clips := range slices.Chunk(x.Clips, batch) {
			if err := ctx.Err(); err != nil {
				return err
			}
			records, err := f.records(decoders, x.From, clips)
			if err != nil {
				return err
			}
			for _, r := range records {
				out.Write(r)
			}
			done += len(clips)
			progress(int64(done), int64(len(x.Clips)))
		}
		if err := out.Flush(); err != nil { // and whatever went wrong before
			return fmt.Errorf("cremad: write the cache: %w", err)
		}
		if _, err := w.Write(h.Sum(nil)); err != nil {
			return fmt.Errorf("cremad: write the cache: %w", err)
		}
		return nil
	})
}

// records encodes some clips. Of several broken files it always names the first.
func (f feature) records(decoders chan *decoder, folder string, clips []clip) ([][]byte, error) {
	out, errs := make([][]byte, len(clips)), make([]error, len(clips))
	var group errgroup.Group
	group.SetLimit(cap(decoders))
	for i, c := range clips {
		group.Go(func() error {
			d := <-decoders
			defer func() { decoders <- d }()
			out[i], errs[i] = f.encode(d, folder, c)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
