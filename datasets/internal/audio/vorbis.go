package audio

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// Bounds of the Vorbis headers. Common encoders stay far below; without them a few bytes make the decoder allocate
// gigabytes or loop for ever, which no recover can mend.
const (
	maxCodebookEntries = 1 << 15 // in all codebooks of a stream: the decoder's tree building is quadratic
	maxCodebookDims    = 64
	maxCodebookValues  = 1 << 20
)

// vetOgg reads the three header packets as the decoder will and refuses sizes that it must not be shown.
func vetOgg(data []byte) error {
	packets, err := headerPackets(data)
	if err != nil {
		return err
	}
	for i, kind := range []byte{1, 3, 5} {
		p := packets[i]
		if len(p) < 7 || p[0] != kind || string(p[1:7]) != "vorbis" {
			return fmt.Errorf("%w: Vorbis header %d is missing", ErrFormat, kind)
		}
		packets[i] = p[7:]
	}
	if err := vetIdentification(packets[0]); err != nil {
		return err
	}
	if err := vetComment(packets[1]); err != nil {
		return err
	}
	return vetCodebooks(packets[2])
}

// headerPackets joins the first three packets of an Ogg stream from its pages.
func headerPackets(data []byte) ([3][]byte, error) {
	var packets [3][]byte
	count := 0
	for count < len(packets) {
		if len(data) < 27 || string(data[:4]) != "OggS" {
			return packets, fmt.Errorf("%w: the Ogg headers stop short", ErrFormat)
		}
		table := 27 + int(data[26])
		if len(data) < table {
			return packets, fmt.Errorf("%w: the Ogg headers stop short", ErrFormat)
		}
		lacing, content := data[27:table], data[table:]
		for _, n := range lacing {
			if len(content) < int(n) {
				return packets, fmt.Errorf("%w: the Ogg headers stop short", ErrFormat)
			}
			if count < len(packets) {
				packets[count] = append(packets[count], content[:n]...)
			}
			content = content[n:]
			if n < 255 {
				count++
			}
		}
		data = content
	}
	return packets, nil
}

func vetIdentification(p []byte) error {
	if len(p) < 23 {
		return fmt.Errorf("%w: short Vorbis identification", ErrFormat)
	}
	rate := int(min(binary.LittleEndian.Uint32(p[5:]), MaxRate+1))
	if err := checkShape(rate, int(p[4])); err != nil {
		return err
	}
	if short, long := p[21]&15, p[21]>>4; short < 6 || short > long || long > 13 {
		return fmt.Errorf("%w: Vorbis blocks of 2^%d and 2^%d samples", ErrFormat, short, long)
	}
	return nil
}

// vetComment checks that the number of comments can be true: each has a length of four bytes.
func vetComment(p []byte) error {
	if len(p) < 4 {
		return fmt.Errorf("%w: short Vorbis comment", ErrFormat)
	}
	vendor, p := int64(binary.LittleEndian.Uint32(p)), p[4:]
	if int64(len(p))-4 < vendor {
		return fmt.Errorf("%w: short Vorbis comment", ErrFormat)
	}
	p = p[vendor:]
	if count := int64(binary.LittleEndian.Uint32(p)); count > int64(len(p)/4) {
		return fmt.Errorf("%w: %d Vorbis comments in %d bytes", ErrFormat, count, len(p))
	}
	return nil
}

// vetCodebooks follows section 3.2.1 of the Vorbis I specification.
func vetCodebooks(p []byte) error {
	r := &bitReader{data: p}
	total := 0
	for book := range int(r.read(8)) + 1 {
		if r.read(24) != 0x564342 {
			return fmt.Errorf("%w: Vorbis codebook %d has no mark", ErrFormat, book)
		}
		dims, entries := int(r.read(16)), int(r.read(24))
		total += entries
		if dims < 1 || dims > maxCodebookDims || entries < 2 || total > maxCodebookEntries || dims*entries > maxCodebookValues {
			return fmt.Errorf("%w: Vorbis codebook %d has %d entries of %d values", ErrFormat, book, entries, dims)
		}
		if used := r.lengths(entries); used < 2 {
			return fmt.Errorf("%w: Vorbis codebook %d uses %d entries", ErrFormat, book, used)
		}
		if !r.lookup(entries, dims) || r.short {
			return fmt.Errorf("%w: Vorbis codebook %d is broken", ErrFormat, book)
		}
	}
	return nil
}

// bitReader reads bits, lowest first, and remembers whether it ran out of them.
type bitReader struct {
	data  []byte
	at    int // in bits
	short bool
}

func (r *bitReader) read(n int) uint32 {
	if r.at+n > 8*len(r.data) {
		r.at, r.short = 8*len(r.data), true
		return 0
	}
	var window [8]byte
	copy(window[:], r.data[r.at/8:])
	v := binary.LittleEndian.Uint64(window[:]) >> (r.at % 8)
	r.at += n
	return uint32(v & (1<<n - 1))
}

// lengths reads the code lengths of a codebook and returns how many entries have one (0 where they do not fit).
func (r *bitReader) lengths(entries int) (used int) {
	if r.read(1) == 1 {
		r.read(5)
		for used < entries {
			n := int(r.read(bits.Len(uint(entries - used))))
			if r.short || n > entries-used {
				return 0
			}
			used += n
		}
		return used
	}
	sparse := r.read(1) == 1
	for i := 0; i < entries && !r.short; i++ {
		if !sparse || r.read(1) == 1 {
			r.read(5)
			used++
		}
	}
	return used
}

// lookup passes over the value table of a codebook; false: a kind that does not exist.
func (r *bitReader) lookup(entries, dims int) bool {
	kind := r.read(4)
	if kind == 0 {
		return true
	}
	if kind > 2 {
		return false
	}
	r.read(32)
	r.read(32)
	width := int(r.read(4)) + 1
	r.read(1)
	n := entries * dims
	if kind == 1 {
		n = int(math.Floor(math.Pow(float64(entries), 1/float64(dims))))
	}
	for i := 0; i < n && !r.short; i++ {
		r.read(width)
	}
	return true
}
