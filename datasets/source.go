package datasets

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Source describes a data set before it is opened: what it holds, on what terms, and how to get it.
type Source struct {
	Name       string
	Title      string // one line
	Modalities []string
	Kinds      map[string]Kind // of each modality
	Classes    int             // by default
	Samples    int             // by default
	Splits     int             // splits are numbered 0 … Splits−1
	Licence    string
	Origin     string // package names and versions
	Embedded   bool   // true: it comes with the program, Get is nil
	Settings   []Setting

	Open func(ctx context.Context, req Request) (*Dataset, error)
	Get  func(ctx context.Context, req GetRequest) error
}

// Setting is one named choice of a data set.
type Setting struct {
	Name    string
	Default string
	Allowed []string // all valid values
	Doc     string
}

// Request says how to open a data set. The zero value asks for all modalities, split 0, default settings.
type Request struct {
	Modalities []string
	Split      int
	Settings   map[string]string
	CacheDir   string // where fetched data sets keep their features; empty: the user's cache folder
}

// GetRequest says where a fetched data set comes from.
type GetRequest struct {
	From     string // a file or folder to read instead of the package registry
	CacheDir string // as in Request
	Progress func(what string, done, total int64)
}

// Resolve checks a request against the source and returns its settings with the defaults filled in.
func (s Source) Resolve(req Request) (map[string]string, error) {
	out := make(map[string]string, len(s.Settings))
	for _, set := range s.Settings {
		out[set.Name] = set.Default
	}
	for _, name := range slices.Sorted(maps.Keys(req.Settings)) { // sorted: of two mistakes, always report the same one
		value := req.Settings[name]
		i := slices.IndexFunc(s.Settings, func(x Setting) bool { return x.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("data set %s has no setting %q; it has %s", s.Name, name, s.settingNames())
		}
		if !slices.Contains(s.Settings[i].Allowed, value) {
			return nil, fmt.Errorf("data set %s: setting %s is %q; use one of %s", s.Name, name, value, strings.Join(s.Settings[i].Allowed, ", "))
		}
		out[name] = value
	}
	if req.Split < 0 || req.Split >= s.Splits {
		return nil, fmt.Errorf("data set %s: there is no split %d; use 0 to %d", s.Name, req.Split, s.Splits-1)
	}
	for _, m := range req.Modalities {
		if !slices.Contains(s.Modalities, m) {
			return nil, fmt.Errorf("data set %s has no modality %q; it has %s", s.Name, m, strings.Join(s.Modalities, ", "))
		}
	}
	return out, nil
}

func (s Source) settingNames() string {
	if len(s.Settings) == 0 {
		return "none"
	}
	names := make([]string, len(s.Settings))
	for i, x := range s.Settings {
		names[i] = x.Name
	}
	return strings.Join(names, ", ")
}

// Finish is the last step of every Open: it keeps the chosen modalities, measures the scaling on the training part,
// hashes and validates.
func (d *Dataset) Finish(req Request) (*Dataset, error) {
	out, err := d.Select(req.Modalities...)
	if err != nil {
		return nil, err
	}
	if err := out.Validate(); err != nil {
		return nil, err
	}
	out.Standardize()
	out.Seal()
	return out, nil
}
