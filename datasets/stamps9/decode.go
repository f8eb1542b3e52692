package stamps9

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/augkit/aug/datasets/internal/archive"
	"github.com/augkit/aug/datasets/internal/audio"
	"github.com/augkit/aug/datasets/internal/picture"
)

// clip is a decoded recording.
type clip struct {
	mel []uint8 // [frames, bands]
	sum [sha256.Size]byte
}

// parts is what the files of one item gave.
type parts struct {
	english    string
	translated map[string]string
	png, svg   []uint8 // [side, side, 3]
	clips      map[string]clip
}

// collection gathers the items of a source while the workers decode them.
type collection struct {
	mu      sync.Mutex
	items   map[string]*parts
	skipped []string // files that could not be decoded, with the reason
}

// job is one file to decode.
type job struct {
	item, language string
	kind           kind
	name           string
	data           []byte
}

// collect reads every file of the source and decodes those of the data set on all cores.
func collect(ctx context.Context, from string, progress func(string, int64, int64)) (*collection, error) {
	c := &collection{items: make(map[string]*parts)}
	group, ctx := errgroup.WithContext(ctx)
	jobs := make(chan job, 2*runtime.NumCPU())
	for range runtime.NumCPU() {
		group.Go(func() error {
			d, err := newDecoder()
			if err != nil {
				return err
			}
			for j := range jobs {
				if err := ctx.Err(); err != nil {
					return err
				}
				c.add(d, j)
			}
			return nil
		})
	}
	group.Go(func() error {
		defer close(jobs)
		return archive.Walk(ctx, from, archive.Default, func(f archive.File) error {
			progress("decoding "+filepath.Base(from), f.Done, f.Total)
			item, language, k := classify(f.Name)
			if k == other {
				return nil
			}
			data, err := io.ReadAll(f.Body)
			if err != nil {
				return err
			}
			select {
			case jobs <- job{item, language, k, f.Name, data}:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	slices.Sort(c.skipped)
	return c, nil
}

// add decodes a file and stores what it gave. A file that cannot be decoded is noted and left out: one broken clip
// must not cost the other seven thousand.
func (c *collection) add(d *decoder, j job) {
	store := func(*parts) {}
	var err error
	switch j.kind {
	case namesFile:
		english, translated := parseNames(j.data)
		store = func(p *parts) { p.english, p.translated = english, translated }
	case pngFile:
		var rgb []uint8
		rgb, err = picture.Decode(j.data, side)
		store = func(p *parts) { p.png = rgb }
	case svgFile:
		var rgb []uint8
		rgb, err = picture.DecodeSVG(j.data, side)
		store = func(p *parts) { p.svg = rgb }
	case clipFile:
		var mel []uint8
		mel, err = d.clip(j.data)
		store = func(p *parts) { p.clips[j.language] = clip{mel: mel, sum: sha256.Sum256(j.data)} }
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.skipped = append(c.skipped, fmt.Sprintf("%s: %v", j.name, err))
		return
	}
	p := c.items[j.item]
	if p == nil {
		p = &parts{clips: make(map[string]clip)}
		c.items[j.item] = p
	}
	store(p)
}

// decoder holds what one worker reuses from clip to clip.
type decoder struct {
	mel        *audio.Mel
	resamplers map[int]*audio.Resampler
}

func newDecoder() (*decoder, error) {
	mel, err := audio.NewMel(rate, frame, hop, bands, frames)
	return &decoder{mel: mel, resamplers: make(map[int]*audio.Resampler)}, err
}

// clip returns the log-mel picture of a recording as levels 0 … 255 for −80 … 0 dB.
func (d *decoder) clip(data []byte) ([]uint8, error) {
	sound, err := audio.Decode(data)
	if err != nil {
		return nil, err
	}
	loud := audio.Trim(sound.Samples, trim)
	if len(loud) == 0 {
		return nil, fmt.Errorf("the recording is silent")
	}
	r := d.resamplers[sound.Rate]
	if r == nil {
		if r, err = audio.NewResampler(sound.Rate, rate); err != nil {
			return nil, err
		}
		d.resamplers[sound.Rate] = r
	}
	out := make([]uint8, cells)
	for i, db := range d.mel.Apply(r.Apply(loud, d.mel.Len())) {
		out[i] = uint8(math.Round(float64(db+audio.Range) * 255 / audio.Range))
	}
	return out, nil
}

// assemble turns what was decoded into the table of samples: items with a name, a picture and a recording, in order of
// their path; an item's recordings in order of languages.
func (c *collection) assemble() *cache {
	out := &cache{Skipped: c.skipped}
	var keys [][]string
	for _, name := range slices.Sorted(maps.Keys(c.items)) {
		p := c.items[name]
		rgb := p.png // drawn by the authors; the SVG reader knows only part of the format
		if rgb == nil {
			rgb = p.svg
		}
		if p.english == "" || rgb == nil || len(p.clips) == 0 {
			continue
		}
		out.Items = append(out.Items, item{Path: name, English: p.english})
		out.images = append(out.images, rgb...)
		itemKeys := []string{"stem " + digits.ReplaceAllString(name, ""), "name " + strings.ToLower(p.english)}
		for _, language := range languages {
			clip, ok := p.clips[language]
			if !ok {
				continue
			}
			out.Samples = append(out.Samples, sample{Item: len(out.Items) - 1, Language: language, Text: p.translated[language]})
			out.audio = append(out.audio, clip.mel...)
			itemKeys = append(itemKeys, "clip "+string(clip.sum[:]))
		}
		keys = append(keys, itemKeys)
	}
	for i, g := range group(keys) {
		out.Items[i].Group = g
	}
	return out
}
