package audio

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"
)

// sine is seconds of a tone.
func sine(rate int, hertz, seconds, size float64) []float32 {
	out := make([]float32, int(float64(rate)*seconds))
	for i := range out {
		out[i] = float32(size * math.Sin(2*math.Pi*hertz*float64(i)/float64(rate)))
	}
	return out
}

// peak is the largest magnitude in the middle half of x, away from the ends.
func peak(x []float32) float64 {
	var p float32
	for _, v := range x[len(x)/4 : len(x)*3/4] {
		p = max(p, abs(v))
	}
	return float64(p)
}

// wav encodes channels of equal length as PCM16.
func wav(rate int, channels ...[]float32) []byte {
	var data bytes.Buffer
	for i := range channels[0] {
		for _, c := range channels {
			binary.Write(&data, binary.LittleEndian, int16(math.Round(float64(c[i])*32767)))
		}
	}
	n := len(channels)
	out := []byte("RIFF")
	le := binary.LittleEndian
	out = le.AppendUint32(out, uint32(36+data.Len()))
	out = append(out, "WAVEfmt "...)
	out = le.AppendUint32(out, 16)
	out = le.AppendUint16(out, 1)
	out = le.AppendUint16(out, uint16(n))
	out = le.AppendUint32(out, uint32(rate))
	out = le.AppendUint32(out, uint32(2*n*rate))
	out = le.AppendUint16(out, uint16(2*n))
	out = le.AppendUint16(out, 16)
	out = append(out, "data"...)
	out = le.AppendUint32(out, uint32(data.Len()))
	return append(out, data.Bytes()...)
}

func TestResampleSines(t *testing.T) {
	const to = 8000
	for _, from := range []int{8000, 11025, 16000, 22050, 44100, 48000} {
		r, err := NewResampler(from, to)
		if err != nil {
			t.Fatal(err)
		}
		for _, hertz := range []float64{0.5, 440, 1000, 3000, 3360} {
			in, want := sine(from, hertz, 0.5, 0.5), sine(to, hertz, 0.5, 0.5)
			got := r.Apply(in, math.MaxInt)
			if d := len(got) - len(want); d < 0 || d > 1 {
				t.Fatalf("%d Hz: %d samples, want %d", from, len(got), len(want))
			}
			worst := 0.0
			for i := len(want) / 4; i < len(want)*3/4; i++ {
				worst = max(worst, math.Abs(float64(got[i]-want[i])))
			}
			if worst > 0.002*0.5 {
				t.Errorf("%d Hz, tone of %g Hz: off by %.2g of its size", from, hertz, worst/0.5)
			}
		}
		for _, hertz := range []float64{4640, 6000, 9000} { // fold back to 3360 Hz and below
			if 2*hertz >= float64(from) {
				continue
			}
			if left := peak(r.Apply(sine(from, hertz, 0.5, 0.5), math.MaxInt)) / 0.5; left > 0.001 {
				t.Errorf("%d Hz, tone of %g Hz: %.2g of it is left, want none", from, hertz, left)
			}
		}
	}
}

func TestResampleLimit(t *testing.T) {
	r, err := NewResampler(44100, 8000)
	if err != nil {
		t.Fatal(err)
	}
	x := sine(44100, 500, 0.3, 1)
	if all, some := r.Apply(x, math.MaxInt), r.Apply(x, 100); !slices.Equal(all[:100], some) {
		t.Error("a limit changes the samples before it")
	}
	if got := r.Apply(nil, 10); len(got) != 0 {
		t.Errorf("%d samples from none", len(got))
	}
	if _, err := NewResampler(0, 8000); !errors.Is(err, ErrFormat) {
		t.Errorf("rate 0: %v", err)
	}
}

func TestMelGolden(t *testing.T) {
	f, err := os.Open("testdata/mel_golden.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewMel(8000, 256, 160, 32, 86)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, 9000)
	for i := range x {
		s := float64(i) / 8000
		x[i] = float32(0.5*math.Sin(2*math.Pi*440*s) + 0.3*math.Sin(2*math.Pi*(300*s+700*s*s))*math.Exp(-2*s))
	}
	got := m.Apply(x)
	for i, row := range rows {
		for j, cell := range row {
			want, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				t.Fatal(err)
			}
			if d := math.Abs(float64(got[i*32+j]) - want); d > 0.01 {
				t.Fatalf("frame %d band %d: %.4f dB, want %.4f", i, j, got[i*32+j], want)
			}
		}
	}
}

func TestMelIgnoresLoudness(t *testing.T) {
	m, err := NewMel(8000, 256, 160, 32, 86)
	if err != nil {
		t.Fatal(err)
	}
	loud, quiet := m.Apply(sine(8000, 700, 1, 1)), m.Apply(sine(8000, 700, 1, 0.1))
	for i := range loud {
		// Below −60 dB the quiet tone is rounding noise.
		if loud[i] > -60 && math.Abs(float64(loud[i]-quiet[i])) > 0.05 {
			t.Fatalf("value %d: %g and %g", i, loud[i], quiet[i])
		}
	}
	if got := slices.Max(loud); got != 0 {
		t.Errorf("loudest value %g dB, want 0", got)
	}
	if got := loud[len(loud)-1]; got != -Range {
		t.Errorf("padding is %g dB, want %d", got, -Range)
	}
}

