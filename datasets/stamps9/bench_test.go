package stamps9

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/augkit/aug/datasets/internal/picture"
)

// BenchmarkBeside reads raw files on one core, as augkit/bench/loader.py does: every twentieth recording, or every fourth
// picture, of the unpacked package that AUG_STAMPS_DIR names.
func BenchmarkBeside(b *testing.B) {
	dir := os.Getenv("AUG_STAMPS_DIR")
	if dir == "" {
		b.Skip("set AUG_STAMPS_DIR to a folder with the unpacked package (dpkg-deb -x FILE FOLDER)")
	}
	d, err := newDecoder()
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		kind  kind
		ext   string
		every int
		read  func([]byte) ([]uint8, error)
	}{
		{"files-ogg", clipFile, ".ogg", 20, d.clip},
		{"files-png", pngFile, ".png", 4, func(data []byte) ([]uint8, error) { return picture.Decode(data, side) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			files := chosen(b, dir, c.kind, c.ext, c.every)
			if len(files) == 0 {
				b.Fatalf("%s holds no %s file of stamps9", dir, c.ext)
			}
			size, level := 0, 0.0
			read := func(name string) []uint8 {
				data, err := os.ReadFile(name)
				if err != nil {
					b.Fatal(err)
				}
				size += len(data)
				out, err := c.read(data)
				if err != nil {
					b.Fatalf("%s: %v", name, err)
				}
				return out
			}
			for _, name := range files {
				sum := 0
				out := read(name)
				for _, v := range out {
					sum += int(v)
				}
				level += float64(sum) / float64(len(out)) / float64(len(files))
			}
			bytes := size
			for b.Loop() {
				for _, name := range files {
					read(name)
				}
			}
			b.ReportMetric(float64(len(files)), "files/op")
			b.ReportMetric(float64(bytes), "bytes/op")
			b.ReportMetric(level, "level")
		})
	}
}

// chosen lists every so many files of a kind, in the order of their names.
func chosen(b *testing.B, dir string, k kind, ext string, every int) []string {
	var all []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ext {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if _, _, found := classify(filepath.ToSlash(name)); err == nil && found == k {
			all = append(all, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	slices.Sort(all)
	var out []string
	for i := 0; i < len(all); i += every {
		out = append(out, filepath.Join(dir, all[i]))
	}
	return out
}
