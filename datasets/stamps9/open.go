package stamps9

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/augkit/aug/datasets"
	"github.com/augkit/aug/datasets/internal/audio"
)

// open builds the data set from the cache: about 180 MB for all three modalities.
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
	for _, s := range c.Samples {
		it := c.Items[s.Item]
		class, _, _ := strings.Cut(it.Path, "/")
		d.Labels = append(d.Labels, slices.Index(classes, class))
		d.IDs = append(d.IDs, it.Path+"#"+s.Language)
		d.Captions = append(d.Captions, c.text(s, settings["text"]))
		d.Groups = append(d.Groups, it.Group)
	}
	d.Parts = datasets.FoldSplit(d.Labels, d.Groups, req.Split)
	for _, build := range []struct {
		name string
		make func(*datasets.Dataset) *datasets.Modality
	}{{"image", c.imageModality}, {"audio", c.audioModality}, {"text", textModality}} {
		if len(req.Modalities) == 0 || slices.Contains(req.Modalities, build.name) {
			m := build.make(d)
			m.Name = build.name
			d.Modalities = append(d.Modalities, m)
		}
	}
	return d.Finish(req)
}

// text is what the text modality reads of a sample.
func (c *cache) text(s sample, setting string) string {
	if setting == "english" || s.Text == "" {
		return c.Items[s.Item].English
	}
	return s.Text
}

func (c *cache) imageModality(*datasets.Dataset) *datasets.Modality {
	m := &datasets.Modality{Kind: datasets.Image, Shape: []int{side, side, 3}, Data: make([]float32, len(c.Samples)*pixels)}
	for i, s := range c.Samples {
		dst := m.Data[i*pixels : (i+1)*pixels]
		for k, v := range c.images[s.Item*pixels : (s.Item+1)*pixels] {
			dst[k] = float32(v) / 255
		}
	}
	return m
}

func (c *cache) audioModality(*datasets.Dataset) *datasets.Modality {
	m := &datasets.Modality{Kind: datasets.Spectrogram, Shape: []int{frames, bands, 1}, Data: make([]float32, len(c.audio))}
	for i, v := range c.audio {
		m.Data[i] = float32(v)*(audio.Range/255.0) - audio.Range
	}
	return m
}

func textModality(d *datasets.Dataset) *datasets.Modality {
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
