package parity

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// header is the head of a .npy member: NumPy's own description of an array.
type header struct {
	descr   string
	fortran bool
	shape   []int
	width   int // bytes of an entry
}

var (
	descrField   = regexp.MustCompile(`'descr'\s*:\s*'([^']*)'`)
	fortranField = regexp.MustCompile(`'fortran_order'\s*:\s*(True|False)`)
	shapeField   = regexp.MustCompile(`'shape'\s*:\s*\(([^()]*)\)`)
)

func readHeader(r io.Reader) (*header, error) {
	var head [10]byte
	if _, err := io.ReadFull(r, head[:]); err != nil || string(head[:6]) != "\x93NUMPY" {
		return nil, &FileError{Problem: "is no NumPy array", Mend: "write the file with numpy.savez"}
	}
	length := int64(binary.LittleEndian.Uint16(head[8:]))
	if head[6] >= 2 {
		var more [2]byte
		if _, err := io.ReadFull(r, more[:]); err != nil {
			return nil, &FileError{Problem: "its header is cut off", Mend: "write the file again"}
		}
		length |= int64(binary.LittleEndian.Uint16(more[:])) << 16
	}
	if length > maxHeader {
		return nil, &FileError{Problem: fmt.Sprintf("its header claims %d bytes, more than %d", length, maxHeader), Mend: "write the file with numpy.savez"}
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, &FileError{Problem: "its header is cut off", Mend: "write the file again"}
	}
	return parseHeader(string(text))
}

func parseHeader(text string) (*header, error) {
	descr, fortran, shape := descrField.FindStringSubmatch(text), fortranField.FindStringSubmatch(text), shapeField.FindStringSubmatch(text)
	if descr == nil || fortran == nil || shape == nil {
		return nil, &FileError{Problem: "its header does not say type, order and shape (an array of records or of objects?)", Mend: "save plain arrays of numbers"}
	}
	h := &header{descr: descr[1], fortran: fortran[1] == "True"}
	for part := range strings.SplitSeq(shape[1], ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		d, err := strconv.Atoi(part)
		if err != nil || d < 0 || d > math.MaxInt32 {
			return nil, &FileError{Problem: fmt.Sprintf("its header has %q in the shape", part), Mend: "write the file again, it is damaged"}
		}
		h.shape = append(h.shape, d)
	}
	switch h.descr {
	case "<f4", "<i4":
		h.width = 4
	case "<f8", "<i8":
		h.width = 8
	default:
		n, ok := strings.CutPrefix(h.descr, "<U")
		chars, err := strconv.Atoi(n)
		if !ok || err != nil || chars < 0 || chars > 1<<20 || len(h.shape) > 1 {
			return nil, &FileError{Problem: fmt.Sprintf("has the type %q", h.descr), Mend: "convert it, for example with .astype(np.float32), or np.int64 for labels"}
		}
		h.width = 4 * chars
	}
	return h, nil
}

// bytes is the length of the data, or an error where it is empty or beyond limit.
func (h *header) bytes(limit int64) (int64, error) {
	n := int64(h.width)
	for _, d := range h.shape {
		if d == 0 {
			return 0, &FileError{Problem: fmt.Sprintf("has no entries (shape %v)", h.shape), Mend: "leave it out or fill it"}
		}
		if n > limit/int64(d) {
			n = limit + 1
			break
		}
		n *= int64(d)
	}
	if n > limit {
		return 0, &FileError{Problem: fmt.Sprintf("with shape %v the file would need more than %d bytes of memory", h.shape, maxBytes), Mend: "make a smaller case"}
	}
	return n, nil
}

func (h *header) decode(raw []byte) (*array, error) {
	a := &array{shape: h.shape}
	n := product(h.shape)
	at := h.place()
	switch h.descr {
	case "<f4":
		a.dtype, a.f32 = "float32", make([]float32, n)
		for i := range n {
			a.f32[at(i)] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
	case "<f8":
		a.dtype, a.f64 = "float64", make([]float64, n)
		for i := range n {
			a.f64[at(i)] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
		}
	case "<i4":
		a.dtype, a.ints = "int32", make([]int64, n)
		for i := range n {
			a.ints[at(i)] = int64(int32(binary.LittleEndian.Uint32(raw[4*i:])))
		}
	case "<i8":
		a.dtype, a.ints = "int64", make([]int64, n)
		for i := range n {
			a.ints[at(i)] = int64(binary.LittleEndian.Uint64(raw[8*i:]))
		}
	default:
		a.dtype = "str"
		if n != 1 {
			return nil, &FileError{Problem: fmt.Sprintf("holds %d strings", n), Mend: "save one string, np.array(text)"}
		}
		var text strings.Builder
		for ; len(raw) >= 4; raw = raw[4:] {
			c := binary.LittleEndian.Uint32(raw)
			if c > utf8.MaxRune {
				return nil, &FileError{Problem: "is not valid text", Mend: "write the file again, it is damaged"}
			}
			if c != 0 { // NumPy pads with zeros
				text.WriteRune(rune(c))
			}
		}
		a.text = text.String()
	}
	return a, nil
}

// place maps the position of an entry in the file to its position row by row; they differ for Fortran order, which
// NumPy chooses for the transpose of an array.
func (h *header) place() func(i int) int {
	if !h.fortran || len(h.shape) < 2 {
		return func(i int) int { return i }
	}
	strides := make([]int, len(h.shape))
	step := 1
	for k := len(h.shape) - 1; k >= 0; k-- {
		strides[k] = step
		step *= h.shape[k]
	}
	return func(i int) int {
		out := 0
		for k, d := range h.shape {
			out += i % d * strides[k]
			i /= d
		}
		return out
	}
}
