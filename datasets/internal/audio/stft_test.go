package audio

import (
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"
)

// golden reads a file of numbers from testdata.
func golden(t *testing.T, name string) [][]float64 {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := make([][]float64, len(rows))
	for i, row := range rows {
		for _, cell := range row {
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				t.Fatal(err)
			}
			out[i] = append(out[i], v)
		}
	}
	return out
}

// glide is a steady and a rising, dying tone, as testdata/README.md describes it.
func glide(n, rate int) []float32 {
	x := make([]float32, n)
	for i := range x {
		s := float64(i) / float64(rate)
		x[i] = float32(0.5*math.Sin(2*math.Pi*440*s) + 0.3*math.Sin(2*math.Pi*(300*s+4000*s*s))*math.Exp(-2*s))
	}
	return x
}

func TestSTFTAgainstLibrosa(t *testing.T) {
	s, err := NewSTFT(512, 353)
	if err != nil {
		t.Fatal(err)
	}
	got := s.Log(glide(4000, 22050), 1e-7)
	want := golden(t, "stft_golden.csv")
	if len(want) != s.Frames(4000) || len(got) != len(want)*s.Bands() {
		t.Fatalf("%d values in %d frames of %d, want %d frames", len(got), s.Frames(4000), s.Bands(), len(want))
	}
	worst := 0.0
	for i, row := range want {
		for j, v := range row {
			worst = max(worst, math.Abs(float64(got[i*s.Bands()+8*j])-v))
		}
	}
	if worst > 1e-3 {
		t.Errorf("off by %.2g nats", worst)
	}
}

func TestSTFTSilenceAndShapes(t *testing.T) {
	s, err := NewSTFT(512, 353)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ samples, frames int }{{0, 1}, {352, 1}, {353, 2}, {3 * 22050, 188}, {20 * 22050, 1250}} {
		got := s.Log(make([]float32, test.samples), 1e-7)
		if len(got) != test.frames*257 {
			t.Errorf("%d samples: %d values, want %d frames of 257", test.samples, len(got), test.frames)
		}
		for _, v := range got {
			if v != float32(math.Log(1e-7)) {
				t.Fatalf("silence gives %g", v)
			}
		}
	}
	for _, bad := range [][2]int{{1, 1}, {512, 0}, {0, 0}} {
		if _, err := NewSTFT(bad[0], bad[1]); err == nil {
			t.Errorf("frame %d, hop %d is taken", bad[0], bad[1])
		}
	}
}

func TestSharpResamplerAgainstLibrosa(t *testing.T) {
	r, err := NewSharpResampler(16000, 22050)
	if err != nil {
		t.Fatal(err)
	}
	got := r.Apply(glide(3200, 16000), math.MaxInt)
	want := golden(t, "resample_golden.csv")[0]
	if len(got) != 4410 {
		t.Fatalf("%d samples, want 4410", len(got))
	}
	for i, v := range want {
		limit := 1e-4
		if i < 4 || i > len(want)-4 { // the ends are treated in another way
			limit = 1e-2
		}
		if d := math.Abs(float64(got[45*i]) - v); d > limit {
			t.Errorf("sample %d: %.6f, want %.6f", 45*i, got[45*i], v)
		}
	}
}

// TestSharpResamplerBands measures what the comment on the constants claims.
func TestSharpResamplerBands(t *testing.T) {
	for _, rates := range [][2]int{{16000, 22050}, {44100, 22050}, {48000, 22050}, {22050, 22050}} {
		from, to := rates[0], rates[1]
		r, err := NewSharpResampler(from, to)
		if err != nil {
			t.Fatal(err)
		}
		nyquist := float64(min(from, to)) / 2
		for _, share := range []float64{0.01, 0.5, 0.9} {
			if got := peak(r.Apply(sine(from, share*nyquist, 0.3, 0.5), math.MaxInt)); math.Abs(got/0.5-1) > 0.01 {
				t.Errorf("%d to %d Hz at %g of the Nyquist frequency: gain %.4f", from, to, share, got/0.5)
			}
		}
		if from > to {
			if got := peak(r.Apply(sine(from, 1.01*nyquist, 0.3, 0.5), math.MaxInt)); got > 1e-5 {
				t.Errorf("%d to %d Hz: a tone above the Nyquist frequency leaves %.2g", from, to, got)
			}
		}
	}
	for _, rate := range []int{10, 191_999} { // too slow to be sound; a filter of 38 million taps
		if _, err := NewSharpResampler(rate, 22050); err == nil {
			t.Errorf("%d Hz is taken", rate)
		}
	}
}

// TestSharpResamplerImage looks above the old Nyquist frequency, where the usual filter leaves −60 dB.
func TestSharpResamplerImage(t *testing.T) {
	r, err := NewSharpResampler(16000, 22050)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSTFT(512, 353)
	if err != nil {
		t.Fatal(err)
	}
	frame := s.Log(r.Apply(sine(16000, 6000, 0.3, 0.5), math.MaxInt), 1e-9)[9*257 : 10*257]
	tone, image := slices.Max(frame), slices.Max(frame[188:]) // from 8.1 kHz on
	if db := 20 / math.Ln10 * float64(image-tone); db > -105 {
		t.Errorf("the image of a tone is at %.0f dB", db)
	}
}
