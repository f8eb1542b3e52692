// Package datasets holds the one hand-over type between data and training: a [Dataset] of two or more named
// modalities with labels, a split, sample ids and a content hash. Each data set is a sub-package that fills it, and
// datasets/manifest fills it from anybody's files; [github.com/augkit/aug/datasets/catalog] lists them.
//
// Nothing here knows of networks: a modality is a block of float32 with a shape and a kind, and it is the kind that
// tells the training side which encoder fits.
package datasets

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// Kind says what the numbers of a modality are, so that an encoder and a figure can be chosen for them.
type Kind string

// The kinds, with the shape of one sample.
const (
	Image       Kind = "image"       // [height, width, channels], 0…1, RGB
	Spectrogram Kind = "spectrogram" // [frames, bands, 1], log power
	Text        Kind = "text"        // [features], hashed character n-grams, unit length
	Sensor      Kind = "sensor"      // [steps, channels], physical units
)

// Modality is one view of all samples.
type Modality struct {
	Name   string
	Kind   Kind
	Shape  []int     // of one sample
	Data   []float32 // raw values, sample after sample, row-major: len = samples × product of Shape
	Packed *Packed   // the raw values instead of Data, as a cache file holds them; nil if they are in Data

	// Mean and Std hold one value per channel (last axis of Shape), measured on the training part by
	// [Dataset.Standardize]; nil where values are used as they are (text).
	Mean, Std []float32
}

// Size is the number of values of one sample.
func (m *Modality) Size() int {
	n := 1
	for _, d := range m.Shape {
		n *= d
	}
	return n
}

// Len is the number of samples.
func (m *Modality) Len() int {
	if m.Packed != nil {
		return len(m.Packed.Records)
	}
	return len(m.Data) / max(1, m.Size())
}

// Raw returns the raw values of sample i. The slice may alias the data set: do not write to it.
func (m *Modality) Raw(i int) []float32 {
	if m.Packed != nil {
		return m.raw(make([]float32, m.Size()), i)
	}
	return m.raw(nil, i)
}

// raw is Raw, and decodes into buffer where there is something to decode.
func (m *Modality) raw(buffer []float32, i int) []float32 {
	n := m.Size()
	if m.Packed == nil {
		return m.Data[i*n : (i+1)*n : (i+1)*n]
	}
	m.Packed.Decode(buffer[:n], m.Packed.Records[i])
	runtime.KeepAlive(m.Packed) // and of its owner
	return buffer[:n]
}

// Read writes the standardised values of sample i, (x − mean)/std per channel, into dst, which must hold Size values.
func (m *Modality) Read(dst []float32, i int) {
	raw := m.raw(dst, i)
	if m.Mean == nil {
		copy(dst, raw)
		return
	}
	for place := range len(raw) / len(m.Mean) {
		k := place * len(m.Mean)
		for c, mean := range m.Mean {
			dst[k+c] = (raw[k+c] - mean) / m.Std[c]
		}
	}
}

// Packed are raw values as the bytes that a cache file holds them in. They are decoded whenever a sample is read, so the set
// takes the memory of the bytes, and none where those are mapped from the file.
type Packed struct {
	Records [][]byte                           // of the samples; samples may share one
	Decode  func(dst []float32, record []byte) // must give the same values each time
	Owner   any                                // what must stay reachable for the bytes to be valid
}

// Part names the part of a split that a sample belongs to.
type Part uint8

// The parts. Training sees Train; selection sees Validation; Test is read once, at the end.
const (
	Train Part = iota
	Validation
	Test
)

// Parts lists the parts in order.
var Parts = []Part{Train, Validation, Test}

func (p Part) String() string {
	switch p {
	case Train:
		return "train"
	case Validation:
		return "validation"
	case Test:
		return "test"
	}
	return fmt.Sprintf("part(%d)", uint8(p))
}

// Dataset is what every data set hands over. All slices but Modalities and Classes have one entry per sample.
type Dataset struct {
	Name       string            // "emoji8"
	Settings   map[string]string // what it was opened with, complete (defaults filled in)
	Split      int               // number of the split, see each data set's README
	Modalities []*Modality
	Classes    []string
	Labels     []int    // index into Classes
	IDs        []string // unique and stable from one version of the files to the next
	Captions   []string // a few words that tell a reader what the sample is
	Groups     []int    // samples of one group never stand on two sides of a split
	Parts      []Part
	Hash       string // hex SHA-256, set by Seal
}

