package archive

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	arMagic      = "!<arch>\n"
	arHeaderSize = 60
	arMaxMembers = 64 // a Debian package has three
)

// member is one file of an ar archive.
type member struct {
	name         string
	offset, size int64 // of the content, bytes
}

// members lists an ar archive of size bytes: the magic, then for each member a header of 60 characters (name 16,
// date 12, owner 6, group 6, mode 8, size 10, "`\n"), the content, and a filler to an even length. Long-name tables
// of GNU and BSD are not read, because Debian packages do not use them.
func members(r io.ReaderAt, size int64) ([]member, error) {
	head := make([]byte, arHeaderSize)
	if _, err := r.ReadAt(head[:len(arMagic)], 0); err != nil || string(head[:len(arMagic)]) != arMagic {
		return nil, fmt.Errorf("%w: not an ar archive", ErrFormat)
	}
	var out []member
	for at := int64(len(arMagic)); at < size; {
		if len(out) == arMaxMembers {
			return nil, fmt.Errorf("%w: more than %d members; this is not a Debian package", ErrFormat, arMaxMembers)
		}
		if size-at < arHeaderSize {
			return nil, fmt.Errorf("%w: the header of member %d stops short; get the file again", ErrTruncated, len(out))
		}
		if _, err := r.ReadAt(head, at); err != nil {
			return nil, fmt.Errorf("read the header of member %d: %w", len(out), err)
		}
		name := strings.TrimSuffix(strings.TrimRight(string(head[:16]), " "), "/")
		length, err := strconv.ParseUint(strings.TrimRight(string(head[48:58]), " "), 10, 62)
		if err != nil || string(head[58:]) != "`\n" {
			return nil, fmt.Errorf("%w: the header of member %d is broken; get the file again", ErrTruncated, len(out))
		}
		m := member{name: name, offset: at + arHeaderSize, size: int64(length)}
		if m.size > size-m.offset {
			return nil, fmt.Errorf("%w: member %s needs %d bytes, %d are left; get the file again", ErrTruncated, strconv.Quote(name), m.size, size-m.offset)
		}
		out = append(out, m)
		at = m.offset + m.size + m.size%2
	}
	return out, nil
}

// deb walks the data part of a Debian package.
func (w *walker) deb(r io.ReaderAt, size int64) error {
	all, err := members(r, size)
	if err != nil {
		return err
	}
	for _, m := range all {
		switch m.name {
		case "data.tar", "data.tar.gz", "data.tar.xz":
			return w.packedTar(io.NewSectionReader(r, m.offset, m.size))
		}
		if strings.HasPrefix(m.name, "data.tar") {
			return fmt.Errorf("%w: %s is packed in a way this reader lacks; unpack it with dpkg-deb -x FILE FOLDER and give the folder", ErrFormat, m.name)
		}
	}
	return fmt.Errorf("%w: no data.tar in it, so it is no Debian package", ErrFormat)
}
