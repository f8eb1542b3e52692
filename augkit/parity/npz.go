package parity

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
)

// Bounds on what a file may ask for, far above any sensible case.
const (
	maxArrays = 4096
	maxBytes  = 1 << 30 // all arrays together
	maxHeader = 1 << 16
)

// FileError says what is wrong with a case file, where, and how to mend it.
type FileError struct {
	File    string
	Array   string // name of the array it is about, or empty
	Problem string
	Mend    string // what to do, or empty
}

func (e *FileError) Error() string {
	s := e.File + ": "
	if e.Array != "" {
		s += fmt.Sprintf("array %q: ", e.Array)
	}
	s += e.Problem
	if e.Mend != "" {
		s += "; " + e.Mend
	}
	return s
}

// array is one NumPy array: exactly one of the slices, or text, is set.
type array struct {
	shape []int
	dtype string // as NumPy prints it: float32, float64, int64, str, …
	f32   []float32
	f64   []float64
	ints  []int64
	text  string
}

func (a *array) size() int { return product(a.shape) }

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// readNPZ reads every array of an NPZ file. It trusts nothing that the file says about itself.
func readNPZ(path string) (map[string]*array, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &FileError{File: path, Problem: reason(err), Mend: "check the path"}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, &FileError{File: path, Problem: reason(err)}
	}
	if !info.Mode().IsRegular() {
		return nil, &FileError{File: path, Problem: "is not a regular file", Mend: "name an .npz file"}
	}
	return decodeNPZ(path, f, info.Size())
}

// reason drops the path, which the message already has.
func reason(err error) string {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		err = p.Err
	}
	return err.Error()
}

func decodeNPZ(path string, r io.ReaderAt, size int64) (map[string]*array, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, &FileError{File: path, Problem: "is not an NPZ file (" + err.Error() + ")", Mend: "write it with numpy.savez or numpy.savez_compressed"}
	}
	if len(z.File) > maxArrays {
		return nil, &FileError{File: path, Problem: fmt.Sprintf("holds %d arrays, more than %d", len(z.File), maxArrays), Mend: "split the case"}
	}
	arrays := make(map[string]*array, len(z.File))
	left := int64(maxBytes)
	for _, member := range z.File {
		name, ok := strings.CutSuffix(member.Name, ".npy")
		if !ok || name == "" {
			return nil, &FileError{File: path, Array: member.Name, Problem: "is not a .npy member of the archive", Mend: "write the file with numpy.savez"}
		}
		if arrays[name] != nil {
			return nil, &FileError{File: path, Array: name, Problem: "is there twice", Mend: "keep one"}
		}
		a, used, err := readMember(member, left)
		if err != nil {
			bad, ok := errors.AsType[*FileError](err)
			if !ok {
				bad = &FileError{Problem: err.Error(), Mend: "write the file again, it is damaged"}
			}
			bad.File, bad.Array = path, name
			return nil, bad
		}
		left -= used
		arrays[name] = a
	}
	return arrays, nil
}

func readMember(member *zip.File, left int64) (a *array, used int64, err error) {
	r, err := member.Open()
	if err != nil {
		return nil, 0, err
	}
	defer r.Close()
	h, err := readHeader(r)
	if err != nil {
		return nil, 0, err
	}
	want, err := h.bytes(left)
	if err != nil {
		return nil, 0, err
	}
	// The buffer grows with what is there, so a header alone cannot claim memory.
	var raw bytes.Buffer
	n, err := io.Copy(&raw, io.LimitReader(r, want+1))
	if err != nil {
		return nil, 0, err
	}
	if n != want {
		return nil, 0, &FileError{Problem: fmt.Sprintf("its header promises %d bytes of data, but there are %s", want, orMore(n, want)), Mend: "write the file again, it is damaged"}
	}
	a, err = h.decode(raw.Bytes())
	if err != nil {
		return nil, 0, err
	}
	return a, want, a.finite()
}

func orMore(n, want int64) string {
	if n > want {
		return "more"
	}
	return fmt.Sprint(n)
}

// finite reports the first value that is not a number, or infinite.
func (a *array) finite() error {
	bad := func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }
	i := slices.IndexFunc(a.f64, bad)
	if a.f32 != nil {
		i = slices.IndexFunc(a.f32, func(v float32) bool { return bad(float64(v)) })
	}
	if i < 0 {
		return nil
	}
	return &FileError{Problem: fmt.Sprintf("holds a NaN or an infinity (entry %d, counted row by row)", i), Mend: "only finite numbers can be compared"}
}
