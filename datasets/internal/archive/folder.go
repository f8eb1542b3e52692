package archive

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// folder walks a folder through [os.Root], so that a link swapped in meanwhile cannot lead out of it either.
func (w *walker) folder(name string) error {
	root, err := os.OpenRoot(name)
	if err != nil {
		return err
	}
	defer root.Close()
	type entry struct {
		name string
		size int64
	}
	var files []entry
	var size int64
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if d.Type()&fs.ModeSymlink != 0 {
			target, err := root.Readlink(name)
			if err != nil {
				return err
			}
			return checkLink(name, path.Dir(name), filepath.ToSlash(target))
		}
		if !d.Type().IsRegular() {
			return fmt.Errorf("%w: %q is a device or pipe; remove it and try again", ErrUnsafe, name)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if _, err := w.admit(name, info.Size()); err != nil {
			return err
		}
		files = append(files, entry{name, info.Size()})
		size += info.Size()
		return nil
	})
	if err != nil {
		return err
	}
	var done int64
	for _, f := range files {
		if err := w.open(root, f.name, f.size, done, size); err != nil {
			return err
		}
		done += f.size
	}
	return nil
}

func (w *walker) open(root *os.Root, name string, size, done, total int64) error {
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return w.give(File{Name: name, Size: size, Body: f, Done: done, Total: total})
}
