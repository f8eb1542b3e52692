package cremad

import (
	"bytes"
	"encoding/binary"
	"image/color"
	"image/png"
	"math"
	"os"
	"testing"

	"github.com/augkit/aug/datasets"
	"github.com/augkit/aug/datasets/internal/audio"
)

// near checks the colour in the middle of the picture of a sample.
func near(t testing.TB, d *datasets.Dataset, i int, want color.RGBA) {
	t.Helper()
	m := d.Modalities[len(d.Modalities)-1]
	side := m.Shape[0]
	got := m.Raw(i)[3*(side/2*side+side/2):][:3]
	for c, v := range []uint8{want.R, want.G, want.B} {
		if math.Abs(float64(got[c])*255-float64(v)) > 4 { // JPEG
			t.Errorf("%s: the picture is %v, want %v", d.IDs[i], got, want)
			return
		}
	}
}

// TestFaceAgainstPillow compares with a picture that Pillow decoded and resized. The decoders differ at edges of colour,
// where libjpeg smooths what the standard library repeats.
func TestFaceAgainstPillow(t *testing.T) {
	data, err := os.ReadFile("testdata/frame.jpg")
	must(t, err)
	got, err := face(data, 16)
	must(t, err)
	text, err := os.ReadFile("testdata/frame_16.png")
	must(t, err)
	want, err := png.Decode(bytes.NewReader(text))
	must(t, err)
	sum, worst := 0.0, 0.0
	for y := range 16 {
		for x := range 16 {
			c := color.RGBAModel.Convert(want.At(x, y)).(color.RGBA)
			for k, v := range []uint8{c.R, c.G, c.B} {
				d := math.Abs(float64(got[3*(16*y+x)+k]) - float64(v))
				sum, worst = sum+d, max(worst, d)
			}
		}
	}
	if mean := sum / (16 * 16 * 3); mean > 1 || worst > 6 {
		t.Errorf("off by %.2f of 255 in the mean, %.0f at most", mean, worst)
	}
}

func TestSpectrogram(t *testing.T) {
	d, err := newDecoder()
	must(t, err)
	stft, err := audio.NewSTFT(frame, hop)
	must(t, err)
	resampler, err := audio.NewSharpResampler(16000, rate)
	must(t, err)
	sound, err := audio.DecodeWAV(tone(440))
	must(t, err)
	one := resampler.Apply(sound.Samples, math.MaxInt)
	var tiled []float32
	for len(tiled) < 3*rate {
		tiled = append(tiled, one...)
	}
	exact := stft.Log(tiled[:3*rate], floor)

	record, err := d.spectrogram(tone(440), 3)
	must(t, err)
	got := make([]float32, len(exact))
	audioFeature(3).decode(got, record)
	worst := 0.0
	for i, v := range exact {
		worst = max(worst, math.Abs(float64(got[i]-v)))
	}
	if worst > 1.7e-4 {
		t.Errorf("16 bits are off by %.3g", worst)
	}

	// The loudest that can be, a constant of full scale, and silence, with and without samples.
	loud := bytes.Repeat(binary.LittleEndian.AppendUint16(nil, 0x8000), 16000)
	for name, test := range map[string]struct {
		samples []byte
		band    int
		want    float64
	}{
		"loud":    {loud, 0, math.Log(256)},
		"silence": {make([]byte, 8000), 17, math.Log(floor)},
		"nothing": {nil, 17, math.Log(floor)},
	} {
		record, err := d.spectrogram(wav(test.samples), 3)
		must(t, err)
		audioFeature(3).decode(got, record)
		if v := float64(got[90*bands+test.band]); math.Abs(v-test.want) > 2e-3 {
			t.Errorf("%s: %g, want %g", name, v, test.want)
		}
	}
}

// TestLongRecording reads one that the WAV reader refuses.
func TestLongRecording(t *testing.T) {
	d, err := newDecoder()
	must(t, err)
	second := tone(440)[44:]
	long := bytes.Repeat(second, 4*70)
	if _, err := audio.DecodeWAV(wav(long)); err == nil {
		t.Fatal("the reader takes 70 s")
	}
	got, err := d.spectrogram(wav(long), 3)
	must(t, err)
	want, err := d.spectrogram(wav(long[:len(long)/10]), 3)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Error("the first 3 s of 70 s are not those of 7 s")
	}
	for _, data := range [][]byte{nil, []byte("RIFF"), wav(nil), wav(second)[:30], append([]byte("RIFF....WAVEdata"), 0, 0, 0, 0)} {
		if got := begin(data, 3); !bytes.Equal(got, data) {
			t.Errorf("%q becomes %q", data, got)
		}
	}
}

func TestChoose(t *testing.T) {
	for _, test := range []struct {
		how     string
		n, want int
	}{{"first", 5, 0}, {"middle", 1, 0}, {"middle", 2, 1}, {"middle", 3, 1}, {"middle", 4, 2}, {"random", 1, 0}} {
		if got := choose(test.how, "1001_DFA_ANG_XX", 0, test.n); got != test.want {
			t.Errorf("%s of %d: %d", test.how, test.n, got)
		}
	}
}
