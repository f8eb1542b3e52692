package archive

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// maxTarget bounds the text of a link, bytes.
const maxTarget = 4096

func (w *walker) zip(r io.ReaderAt, size int64) error {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return damaged(err)
	}
	var done int64
	for _, f := range archive.File {
		if f.UncompressedSize64 > uint64(w.lim.Entry) {
			return fmt.Errorf("%w: entry %q holds %d bytes, the limit is %d; remove it from the archive", ErrTooLarge, f.Name, f.UncompressedSize64, w.lim.Entry)
		}
		name, err := w.admit(strings.TrimSuffix(f.Name, "/"), int64(f.UncompressedSize64))
		if err != nil {
			return err
		}
		if f.UncompressedSize64 > RatioFrom && f.UncompressedSize64/uint64(w.lim.Ratio) > f.CompressedSize64 {
			return fmt.Errorf("%w: entry %q unpacks %d bytes to %d, looks like a decompression bomb; do not use it", ErrTooLarge, name, f.CompressedSize64, f.UncompressedSize64)
		}
		if err := w.zipEntry(f, name, done, size); err != nil {
			return err
		}
		done = min(size, done+int64(min(f.CompressedSize64, uint64(size))))
	}
	return nil
}

func (w *walker) zipEntry(f *zip.File, name string, done, size int64) error {
	mode := f.Mode()
	switch {
	case mode.IsDir():
		return nil
	case mode&fs.ModeSymlink == 0 && !mode.IsRegular():
		return fmt.Errorf("%w: entry %q is a device or pipe; remove it and try again", ErrUnsafe, name)
	}
	content, err := f.Open()
	if err != nil {
		return damaged(fmt.Errorf("entry %q: %w", name, err))
	}
	defer content.Close()
	if mode.IsRegular() {
		return w.give(File{Name: name, Size: int64(f.UncompressedSize64), Body: content, Done: done, Total: size})
	}
	target, err := io.ReadAll(io.LimitReader(content, maxTarget))
	if err != nil {
		return damaged(fmt.Errorf("entry %q: %w", name, err))
	}
	return checkLink(name, path.Dir(name), string(target))
}
