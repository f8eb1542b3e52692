// Package archive reads the regular files of a Debian package, a tar or zip archive or a folder, one after the other
// and without writing anything to disk.
//
// Every source is taken to be hostile: names that leave the tree, links that leave the tree, special files, and
// archives that unpack to absurd sizes are refused before their content is read. Nothing is ever created under a name
// from an archive; the checks keep such names out of ids and messages as well.
package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// The reasons to refuse a source; test with [errors.Is].
var (
	ErrUnsafe    = errors.New("unsafe archive")
	ErrTooLarge  = errors.New("archive over the limits")
	ErrTruncated = errors.New("archive is cut short or damaged")
	ErrFormat    = errors.New("unknown archive format")
)

// File is one regular file of a source. It is valid until the visitor returns.
type File struct {
	Name  string    // slash-separated, relative, clean
	Size  int64     // bytes, as the source states it; Body never yields more
	Body  io.Reader // may be left unread
	Done  int64     // bytes of the source read so far, for a progress bar
	Total int64     // bytes of the source in all
}

// Limits bounds what a source may hold. All fields must be positive.
type Limits struct {
	Entries int   // files, folders and links
	Entry   int64 // bytes of one file, unpacked
	Total   int64 // bytes of all files, unpacked
	Ratio   int64 // unpacked bytes per packed byte, once more than RatioFrom bytes are unpacked
}

// Default fits data sets of a few hundred megabytes.
var Default = Limits{Entries: 100_000, Entry: 64 << 20, Total: 2 << 30, Ratio: 200}

// RatioFrom is the unpacked size in bytes below which the compression ratio is not judged: small files of zeros are
// harmless.
const RatioFrom = 4 << 20

// Walk calls visit for every regular file of the folder or archive at name, in the order of the source (folders: in
// lexical order), and stops at the first error, which it returns wrapped with the name of the source. The format is
// told from the content: .deb (data.tar, .xz or .gz), .tar, .tar.gz, .tar.xz and .zip. Links inside the tree are
// passed over. It returns ctx's error soon after ctx is done.
func Walk(ctx context.Context, name string, lim Limits, visit func(File) error) error {
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("open archive or folder: %w", err)
	}
	w := &walker{ctx: ctx, lim: lim, visit: visit}
	if info.IsDir() {
		err = w.folder(name)
	} else {
		var f *os.File
		if f, err = os.Open(name); err != nil {
			return fmt.Errorf("open archive: %w", err)
		}
		defer f.Close()
		err = w.file(f, info.Size())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	return nil
}

// walker holds what one walk has used of its limits.
type walker struct {
	ctx     context.Context
	lim     Limits
	visit   func(File) error
	entries int
	total   int64
}

// file tells the format of an archive from its first bytes and walks it.
func (w *walker) file(r io.ReaderAt, size int64) error {
	head := make([]byte, 512)
	n, err := r.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return err
	}
	head = head[:n]
	has := func(magic string) bool { return strings.HasPrefix(string(head), magic) }
	whole := io.NewSectionReader(r, 0, size)
	switch {
	case has(arMagic):
		return w.deb(r, size)
	case has("PK\x03\x04"), has("PK\x05\x06"):
		return w.zip(r, size)
	case has("\x1f\x8b"), has(xzMagic):
		return w.packedTar(whole)
	case len(head) == 512 && string(head[257:262]) == "ustar":
		return w.packedTar(whole)
	}
	return fmt.Errorf("%w; give a .deb, a .tar, .tar.gz, .tar.xz or .zip archive, or an unpacked folder", ErrFormat)
}

// admit counts an entry and checks its name; it returns the clean name.
func (w *walker) admit(name string, size int64) (string, error) {
	if err := w.ctx.Err(); err != nil {
		return "", err
	}
	if w.entries++; w.entries > w.lim.Entries {
		return "", fmt.Errorf("%w: more than %d entries; unpack only the folder that is needed and give that", ErrTooLarge, w.lim.Entries)
	}
	clean, err := cleanName(name)
	if err != nil {
		return "", err
	}
	if size < 0 || size > w.lim.Entry {
		return "", fmt.Errorf("%w: entry %q holds %d bytes, the limit is %d; remove it from the archive", ErrTooLarge, name, size, w.lim.Entry)
	}
	return clean, nil
}

// give hands one admitted file to the visitor.
func (w *walker) give(f File) error {
	f.Body = &body{w: w, r: f.Body, name: f.Name, left: f.Size}
	if err := w.visit(f); err != nil {
		return err
	}
	return w.ctx.Err()
}

// body yields at most the stated size of an entry and charges it to the walk.
type body struct {
	w    *walker
	r    io.Reader
	name string
	left int64
}

func (b *body) Read(p []byte) (int, error) {
	if err := b.w.ctx.Err(); err != nil {
		return 0, err
	}
	if b.left <= 0 {
		return 0, io.EOF
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if b.w.total += int64(n); b.w.total > b.w.lim.Total {
		return n, fmt.Errorf("%w: more than %d bytes unpacked at entry %q; unpack only the folder that is needed and give that", ErrTooLarge, b.w.lim.Total, b.name)
	}
	if err == io.EOF && b.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	if err != nil && err != io.EOF {
		return n, damaged(fmt.Errorf("entry %q: %w", b.name, err))
	}
	return n, err
}

// cleanName refuses names that are absolute, leave the tree or hold bytes that no sane name has.
func cleanName(name string) (string, error) {
	if strings.ContainsAny(name, "\x00\\") || strings.HasPrefix(name, "/") {
		return "", unsafeName(name)
	}
	for _, part := range strings.Split(name, "/") {
		if part == ".." {
			return "", unsafeName(name)
		}
	}
	clean := path.Clean(name)
	if name == "" || !fs.ValidPath(clean) {
		return "", unsafeName(name)
	}
	return clean, nil
}

func unsafeName(name string) error {
	return fmt.Errorf("%w: entry %q has an absolute name or leaves the tree; do not use this archive, get it from its publisher again", ErrUnsafe, name)
}

// checkLink refuses a link of the clean name whose target, relative to folder, leaves the tree.
func checkLink(name, folder, target string) error {
	if target == "" || path.IsAbs(target) || strings.ContainsAny(target, "\x00\\") || !fs.ValidPath(path.Join(folder, target)) {
		return fmt.Errorf("%w: entry %q links to %q outside of the tree; remove the link and try again", ErrUnsafe, name, target)
	}
	return nil
}

// damaged marks what the decoders report about broken input; limits, refusals and cancellation stay as they are.
func damaged(err error) error {
	for _, known := range []error{ErrTooLarge, ErrUnsafe, ErrTruncated, ErrFormat, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			return err
		}
	}
	return fmt.Errorf("%w (%w); get it again", ErrTruncated, err)
}
