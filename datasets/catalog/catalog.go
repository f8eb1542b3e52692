// Package catalog lists the data sets of the toolkit and opens them by name.
package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/augkit/aug/datasets"
	"github.com/augkit/aug/datasets/cremad"
	"github.com/augkit/aug/datasets/emoji8"
	"github.com/augkit/aug/datasets/manifest"
	"github.com/augkit/aug/datasets/stamps9"
	"github.com/augkit/aug/datasets/vectors"
	"github.com/augkit/aug/datasets/watch7"
)

// sources holds one line a data set, in the order in which they are listed.
var sources = []func() datasets.Source{
	emoji8.Source,
	watch7.Source,
	stamps9.Source,
	cremad.Source,
	vectors.Source,
}

// All describes every data set, without opening any.
func All() []datasets.Source {
	out := make([]datasets.Source, len(sources))
	for i, source := range sources {
		out[i] = source()
	}
	return out
}

// For is Find, and also knows the data sets that the user's own files make: manifest with the setting file, which says
// what it holds.
func For(name string, settings map[string]string) (datasets.Source, error) {
	if name == manifest.Name {
		return manifest.Source(settings["file"])
	}
	return Find(name)
}

// Find returns the listed data set of that name; the error lists the names there are.
func Find(name string) (datasets.Source, error) {
	all := All()
	i := slices.IndexFunc(all, func(s datasets.Source) bool { return s.Name == name })
	if i < 0 {
		names := make([]string, len(all))
		for k, s := range all {
			names[k] = s.Name
		}
		return datasets.Source{}, fmt.Errorf("there is no data set %q; use one of %s, or your own files (aug data new --help)", name, strings.Join(names, ", "))
	}
	return all[i], nil
}

// Open finds a data set by name and opens it.
func Open(ctx context.Context, name string, req datasets.Request) (*datasets.Dataset, error) {
	s, err := For(name, req.Settings)
	if err != nil {
		return nil, err
	}
	return s.Open(ctx, req)
}
