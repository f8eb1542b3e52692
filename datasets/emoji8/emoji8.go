// Package emoji8 is an embedded data set of image and text: 1,636 emoji, each drawn by two hands (Google's Noto and
// Twitter's Twemoji), with the name that Unicode gives it. The class is Unicode's category: eight by default, nine with
// the flags, or some forty subcategories.
//
// Both modalities are natural: they show the same item. With names they are balanced; with keywords the text
// dominates. See README.md for licences, splits and traps.
package emoji8

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/augkit/aug/datasets"
	"github.com/augkit/aug/datasets/emoji8/internal/pack"
)

const (
	flagsCategory  = "Flags"
	minSubcategory = 15 // items that make a subcategory a class
	textSize       = 1024
)

//go:embed emoji8.zip
var file []byte

var block = sync.OnceValues(func() (*pack.Block, error) { return pack.Decode(file) })

// Source describes emoji8. Splits are by item and disjoint by group (variants of one item); the five test parts
// together hold every item once, and an item's part does not depend on the settings.
func Source() datasets.Source {
	s := datasets.Source{
		Name:       "emoji8",
		Title:      "Emoji in two drawings with their names: image + text, 8 categories",
		Modalities: []string{"image", "text"},
		Kinds:      map[string]datasets.Kind{"image": datasets.Image, "text": datasets.Text},
		Classes:    8,
		Samples:    3272,
		Splits:     5,
		Licence:    "Apache-2.0 (Noto Emoji), CC BY 4.0 (Twemoji), MIT (emoji-data, emojilib); see NOTICE",
		Origin:     "npm emoji-datasource-google 16.0.0, emoji-datasource-twitter 16.0.0, emojilib 4.0.3",
		Embedded:   true,
		Settings: []datasets.Setting{
			{Name: "labels", Default: "category", Allowed: []string{"category", "subcategory"},
				Doc: "category: 8 classes; subcategory: the 40 subcategories with 15 items or more"},
			{Name: "text", Default: "name", Allowed: []string{"name", "keywords"},
				Doc: "name: balanced with the image; keywords: name and keywords, far stronger than the image"},
			{Name: "stopwords", Default: "keep", Allowed: []string{"keep", "drop"},
				Doc: "drop: leave out words that name the class, such as animal, food, flag"},
			{Name: "flags", Default: "no", Allowed: []string{"no", "yes"},
				Doc: "yes: add the flags, an easy class of 270 items"},
		},
	}
	s.Open = func(ctx context.Context, req datasets.Request) (*datasets.Dataset, error) {
		settings, err := s.Resolve(req)
		if err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("opening %s: %w", s.Name, err)
		}
		b, err := block()
		if err != nil {
			return nil, fmt.Errorf("opening %s: %w", s.Name, err)
		}
		d, err := assemble(b, settings, req.Split)
		if err != nil {
			return nil, fmt.Errorf("opening %s: %w", s.Name, err)
		}
		d.Name = s.Name
		return d.Finish(req)
	}
	return s
}

// assemble makes the samples, two drawings an item in the order of the file.
func assemble(b *pack.Block, settings map[string]string, split int) (*datasets.Dataset, error) {
	parts, err := itemParts(b, split)
	if err != nil {
		return nil, err
	}
	label := func(it pack.Item) string { return it.Category }
	if settings["labels"] == "subcategory" {
		label = func(it pack.Item) string { return it.Subcategory }
	}
	classes := classNames(b, label, settings)
	words := textOf(settings, classes)

	d := &datasets.Dataset{Settings: settings, Split: split, Classes: classes}
	pixels := b.Size * b.Size * 3
	samples := len(b.Items) * len(b.Drawings)
	image := make([]float32, 0, samples*pixels)
	text := make([]float32, 0, samples*textSize)
	for i, it := range b.Items {
		class := slices.Index(classes, label(it))
		if class < 0 {
			continue
		}
		shown := words(it)
		features := datasets.HashedNgrams(shown, textSize)
		for k, drawing := range b.Drawings {
			for _, x := range b.Picture(i, k) {
				image = append(image, float32(x)/255)
			}
			text = append(text, features...)
			d.Labels = append(d.Labels, class)
			d.IDs = append(d.IDs, drawing+"/"+it.Code)
			d.Captions = append(d.Captions, strings.Join(shown, " "))
			d.Groups = append(d.Groups, it.Group)
			d.Parts = append(d.Parts, parts[i])
		}
	}
	d.Modalities = []*datasets.Modality{
		{Name: "image", Kind: datasets.Image, Shape: []int{b.Size, b.Size, 3}, Data: image},
		{Name: "text", Kind: datasets.Text, Shape: []int{textSize}, Data: text},
	}
	return d, nil
}

// itemParts returns the part of every item. Split 0 is stored in the file; the others are made as it was: by group,
// spread by subcategory (and so by category), over all items whether they are used or not.
func itemParts(b *pack.Block, split int) ([]datasets.Part, error) {
	parts := make([]datasets.Part, len(b.Items))
	if split == 0 {
		for i, it := range b.Items {
			p, err := pack.PartOf(it.Part)
			if err != nil {
				return nil, fmt.Errorf("item %s: %w", it.Code, err)
			}
			parts[i] = p
		}
		return parts, nil
	}
	groups := make([]int, len(b.Items))
	for i, it := range b.Items {
		groups[i] = it.Group
	}
	return datasets.FoldSplit(b.Subcategories(), groups, split), nil
}

// classNames lists the classes by name, the flags last.
func classNames(b *pack.Block, label func(pack.Item) string, settings map[string]string) []string {
	count := make(map[string]int)
	isFlag := make(map[string]bool)
	for _, it := range b.Items {
		if it.Category == flagsCategory {
			if settings["flags"] == "no" {
				continue
			}
			isFlag[label(it)] = true
		}
		count[label(it)]++
	}
	var names []string
	for name, n := range count {
		if settings["labels"] == "category" || n >= minSubcategory {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		if isFlag[a] != isFlag[b] {
			if isFlag[a] {
				return 1
			}
			return -1
		}
		return cmp.Compare(a, b)
	})
	return names
}
