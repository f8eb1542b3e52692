package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"path"

	"github.com/ulikunitz/xz"
)

const xzMagic = "\xfd7zXZ\x00"

// packedTar walks a tar stream that is plain or packed with gzip or xz.
func (w *walker) packedTar(r *io.SectionReader) error {
	packed := &counter{r: r}
	buffered := bufio.NewReaderSize(packed, 1<<16)
	head, err := buffered.Peek(len(xzMagic))
	if err != nil && err != io.EOF {
		return err
	}
	var plain io.Reader = buffered
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		plain, err = gzip.NewReader(buffered)
	case bytes.Equal(head, []byte(xzMagic)):
		// The dictionary is allocated as the block header asks (4 GiB at most), but its pages are touched only as
		// far as data is unpacked, which the limits bound.
		plain, err = xz.NewReader(buffered)
	}
	if err != nil && err != io.EOF {
		return damaged(err)
	}
	return w.tar(&unpacked{w: w, r: plain, packed: packed}, r.Size())
}

func (w *walker) tar(stream *unpacked, size int64) error {
	reader := tar.NewReader(stream)
	for {
		h, err := reader.Next()
		if err == io.EOF {
			return drain(stream)
		}
		if err != nil {
			return damaged(err)
		}
		if h.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		name, err := w.admit(h.Name, h.Size)
		if err != nil {
			return err
		}
		switch h.Typeflag {
		case tar.TypeReg:
			if err := w.give(File{Name: name, Size: h.Size, Body: reader, Done: stream.packed.n, Total: size}); err != nil {
				return err
			}
		case tar.TypeDir:
		case tar.TypeSymlink:
			if err := checkLink(name, path.Dir(name), h.Linkname); err != nil {
				return err
			}
		case tar.TypeLink:
			if err := checkLink(name, ".", h.Linkname); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%w: entry %q is a device, pipe or unknown kind %q; remove it and try again", ErrUnsafe, name, h.Typeflag)
		}
	}
}

// drain reads what follows the end mark, so that a packed stream checks its sum, and looks for the mark: without it a
// stream that is cut between two entries, or between two blocks of xz, would pass as a whole one.
func drain(stream *unpacked) error {
	if _, err := io.Copy(io.Discard, stream); err != nil {
		return damaged(err)
	}
	if stream.zeros < endMark {
		return fmt.Errorf("%w: the end mark of the tar archive is missing; get it again", ErrTruncated)
	}
	return nil
}

// endMark is how many zeros end a tar archive, bytes.
const endMark = 1024

// counter counts the packed bytes that a decompressor has taken.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// unpacked watches a decompressed stream, including what the visitor leaves unread: it stops at the total size, at an
// absurd ratio, and when the walk is cancelled.
type unpacked struct {
	w      *walker
	r      io.Reader
	packed *counter
	n      int64
	zeros  int64 // at the end of what was read so far
}

func (u *unpacked) Read(p []byte) (int, error) {
	if err := u.w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := u.r.Read(p)
	u.n += int64(n)
	if tail := len(bytes.TrimRight(p[:n], "\x00")); tail == 0 {
		u.zeros += int64(n)
	} else {
		u.zeros = int64(n - tail)
	}
	if u.n > RatioFrom && u.n/u.w.lim.Ratio > u.packed.n {
		return n, fmt.Errorf("%w: %d bytes unpacked from %d, more than %d to 1, looks like a decompression bomb; do not use it", ErrTooLarge, u.n, u.packed.n, u.w.lim.Ratio)
	}
	// One header and one filler block a file come on top of the content.
	if u.n > u.w.lim.Total+int64(u.w.lim.Entries)*1024 {
		return n, fmt.Errorf("%w: more than %d bytes unpacked; unpack only the folder that is needed and give that", ErrTooLarge, u.w.lim.Total)
	}
	return n, err
}
