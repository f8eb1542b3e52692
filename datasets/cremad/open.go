package cremad

import (
	"context"
	"fmt"
	"slices"

	"github.com/augkit/aug/datasets"
)

// open builds the data set from the cache.
func open(ctx context.Context, req datasets.Request) (*datasets.Dataset, error) {
	settings, err := Source().Resolve(req)
	if err != nil {
		return nil, err
	}
	dir, err := cacheDir(req.CacheDir)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	x, err := loadIndex(dir)
	if err != nil {
		return nil, err
	}
	if lacks := x.lacks(); lacks != "" && settings["missing"] == "error" {
		return nil, fmt.Errorf("cremad: %s; put the files there and run `aug data get cremad --from %s` again, "+
			"or open with missing=drop", lacks, x.From)
	}
	wanted := slices.DeleteFunc(features(settings, req.Split), func(f feature) bool {
		return len(req.Modalities) > 0 && !slices.Contains(req.Modalities, f.name)
	})
	for _, f := range wanted { // before anything large is held in memory
		if err := f.ensure(ctx, dir, x); err != nil {
			return nil, err
		}
	}
	d := x.dataset(settings, req.Split)
	for _, f := range wanted {
		m, err := f.load(ctx, dir, x)
		if err != nil {
			return nil, err
		}
		d.Modalities = append(d.Modalities, m)
	}
	d, err = d.Finish(req)
	if err != nil {
		return nil, err
	}
	if settings["scale"] == "published" {
		for _, m := range d.Modalities {
			m.Mean, m.Std = nil, nil
			if m.Kind == datasets.Image {
				m.Mean, m.Std = slices.Clone(imageNetMean), slices.Clone(imageNetStd)
			}
		}
	}
	return d, nil
}

// dataset is everything but the modalities.
func (x *index) dataset(settings map[string]string, split int) *datasets.Dataset {
	d := &datasets.Dataset{Name: "cremad", Settings: settings, Split: split, Classes: slices.Clone(classes)}
	for i, c := range x.Clips {
		d.Labels = append(d.Labels, c.Class)
		d.IDs = append(d.IDs, c.ID)
		d.Captions = append(d.Captions, c.caption())
		if settings["split_by"] == "actor" {
			d.Groups = append(d.Groups, c.actor())
		} else {
			d.Groups = append(d.Groups, i) // the lists have every actor on both sides: only the clip itself is whole
		}
	}
	if settings["split_by"] == "actor" {
		d.Parts = byActor(x.Clips, split)
	} else {
		d.Parts = byList(x.Clips, split)
	}
	return d
}

// byActor makes one of ten folds of whole actors the test part and the next one the validation part.
func byActor(clips []clip, split int) []datasets.Part {
	parts := make([]datasets.Part, len(clips))
	for i, f := range actorFolds(clips) {
		switch f {
		case split:
			parts[i] = datasets.Test
		case (split + 1) % splits:
			parts[i] = datasets.Validation
		}
	}
	return parts
}

// byList makes test.csv the test part and one of ten folds of whole actors of train.csv the validation part.
func byList(clips []clip, split int) []datasets.Part {
	parts := make([]datasets.Part, len(clips))
	var train []clip
	var place []int
	for i, c := range clips {
		if c.Test {
			parts[i] = datasets.Test
			continue
		}
		train, place = append(train, c), append(place, i)
	}
	for k, f := range actorFolds(train) {
		if f == split {
			parts[place[k]] = datasets.Validation
		}
	}
	return parts
}

// actorFolds spreads the actors over ten folds, the same ones for all splits.
func actorFolds(clips []clip) []int {
	labels, actors := make([]int, len(clips)), make([]int, len(clips))
	for i, c := range clips {
		labels[i], actors[i] = c.Class, c.actor()
	}
	return datasets.GroupedFolds(labels, actors, splits, 0)
}
