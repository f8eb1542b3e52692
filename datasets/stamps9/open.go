package stamps9

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/augkit/aug/datasets"
	"github.com/augkit/aug/datasets/internal/audio"
)

// open builds the data set from the cache, in which pictures and sounds stay.
func open(ctx context.Context, req datasets.Request) (*datasets.Dataset, error) {
	settings, err := Source().Resolve(req)
	if err != nil {
		return nil, err
	}
	name, err := cacheFile(req.CacheDir)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, err := load(name)
	if err != nil {
		return nil, err
	}
	return c.dataset(req, settings)
}

func (c *cache) dataset(req datasets.Request, settings map[string]string) (*datasets.Dataset, error) {
	d := &datasets.Dataset{Name: "stamps9", Settings: settings, Split: req.Split, Classes: slices.Clone(classes)}
	parts := c.split(req.Split) // of all languages, so that an item's part does not depend on the setting
	count, err := strconv.Atoi(settings["languages"])
	if err != nil {
		return nil, fmt.Errorf("stamps9: languages: %w", err)
	}
	var chosen []int // of c.Samples
	for i, s := range c.Samples {
		if !slices.Contains(languages[:count], s.Language) {
			continue
		}
		chosen = append(chosen, i)
		it := c.Items[s.Item]
		d.Labels = append(d.Labels, it.class())
		d.Parts = append(d.Parts, parts[it.Group])
		d.IDs = append(d.IDs, it.Path+"#"+s.Language)
		d.Captions = append(d.Captions, c.text(s, settings["text"]))
		d.Groups = append(d.Groups, it.Group)
	}
	for _, build := range []struct {
		name string
		make func(*datasets.Dataset, []int) *datasets.Modality
	}{{"image", c.imageModality}, {"audio", c.audioModality}, {"text", textModality}} {
		if len(req.Modalities) == 0 || slices.Contains(req.Modalities, build.name) {
			m := build.make(d, chosen)
			m.Name = build.name
			d.Modalities = append(d.Modalities, m)
		}
	}
	return d.Finish(req)
}

// class is the index of an item's class.
func (it item) class() int {
	class, _, _ := strings.Cut(it.Path, "/")
	return slices.Index(classes, class)
}

// split gives each group its part.
func (c *cache) split(number int) map[int]datasets.Part {
	var labels, groups []int
	for _, s := range c.Samples {
		labels, groups = append(labels, c.Items[s.Item].class()), append(groups, c.Items[s.Item].Group)
	}
	parts := make(map[int]datasets.Part)
	for i, p := range datasets.FoldSplit(labels, groups, number) {
		parts[groups[i]] = p
	}
	return parts
}

// text is what the text modality reads of a sample.
func (c *cache) text(s sample, setting string) string {
	if setting == "english" || s.Text == "" {
		return c.Items[s.Item].English
	}
	return s.Text
}

func (c *cache) imageModality(_ *datasets.Dataset, chosen []int) *datasets.Modality {
	packed := &datasets.Packed{Owner: c.file, Decode: func(dst []float32, record []byte) {
		for i, v := range record {
			dst[i] = float32(v) / 255
		}
	}}
	for _, i := range chosen {
		item := c.Samples[i].Item
		packed.Records = append(packed.Records, c.images[item*pixels:(item+1)*pixels])
	}
	return &datasets.Modality{Kind: datasets.Image, Shape: []int{side, side, 3}, Packed: packed}
}

func (c *cache) audioModality(_ *datasets.Dataset, chosen []int) *datasets.Modality {
	packed := &datasets.Packed{Owner: c.file, Decode: func(dst []float32, record []byte) {
		for i, v := range record {
			dst[i] = float32(v)*(audio.Range/255.0) - audio.Range
		}
	}}
	for _, i := range chosen {
		packed.Records = append(packed.Records, c.audio[i*cells:(i+1)*cells])
	}
	return &datasets.Modality{Kind: datasets.Spectrogram, Shape: []int{frames, bands, 1}, Packed: packed}
}

func textModality(d *datasets.Dataset, _ []int) *datasets.Modality {
	m := &datasets.Modality{Kind: datasets.Text, Shape: []int{features}, Data: make([]float32, 0, d.Len()*features)}
	known := make(map[string][]float32) // English names recur in nine languages
	for _, caption := range d.Captions {
		if known[caption] == nil {
			known[caption] = datasets.HashedNgrams(words(caption), features)
		}
		m.Data = append(m.Data, known[caption]...)
	}
	return m
}

// words splits a name into lower-case words of letters, marks and digits of any script.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r)
	})
}
