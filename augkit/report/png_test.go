package report

import (
	"bytes"
	"image/png"
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
