package datasets

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"slices"
)

// Standardize measures mean and standard deviation of each channel (last axis) over the training part and sets Mean
// and Std of every modality but text. A constant channel gets Std 1.
func (d *Dataset) Standardize() {
	train := d.Indices(Train)
	for _, m := range d.Modalities {
		if m.Kind == Text {
			continue
		}
		c := m.Shape[len(m.Shape)-1]
		sum, square := make([]float64, c), make([]float64, c)
		buffer := make([]float32, m.Size())
		for _, i := range train {
			for k, x := range m.raw(buffer, i) {
				sum[k%c] += float64(x)
				square[k%c] += float64(x) * float64(x)
			}
		}
		n := float64(len(train) * m.Size() / c)
		m.Mean, m.Std = make([]float32, c), make([]float32, c)
		for k := range c {
			mean := sum[k] / n
			std := math.Sqrt(max(0, square[k]/n-mean*mean))
			if std < 1e-6 {
				std = 1
			}
			m.Mean[k], m.Std[k] = float32(mean), float32(std)
		}
	}
}

// Seal sets Hash from everything that training can see: modalities, labels, classes, ids and the split.
func (d *Dataset) Seal() {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%q\n", d.Name, d.Classes)
	for _, m := range d.Modalities {
		fmt.Fprintf(h, "%s %s %v\n", m.Name, m.Kind, m.Shape)
		buffer := make([]float32, m.Size())
		for i := range m.Len() {
			writeFloats(h, m.raw(buffer, i))
		}
	}
	for i, id := range d.IDs {
		fmt.Fprintf(h, "%q %d %s\n", id, d.Labels[i], d.Parts[i])
	}
	d.Hash = hex.EncodeToString(h.Sum(nil))
}

func writeFloats(w io.Writer, data []float32) {
	buf := make([]byte, 0, 1<<14)
	for chunk := range slices.Chunk(data, 1<<12) {
		buf = buf[:0]
		for _, x := range chunk {
			buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(x))
		}
		w.Write(buf) // a hash never fails to write
	}
}
