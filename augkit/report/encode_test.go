package report

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"
)

func TestEncodePNG(t *testing.T) {
	few := image.NewRGBA(image.Rect(0, 0, 40, 30))
	many := image.NewRGBA(few.Bounds())
	for y := range 30 {
		for x := range 40 {
			few.Set(x, y, color.RGBA{uint8(6 * x), 255, 255, 255})
			many.Set(x, y, color.RGBA{uint8(6 * x), uint8(8 * y), uint8(x * y), 255})
		}
	}
	for name, test := range map[string]struct {
		img      image.Image
		paletted bool
		off      int // largest error of a channel
	}{"few colours": {few, true, 8}, "many colours": {many, false, 0}} {
		data, err := encodePNG(test.img)
		if err != nil {
			t.Fatal(err)
		}
		back, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if _, paletted := back.(*image.Paletted); paletted != test.paletted {
			t.Errorf("%s: it is a %T", name, back)
		}
		for y := range 30 {
			for x := range 40 {
				r, g, b, _ := back.At(x, y).RGBA()
				wr, wg, wb, _ := test.img.At(x, y).RGBA()
				for _, pair := range [][2]uint32{{r, wr}, {g, wg}, {b, wb}} {
					if d := int(pair[0]>>8) - int(pair[1]>>8); d > test.off || d < -test.off {
						t.Fatalf("%s: at %d, %d a channel is off by %d", name, x, y, d)
					}
				}
			}
		}
	}
}