// Len is the number of samples.
func (d *Dataset) Len() int { return len(d.Labels) }

// Names lists the modalities in order.
func (d *Dataset) Names() []string {
	names := make([]string, len(d.Modalities))
	for i, m := range d.Modalities {
		names[i] = m.Name
	}
	return names
}

// Indices lists the samples of a part in ascending order.
func (d *Dataset) Indices(p Part) []int {
	var out []int
	for i, q := range d.Parts {
		if q == p {
			out = append(out, i)
		}
	}
	return out
}

// Select returns a view of d with only the named modalities, in that order. It shares the samples with d.
func (d *Dataset) Select(names ...string) (*Dataset, error) {
	if len(names) == 0 {
		return d, nil
	}
	out := *d
	out.Modalities = nil
	for k, name := range names {
		i := slices.IndexFunc(d.Modalities, func(m *Modality) bool { return m.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("data set %s has no modality %q; it has %s", d.Name, name, strings.Join(d.Names(), ", "))
		}
		if slices.Contains(names[:k], name) {
			return nil, fmt.Errorf("data set %s: modality %q is named twice; name each once", d.Name, name)
		}
		out.Modalities = append(out.Modalities, d.Modalities[i])
	}
	return &out, nil
}

// Validate reports the first thing that would make training on d meaningless: lengths that disagree, a label out of
// range, an id used twice, a group on two sides of the split, an empty part, or a part with a single class.
func (d *Dataset) Validate() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("data set %s: %w", d.Name, fmt.Errorf(format, args...))
	}
	n := d.Len()
	if n == 0 {
		return bad("it holds no samples")
	}
	if len(d.Modalities) == 0 {
		return bad("it holds no modalities")
	}
	for _, m := range d.Modalities {
		if m.Packed != nil && (m.Data != nil || m.Len() != n) {
			return bad("modality %s is packed as %d samples, and has %d values beside them; it needs %d samples and no values", m.Name, m.Len(), len(m.Data), n)
		}
		if m.Packed == nil && len(m.Data) != n*m.Size() {
			return bad("modality %s holds %d values, but %d samples of shape %v need %d", m.Name, len(m.Data), n, m.Shape, n*m.Size())
		}
	}
	if len(d.IDs) != n || len(d.Groups) != n || len(d.Parts) != n || len(d.Captions) != n {
		return bad("%d labels, but %d ids, %d groups, %d parts, %d captions", n, len(d.IDs), len(d.Groups), len(d.Parts), len(d.Captions))
	}
	seen := make(map[string]bool, n)
	home := make(map[int]Part, n)
	for i := range n {
		if d.Labels[i] < 0 || d.Labels[i] >= len(d.Classes) {
			return bad("sample %s has label %d, but there are %d classes", d.IDs[i], d.Labels[i], len(d.Classes))
		}
		if seen[d.IDs[i]] {
			return bad("sample id %s occurs twice", d.IDs[i])
		}
		seen[d.IDs[i]] = true
		if p, ok := home[d.Groups[i]]; ok && p != d.Parts[i] {
			return bad("group %d of sample %s is in both %s and %s", d.Groups[i], d.IDs[i], p, d.Parts[i])
		}
		home[d.Groups[i]] = d.Parts[i]
	}
	for _, p := range Parts {
		if err := d.checkPart(p); err != nil {
			return bad("%w", err)
		}
	}
	return nil
}

// ErrPart marks a split with an empty or single-class part.
var ErrPart = errors.New("unusable split")

func (d *Dataset) checkPart(p Part) error {
	classes := make(map[int]bool)
	count := 0
	for i, q := range d.Parts {
		if q == p {
			count++
			classes[d.Labels[i]] = true
		}
	}
	switch {
	case count == 0:
		return fmt.Errorf("%w: the %s part of split %d is empty; choose another split or more samples", ErrPart, p, d.Split)
	case len(classes) == 1:
		return fmt.Errorf("%w: the %s part of split %d holds a single class; choose another split or more samples", ErrPart, p, d.Split)
	}
	return nil
}
