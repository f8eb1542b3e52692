package cremad

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/augkit/aug/datasets"
)

// get looks through the folder of req.From, or the one that it knows of, and makes the features of the default settings
// that are not there or not sound. Clips without files are no error here: which of them are needed is a setting.
func get(ctx context.Context, req datasets.GetRequest) error {
	progress := req.Progress
	if progress == nil {
		progress = func(string, int64, int64) {}
	}
	dir, err := cacheDir(req.CacheDir)
	if err != nil {
		return err
	}
	x, err := find(ctx, dir, req.From)
	if err != nil {
		return err
	}
	defaults, err := Source().Resolve(datasets.Request{})
	if err != nil {
		return err
	}
	said := "is already there"
	for _, f := range features(defaults, 0) {
		_, _, err := f.open(ctx, dir, x)
		if err == nil {
			continue
		}
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errStale) && !errors.Is(err, errDamaged) {
			return err
		}
		what := "decoding " + f.name + " of " + x.From
		if err := f.build(ctx, dir, x, func(done, total int64) { progress(what, done, total) }); err != nil {
			return err
		}
		said = "is made"
	}
	done := fmt.Sprintf("cremad %s: %d clips in %s", said, len(x.Clips), dir)
	if lacks := x.lacks(); lacks != "" {
		done += "; " + lacks + "; it opens with missing=drop only"
	}
	progress(done, 1, 1)
	return nil
}

// find is the index of the folder, which it keeps, or where none is named the index that is kept.
func find(ctx context.Context, dir, from string) (*index, error) {
	old, err := loadIndex(dir)
	if from == "" {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, errors.New("cremad: " + howTo)
		}
		if err != nil {
			return nil, err
		}
		return old, nil
	}
	x, err := scan(ctx, from)
	if err != nil {
		return nil, err
	}
	if !x.same(old) {
		if err := x.save(ctx, dir); err != nil {
			return nil, err
		}
	}
	return x, nil
}
