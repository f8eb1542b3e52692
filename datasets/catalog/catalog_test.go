package catalog_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/augkit/aug/datasets"
	"github.com/augkit/aug/datasets/catalog"
	"github.com/augkit/aug/datasets/manifest"
)

func TestAll(t *testing.T) {
	seen := make(map[string]bool)
	for _, s := range catalog.All() {
		if s.Name == "" || s.Title == "" || s.Licence == "" || s.Origin == "" || s.Open == nil {
			t.Errorf("%q lacks name, title, licence, origin or Open", s.Name)
		}
		if seen[s.Name] {
			t.Errorf("%s is listed twice", s.Name)
		}
		seen[s.Name] = true
		if s.Embedded != (s.Get == nil) {
			t.Errorf("%s: embedded is %t, but it has a Get: %t", s.Name, s.Embedded, s.Get != nil)
		}
		if len(s.Modalities) < 2 || len(s.Kinds) != len(s.Modalities) || s.Classes < 2 || s.Samples < 1 || s.Splits < 1 {
			t.Errorf("%s: modalities %v, kinds %v, %d classes, %d samples, %d splits", s.Name, s.Modalities, s.Kinds, s.Classes, s.Samples, s.Splits)
		}
		if _, err := s.Resolve(datasets.Request{}); err != nil {
			t.Errorf("%s does not take the zero request: %v", s.Name, err)
		}
	}
}

func TestOpen(t *testing.T) {
	for _, s := range catalog.All() {
		if !s.Embedded {
			continue
		}
		d, err := catalog.Open(context.Background(), s.Name, datasets.Request{})
		if err != nil {
			t.Error(err)
		} else if d.Name != s.Name || d.Len() != s.Samples || len(d.Classes) != s.Classes {
			t.Errorf("%s opens as %s with %d samples, %d classes; the source says %d, %d", s.Name, d.Name, d.Len(), len(d.Classes), s.Samples, s.Classes)
		}
	}
	_, err := catalog.Open(context.Background(), "mnist", datasets.Request{})
	if err == nil || !strings.Contains(err.Error(), `no data set "mnist"; use one of emoji8, watch7`) {
		t.Errorf("error %v does not list the names", err)
	}
}

// The user's own files are found by their table, and are not in the list, since by themselves they hold nothing.
func TestFor(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mine")
	if err := manifest.New(dir, "sensor", "text"); err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{"file": filepath.Join(dir, "samples.csv")}
	s, err := catalog.For("manifest", settings)
	if err != nil || s.Samples != 144 {
		t.Fatalf("%d samples, %v", s.Samples, err)
	}
	d, err := catalog.Open(context.Background(), "manifest", datasets.Request{Split: 1, Settings: settings})
	if err != nil || d.Len() != 144 {
		t.Errorf("manifest opens with error %v", err)
	}
	for name, want := range map[string]string{"manifest": "data.settings.file is missing", "mnist": `no data set "mnist"`} {
		if _, err := catalog.For(name, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if s, err := catalog.For("watch7", nil); err != nil || s.Name != "watch7" {
		t.Errorf("watch7 is found as %s, %v", s.Name, err)
	}
	if _, err := catalog.Find("manifest"); err == nil || !strings.Contains(err.Error(), "your own files") {
		t.Errorf("error %v does not tell of the user's own files", err)
	}
}
