// Package manifest makes a data set of the user's own files. A CSV holds one sample a line; beside it, under the same
// name, a JSON says what each column is:
//
//	samples.csv     id,label,group,photo,voice,words
//	                rex-1,dog,rex,photos/rex-1.jpg,voices/rex-1.wav,"a brown dog, asleep"
//
//	samples.json    {"modalities": {"photo": {"kind": "image", "size": 32},
//	                                "voice": {"kind": "audio", "seconds": 2},
//	                                "words": {"kind": "text"}}}
//
// Cells of pictures, recordings and sensor values are paths, relative to the folder of the CSV; text stands in its cell.
// Lines with the same group never stand on two sides of a split. An experiment names the CSV in data.settings.file.
//
// README.md lists the columns, kinds and sizes. [New] writes a folder that trains as it is.
package manifest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/augkit/aug/datasets"
)

// Name is what experiments call a data set of this kind, whatever files it is made of.
const Name = "manifest"

const (
	splits   = 5 // where the CSV gives no parts
	maxBytes = 64 << 20
)

// manifest is what CSV and JSON say, before any other file is opened.
type manifest struct {
	file  string
	about Description
	*table
}

// Source describes the data set of a CSV. It reads the CSV and the JSON beside it, not the files that they name; those
// are read by Open. Its one setting is the file itself.
func Source(file string) (datasets.Source, error) {
	m, err := read(file)
	if err != nil {
		return datasets.Source{}, fmt.Errorf("data set %s: %w", Name, err)
	}
	s := datasets.Source{
		Name:       Name,
		Title:      m.about.Title,
		Modalities: m.names,
		Kinds:      make(map[string]datasets.Kind),
		Classes:    len(m.classes),
		Samples:    len(m.rows),
		Splits:     splits,
		Licence:    m.about.Licence,
		Origin:     file,
		Settings:   []datasets.Setting{{Name: "file", Default: file, Allowed: []string{file}, Doc: "the CSV, relative to the working directory"}},
	}
	if s.Title == "" {
		s.Title = "the files of " + filepath.Base(file)
	}
	if m.parts {
		s.Splits = 1
	}
	for _, name := range m.names {
		s.Kinds[name] = kinds[m.about.Modalities[name].Kind].kind
	}
	s.Open = func(ctx context.Context, req datasets.Request) (*datasets.Dataset, error) {
		settings, err := s.Resolve(req)
		if err != nil {
			return nil, err
		}
		d, err := m.dataset(ctx, req)
		if err != nil {
			return nil, fmt.Errorf("data set %s: %w", Name, err)
		}
		d.Name, d.Settings = Name, settings
		return d.Finish(req)
	}
	return s, nil
}

// read opens the CSV and its description.
func read(file string) (*manifest, error) {
	if file == "" {
		return nil, errors.New("data.settings.file is missing; name your CSV, or make a first one with `aug data new FOLDER`")
	}
	beside := strings.TrimSuffix(file, filepath.Ext(file)) + ".json"
	if beside == file {
		return nil, fmt.Errorf("%s is the description; name the CSV beside it", file)
	}
	text, err := contents(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s; write its path from the folder that you work in", file)
	}
	if err != nil {
		return nil, err
	}
	description, err := contents(beside)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s; write one that says what the columns of %s are", beside, filepath.Base(file))
	}
	if err != nil {
		return nil, err
	}
	about, err := describe(filepath.Base(beside), description)
	if err != nil {
		return nil, err
	}
	t, err := parse(filepath.Base(file), text, about)
	if err != nil {
		return nil, err
	}
	return &manifest{file, about, t}, nil
}

// contents reads a file that must not be huge.
func contents(file string) ([]byte, error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no file; name one", file)
	case info.Size() > maxBytes:
		return nil, fmt.Errorf("%s holds %d MB, the limit is %d; make it smaller", file, info.Size()>>20, maxBytes>>20)
	}
	return os.ReadFile(file)
}

// dataset fills a data set with the samples, in the order of the lines.
func (m *manifest) dataset(ctx context.Context, req datasets.Request) (*datasets.Dataset, error) {
	d := &datasets.Dataset{Split: req.Split, Classes: m.classes}
	for _, r := range m.rows {
		d.Labels = append(d.Labels, r.class)
		d.IDs = append(d.IDs, r.id)
		d.Captions = append(d.Captions, m.caption(r))
		d.Groups = append(d.Groups, r.group)
		d.Parts = append(d.Parts, r.part)
	}
	if !m.parts {
		d.Parts = datasets.FoldSplit(d.Labels, d.Groups, req.Split)
	}
	for k, name := range m.names {
		if len(req.Modalities) > 0 && !slices.Contains(req.Modalities, name) {
			continue
		}
		values, err := m.values(ctx, k)
		if err != nil {
			return nil, err
		}
		how := m.about.Modalities[name]
		d.Modalities = append(d.Modalities, &datasets.Modality{Name: name, Kind: kinds[how.Kind].kind, Shape: how.shape(), Data: values})
	}
	return d, nil
}

// caption is the text of a sample, or its id where it has none.
func (m *manifest) caption(r row) string {
	var texts []string
	for k, name := range m.names {
		if m.about.Modalities[name].Kind == "text" {
			texts = append(texts, r.cells[k])
		}
	}
	if len(texts) == 0 {
		return r.id
	}
	return strings.Join(texts, "; ")
}
