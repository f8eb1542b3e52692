package watch7

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/datasets/internal/bundle"
)

// tinyHead describes one recording of two steps.
func tinyHead() block {
	return block{
		Format: format, Rate: rate, Classes: []string{"PEN"},
		Channels:   []string{"ax", "ay", "az", "wx", "wy", "wz"},
		Step:       []float64{0.5, 1, 1, 1, 1, 1},
		Recordings: []recording{{Person: 1, Steps: 2}},
	}
}

// tinySamples holds the differences 4, −6 of ax and zeros.
var tinySamples = append([]byte{4, 0, 0xfa, 0xff}, make([]byte, 20)...)

func encoded(t testing.TB, head block, samples []byte) []byte {
	t.Helper()
	text, err := json.Marshal(head)
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := bundle.Write(&buf, bundle.Entry{Name: headEntry, Data: text}, bundle.Entry{Name: samplesEntry, Data: samples}); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestDecode(t *testing.T) {
	b, err := decode(encoded(t, tinyHead(), tinySamples))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := b.Recordings[0].values, []float32{2, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("values %v, want %v", got, want)
	}
}

func TestDecodeErrors(t *testing.T) {
	tests := []struct {
		name string
		edit func(b *block)
		want string
	}{
		{"format", func(b *block) { b.Format = 2 }, "format 2"},
		{"rate", func(b *block) { b.Rate = 100 }, "100 steps a second"},
		{"channels", func(b *block) { b.Channels = b.Channels[:5] }, "5 channels"},
		{"step sizes", func(b *block) { b.Step = nil }, "0 step sizes"},
		{"zero step size", func(b *block) { b.Step[2] = 0 }, "channel az has step size 0"},
		{"no recordings", func(b *block) { b.Recordings = nil }, "0 recordings"},
		{"class", func(b *block) { b.Recordings[0].Class = 1 }, "of class 1"},
		{"person", func(b *block) { b.Recordings[0].Person = -1 }, "person -1"},
		{"no steps", func(b *block) { b.Recordings[0].Steps = 0 }, "brings 0 steps"},
		{"huge steps", func(b *block) { b.Recordings[0].Steps = 1 << 62 }, "brings 4611686018427387904 steps"},
		{"huge sum", func(b *block) {
			b.Recordings = []recording{{Steps: maxSteps}, {Steps: maxSteps}}
		}, "after 1048576"},
		{"samples missing", func(b *block) { b.Recordings[0].Steps = 3 }, "samples.bin holds 24 bytes; 3 steps need 36"},
		{"samples left over", func(b *block) { b.Recordings[0].Steps = 1 }, "samples.bin announces 24 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			head := tinyHead()
			tt.edit(&head)
			_, err := decode(encoded(t, head, tinySamples))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "make it again") {
				t.Errorf("error %v, want one with %q and how to mend it", err, tt.want)
			}
		})
	}
}

func TestDecodeDamaged(t *testing.T) {
	data := encoded(t, tinyHead(), tinySamples)
	for n := range len(data) {
		if _, err := decode(data[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes decode", n, len(data))
		}
	}
	changed := slices.Clone(file)
	changed[len(changed)/2] ^= 1
	if _, err := decode(changed); err == nil {
		t.Error("the embedded file with a byte changed decodes")
	}
}

func FuzzDecode(f *testing.F) {
	data := encoded(f, tinyHead(), tinySamples)
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := decode(data)
		if err != nil {
			return
		}
		for i, r := range b.Recordings {
			if len(r.values) != r.Steps*channels {
				t.Errorf("recording %d holds %d values, %d steps need %d", i, len(r.values), r.Steps, r.Steps*channels)
			}
		}
	})
}
