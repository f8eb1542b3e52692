// Package bundle reads and writes the zip files in which the embedded data sets travel: a few named entries, the same
// bytes for the same content, and a bound on what an entry may unpack to.
package bundle

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
)

// Entry is one named block of a bundle.
type Entry struct {
	Name string
	Data []byte
}

// Write packs the entries at the best compression. The result depends on the entries only: no times, no owners.
func Write(w io.Writer, entries ...Entry) error {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestCompression)
	})
	for _, e := range entries {
		f, err := z.CreateHeader(&zip.FileHeader{Name: e.Name, Method: zip.Deflate})
		if err != nil {
			return fmt.Errorf("writing entry %s: %w", e.Name, err)
		}
		if _, err := f.Write(e.Data); err != nil {
			return fmt.Errorf("writing entry %s: %w", e.Name, err)
		}
	}
	return z.Close()
}

// Bundle is an opened bundle.
type Bundle struct{ files map[string]*zip.File }

// Open reads the table of contents of a bundle.
func Open(data []byte) (*Bundle, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("not a readable zip file of %d bytes: %w", len(data), err)
	}
	files := make(map[string]*zip.File, len(z.File))
	for _, f := range z.File {
		files[f.Name] = f
	}
	return &Bundle{files: files}, nil
}

// Read unpacks an entry of at most limit bytes. An entry that is missing, announces more, unpacks to more than it
// announced, or fails its checksum is an error.
func (b *Bundle) Read(name string, limit int) ([]byte, error) {
	f, ok := b.files[name]
	if !ok {
		return nil, fmt.Errorf("there is no entry %s", name)
	}
	if f.UncompressedSize64 > uint64(limit) {
		return nil, fmt.Errorf("entry %s announces %d bytes; at most %d are allowed", name, f.UncompressedSize64, limit)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("entry %s: %w", name, err)
	}
	defer r.Close()
	// A growing buffer, not one of the announced size: a short file must not make us allocate what it announces.
	var out bytes.Buffer
	if _, err := out.ReadFrom(io.LimitReader(r, int64(limit)+1)); err != nil {
		return nil, fmt.Errorf("entry %s: %w", name, err)
	}
	if out.Len() > limit {
		return nil, fmt.Errorf("entry %s unpacks to more than the %d bytes allowed", name, limit)
	}
	return out.Bytes(), nil
}