func TestTrim(t *testing.T) {
	x := []float32{0, 0.01, 0.5, 0, -1, 0.019, 0}
	if got := Trim(x, 0.02); !slices.Equal(got, x[2:5]) {
		t.Errorf("got %v", got)
	}
	if got := Trim(make([]float32, 5), 0.02); len(got) != 0 {
		t.Errorf("silence leaves %v", got)
	}
}

func TestDecodeWAV(t *testing.T) {
	left, right := sine(16000, 300, 0.1, 0.8), sine(16000, 300, 0.1, 0.4)
	clip, err := Decode(wav(16000, left, right))
	if err != nil {
		t.Fatal(err)
	}
	if clip.Rate != 16000 || len(clip.Samples) != len(left) {
		t.Fatalf("%d Hz, %d samples", clip.Rate, len(clip.Samples))
	}
	for i, v := range clip.Samples {
		if math.Abs(float64(v-(left[i]+right[i])/2)) > 1e-4 {
			t.Fatalf("sample %d: %g, want %g", i, v, (left[i]+right[i])/2)
		}
	}
}

func TestDecodeOgg(t *testing.T) {
	data, err := os.ReadFile("testdata/tone_440hz.ogg")
	if err != nil {
		t.Fatal(err)
	}
	clip, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if clip.Rate != 44100 || len(clip.Samples) < 11000 || len(clip.Samples) > 11100 {
		t.Fatalf("%d Hz, %d samples", clip.Rate, len(clip.Samples))
	}
	if got := peak(clip.Samples); math.Abs(got-0.375) > 0.02 { // the mean of 0.5 and 0.25
		t.Errorf("peak %.3f, want 0.375", got)
	}
	for _, n := range []int{0, 4, 30, 200, len(data) / 2} {
		if _, err := Decode(data[:n]); !errors.Is(err, ErrFormat) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
}

// TestHostileVorbis shows headers that would make the decoder allocate gigabytes or loop for ever.
func TestHostileVorbis(t *testing.T) {
	id := append([]byte("\x01vorbis\x00\x00\x00\x00\x01"), 0x44, 0xac, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xb8, 1)
	comment := []byte("\x03vorbis\x00\x00\x00\x00\x00\x00\x00\x00\x01")
	page := func(packets ...[]byte) []byte {
		out := append([]byte("OggS"), make([]byte, 22)...)
		out = append(out, byte(len(packets)))
		for _, p := range packets {
			out = append(out, byte(len(p)))
		}
		return append(out, bytes.Join(packets, nil)...)
	}
	tests := map[string][]byte{
		"comments":   page(id, []byte("\x03vorbis\x00\x00\x00\x00\xff\xff\xff\x7f"), []byte("\x05vorbis")),
		"entries":    page(id, comment, []byte("\x05vorbis\x00BCV\xff\xff\xff\xff\xff\x00\x00")),
		"no entries": page(id, comment, []byte("\x05vorbis\x00BCV\x01\x00\x00\x00\x00\x00\x00")),
		"ordered":    page(id, comment, []byte("\x05vorbis\x00BCV\x01\x00\x10\x00\x00\x01\x00")),
		"dimension":  page(id, comment, []byte("\x05vorbis\x00BCV\x00\x00\x10\x00\x00\x00\x00")),
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := DecodeOgg(data); !errors.Is(err, ErrFormat) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func FuzzWAV(f *testing.F) {
	f.Add(wav(8000, sine(8000, 100, 0.01, 1)))
	f.Add(wav(44100, sine(8000, 100, 0.01, 1), sine(8000, 100, 0.01, 1)))
	f.Fuzz(func(t *testing.T, data []byte) {
		clip, err := DecodeWAV(data)
		if err == nil && (clip.Rate < MinRate || clip.Rate > MaxRate || len(clip.Samples) > len(data)) {
			t.Errorf("%d Hz, %d samples from %d bytes", clip.Rate, len(clip.Samples), len(data))
		}
	})
}

func FuzzOgg(f *testing.F) {
	data, err := os.ReadFile("testdata/tone_440hz.ogg")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		data = bytes.Clone(data)
		sealPages(data) // else every change would stop at the checksum
		clip, err := DecodeOgg(data)
		if err == nil && len(clip.Samples) > (MaxSeconds+1)*MaxRate {
			t.Errorf("%d samples", len(clip.Samples))
		}
	})
}

// sealPages writes the right checksum (CRC-32, polynomial 0x04c11db7, unreflected) into every page that it finds.
func sealPages(data []byte) {
	for len(data) > 27 && string(data[:4]) == "OggS" {
		size := 27 + int(data[26])
		if size > len(data) {
			return
		}
		for _, n := range data[27 : 27+int(data[26])] {
			size += int(n)
		}
		if size > len(data) {
			return
		}
		copy(data[22:26], []byte{0, 0, 0, 0})
		var crc uint32
		for _, b := range data[:size] {
			crc ^= uint32(b) << 24
			for range 8 {
				crc = crc<<1 ^ 0x04c11db7&-(crc>>31)
			}
		}
		binary.LittleEndian.PutUint32(data[22:], crc)
		data = data[size:]
	}
}

func ExampleResampler() {
	r, err := NewResampler(44100, 8000)
	if err != nil {
		panic(err)
	}
	second := make([]float32, 44100)
	fmt.Println(len(r.Apply(second, math.MaxInt)))
	// Output: 8000
}
