package manifest

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed new.md
var newReadme string

// New writes a folder that trains as it is, to be filled with one's own files: samples.csv, samples.json, a README, an
// experiment file, and generated samples of the kinds (image, audio, sensor, text; two or more), which are also the
// names of the columns. The experiment names the CSV by dir as it is given. A folder that holds anything is refused.
func New(dir string, kind ...string) error {
	if err := fresh(dir, kind); err != nil {
		return err
	}
	if err := Generate(dir, slices.DeleteFunc(slices.Clone(kind), func(k string) bool { return k == "text" })...); err != nil {
		return err
	}
	about := Description{Title: "Generated shapes, tones, movements and words", Licence: "generated, free of rights", Modalities: map[string]Modality{}}
	for _, k := range kind {
		about.Modalities[k] = map[string]Modality{
			"image":  {Kind: k, Size: 32},
			"audio":  {Kind: k, Seconds: 0.8, Bands: 32},
			"sensor": {Kind: k, Steps: 64, Channels: []string{"x", "y"}},
			"text":   {Kind: k, Features: 1024},
		}[k]
	}
	description, err := indented(about)
	if err != nil {
		return err
	}
	table := filepath.ToSlash(filepath.Join(dir, "samples.csv"))
	plan, err := experiment(dir, table, kind)
	if err != nil {
		return err
	}
	readme := strings.NewReplacer("FOLDER", filepath.ToSlash(filepath.Clean(dir)), "MODALITIES", strings.Join(kind, ",")).Replace(newReadme)
	for name, text := range map[string][]byte{
		"samples.csv": rows(kind), "samples.json": description, "experiment.json": plan, "README.md": []byte(readme),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return fmt.Errorf("new data set: %w", err)
		}
	}
	return nil
}

// fresh checks the kinds and that nothing would be written over.
func fresh(dir string, kind []string) error {
	if len(kind) < 2 {
		return errors.New("new data set: name two kinds or more of image, audio, sensor, text")
	}
	for i, k := range kind {
		if _, ok := kinds[k]; !ok || slices.Contains(kind[:i], k) {
			return fmt.Errorf("new data set: kind %q is unknown or named twice; use image, audio, sensor, text, each once", k)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("new data set: %w; name a new folder", err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("new data set: %s is not empty; name a new folder", dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("new data set: %w", err)
	}
	return nil
}

// rows is the CSV.
func rows(kind []string) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Write(append([]string{"id", "label", "group"}, kind...)) // a buffer never fails
	for _, s := range all() {
		record := []string{s.name(), shapes[s.class], s.group()}
		for _, k := range kind {
			if k == "text" {
				record = append(record, s.words())
			} else {
				record = append(record, s.path(k))
			}
		}
		w.Write(record)
	}
	w.Flush()
	return out.Bytes()
}

// experiment is the experiment file; what it leaves out takes the default.
func experiment(dir, table string, kind []string) ([]byte, error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("new data set: %w", err)
	}
	type data struct {
		Name       string            `json:"name"`
		Modalities []string          `json:"modalities"`
		Settings   map[string]string `json:"settings"`
	}
	return indented(struct {
		Name  string `json:"name"`
		About string `json:"about"`
		Data  data   `json:"data"`
		Train any    `json:"train"`
	}{
		filepath.Base(full), "aug train --config " + filepath.ToSlash(filepath.Join(dir, "experiment.json")) + "; seconds on 2 cores",
		data{Name, kind, map[string]string{"file": table}},
		map[string]int{"epochs": 20, "batch": 16},
	})
}

func indented(value any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(value)
	return out.Bytes(), err
}
