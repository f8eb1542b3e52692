package datasets_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/datasets"
)

// packed is small with the values of its first modality in bytes. Samples 4 and 5 share a record.
func packed() *datasets.Dataset {
	d := small()
	m := d.Modalities[0]
	records := [][]byte{{0, 2}, {4, 6}, {1, 1}, {1, 1}, {1, 1}}
	m.Data = nil
	m.Packed = &datasets.Packed{Records: append(records, records[4]), Decode: func(dst []float32, record []byte) {
		for i, v := range record {
			dst[i] = float32(v)
		}
	}}
	return d
}

// Whether values are packed is not to be seen: not in a sample, raw or standardised, and not in the hash.
func TestPackedValuesAreTheValues(t *testing.T) {
	want, err := small().Finish(datasets.Request{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := packed().Finish(datasets.Request{})
	if err != nil {
		t.Fatal(err)
	}
	a, b := want.Modalities[0], got.Modalities[0]
	x, y := make([]float32, a.Size()), make([]float32, b.Size())
	for i := range want.Len() {
		a.Read(x, i)
		b.Read(y, i)
		if !slices.Equal(x, y) || !slices.Equal(a.Raw(i), b.Raw(i)) {
			t.Errorf("sample %d: %v and %v packed, raw %v and %v", i, x, y, a.Raw(i), b.Raw(i))
		}
	}
	if a.Len() != b.Len() || want.Hash != got.Hash {
		t.Errorf("%d samples and %d packed, hashes %s and %s", a.Len(), b.Len(), want.Hash, got.Hash)
	}
}

func TestPackedValidate(t *testing.T) {
	for name, edit := range map[string]func(m *datasets.Modality){
		"values beside them": func(m *datasets.Modality) { m.Data = make([]float32, 12) },
		"a sample short":     func(m *datasets.Modality) { m.Packed.Records = m.Packed.Records[1:] },
	} {
		d := packed()
		edit(d.Modalities[0])
		if err := d.Validate(); err == nil || !strings.Contains(err.Error(), "modality a is packed as") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
