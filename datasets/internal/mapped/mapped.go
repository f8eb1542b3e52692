// Package mapped hands the caches of data sets to their readers without reading them: where the system can, a file is mapped
// into memory, so that its pages are loaded when they are touched, given back when memory is short, and shared by all
// processes that read them.
package mapped

import (
	"fmt"
	"os"
)

// File is the content of a file. Bytes are valid as long as the File is reachable; nobody may write to them, nor may the file
// be changed in place: package wholefile, which writes caches, puts a new file in the old one's place.
type File struct{ Bytes []byte }

// Open maps a file. The error is [os.ErrNotExist] where there is none.
func Open(name string) (*File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", name)
	}
	if info.Size() == 0 {
		return &File{}, nil
	}
	return open(f, info.Size())
}
