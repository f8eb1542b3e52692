package report

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"testing"
)

func TestPNG(t *testing.T) {
	for name, f := range figures(generated(5)) {
		raw, err := f.PNG()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		m, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, want := m.Bounds().Dx(), figureWidth*3/2; got != want {
			t.Errorf("%s is %d pixels wide, want %d", name, got, want)
		}
		corner := m.At(0, 0)
		same := true
		for x := range m.Bounds().Dx() {
			for y := range m.Bounds().Dy() {
				same = same && m.At(x, y) == corner
			}
		}
		if same {
			t.Errorf("%s shows nothing", name)
		}
	}
	if _, err := (Figure{Title: "made by hand"}).PNG(); err == nil {
		t.Error("a figure without a drawing must be refused")
	}
}

// Edges have many mixtures of colours, each rare: such a drawing takes a palette, and a photograph does not.
func TestFlatten(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	flat, photo := image.NewRGBA(image.Rect(0, 0, 300, 300)), image.NewRGBA(image.Rect(0, 0, 300, 300))
	random := func() color.RGBA {
		return color.RGBA{uint8(rng.IntN(256)), uint8(rng.IntN(256)), uint8(rng.IntN(256)), 255}
	}
	for y := range 300 {
		for x := range 300 {
			flat.SetRGBA(x, y, color.RGBA{255, 255, 255, 255})
			if rng.IntN(100) == 0 {
				flat.SetRGBA(x, y, random())
			}
			photo.SetRGBA(x, y, random())
		}
	}
	if flatten(photo) != nil {
		t.Error("a photograph must keep its colours")
	}
	got := flatten(flat)
	if got == nil || len(got.Palette) != 256 {
		t.Fatal("a drawing with rare mixtures must take a palette of 256 colours")
	}
	for y := range 300 {
		for x := range 300 {
			want, _, _, _ := flat.At(x, y).RGBA()
			have, _, _, _ := got.At(x, y).RGBA()
			if want == 0xFFFF && flat.RGBAAt(x, y) == (color.RGBA{255, 255, 255, 255}) && have != want {
				t.Fatalf("the ground changed at %d, %d", x, y)
			}
		}
	}
}
