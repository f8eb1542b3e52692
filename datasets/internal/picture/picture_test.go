package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

// at returns the colour of a pixel.
func at(rgb []uint8, side, x, y int) [3]uint8 {
	i := 3 * (y*side + x)
	return [3]uint8(rgb[i : i+3])
}

// near tells whether two colours differ by at most 3 levels a channel.
func near(a, b [3]uint8) bool {
	for i := range a {
		if d := int(a[i]) - int(b[i]); d < -3 || d > 3 {
			return false
		}
	}
	return true
}

var (
	white = [3]uint8{255, 255, 255}
	red   = [3]uint8{255, 0, 0}
)

func redPicture(w, h int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.NRGBA{R: 255, A: 255})
		}
	}
	return img
}

func TestDecodeKeepsAspectOverWhite(t *testing.T) {
	for name, encode := range map[string]func(*bytes.Buffer, image.Image) error{
		"png":  func(b *bytes.Buffer, m image.Image) error { return png.Encode(b, m) },
		"jpeg": func(b *bytes.Buffer, m image.Image) error { return jpeg.Encode(b, m, &jpeg.Options{Quality: 100}) },
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := encode(&b, redPicture(100, 50)); err != nil {
				t.Fatal(err)
			}
			rgb, err := Decode(b.Bytes(), 32)
			if err != nil {
				t.Fatal(err)
			}
			if len(rgb) != 32*32*3 {
				t.Fatalf("%d values", len(rgb))
			}
			for pos, want := range map[[2]int][3]uint8{{0, 0}: white, {16, 7}: white, {16, 8}: red, {0, 16}: red, {31, 23}: red, {16, 24}: white} {
				if got := at(rgb, 32, pos[0], pos[1]); !near(got, want) {
					t.Errorf("pixel %v is %v, want %v", pos, got, want)
				}
			}
		})
	}
}

func TestDecodeTransparent(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for i := range img.Pix {
		img.Pix[i] = []uint8{0, 0, 0, 128}[i%4]
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	rgb, err := Decode(b.Bytes(), 32)
	if err != nil {
		t.Fatal(err)
	}
	if got := at(rgb, 32, 5, 5); !near(got, [3]uint8{127, 127, 127}) {
		t.Errorf("half black over white is %v", got)
	}
}

// TestDecodeHugeHeader checks that a header of a few bytes cannot ask for gigabytes.
func TestDecodeHugeHeader(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, redPicture(1, 1)); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	binary.BigEndian.PutUint32(data[16:], 60000)
	binary.BigEndian.PutUint32(data[20:], 60000)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	if _, err := Decode(data, 32); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "60000×60000") {
		t.Errorf("got %v", err)
	}
	if _, err := Decode([]byte("GIF89a"), 32); !errors.Is(err, ErrFormat) {
		t.Errorf("other format: %v", err)
	}
}

const svgHead = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" `

func TestDecodeSVG(t *testing.T) {
	tests := []struct {
		name, svg string
		want      map[[2]int][3]uint8
	}{
		{"fill", svgHead + `viewBox="0 0 64 64"><rect x="0" y="0" width="32" height="64" fill="red"/></svg>`,
			map[[2]int][3]uint8{{3, 3}: red, {20, 20}: white}},
		{"view box away from zero", svgHead + `viewBox="100 100 64 64"><rect x="132" y="132" width="32" height="32" style="fill:#ff0000"/></svg>`,
			map[[2]int][3]uint8{{3, 3}: white, {25, 25}: red}},
		{"stroke scales", svgHead + `width="640" height="640"><path d="M0 320H640" stroke="#f00" stroke-width="40"/></svg>`,
			map[[2]int][3]uint8{{16, 16}: red, {16, 12}: white, {16, 20}: white}},
		{"stroke under a transform", svgHead + `width="64" height="64"><g transform="scale(0.1)"><path d="M0 320H640" stroke="#f00" stroke-width="40"/></g></svg>`,
			map[[2]int][3]uint8{{16, 16}: red, {16, 12}: white}},
		{"inherited gradient", svgHead + `viewBox="0 0 32 32"><rect width="32" height="32" fill="url(#b)"/><defs><linearGradient id="b" xlink:href="#a"/><linearGradient id="a"><stop style="stop-color:#f00"/></linearGradient></defs></svg>`,
			map[[2]int][3]uint8{{16, 16}: red}},
		{"hidden", svgHead + `viewBox="0 0 32 32"><g style="display:none"><rect width="32" height="32"/></g><clipPath><rect width="32" height="32"/></clipPath></svg>`,
			map[[2]int][3]uint8{{16, 16}: white}},
		{"opacity", svgHead + `viewBox="0 0 32 32"><rect width="32" height="32" fill="#000" fill-opacity=".5"/></svg>`,
			map[[2]int][3]uint8{{16, 16}: {127, 127, 127}}},
		{"wide", svgHead + `width="64pt" height="32pt"><rect width="80" height="40" fill="red"/></svg>`,
			map[[2]int][3]uint8{{16, 3}: white, {16, 16}: red, {1, 16}: red}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rgb, err := DecodeSVG([]byte(test.svg), 32)
			if err != nil {
				t.Fatal(err)
			}
			for pos, want := range test.want {
				if got := at(rgb, 32, pos[0], pos[1]); !near(got, want) {
					t.Errorf("pixel %v is %v, want %v", pos, got, want)
				}
			}
		})
	}
}

func TestDecodeSVGRefuses(t *testing.T) {
	for name, svg := range map[string]string{
		"empty":     "",
		"no svg":    `<html/>`,
		"no size":   svgHead + `/>`,
		"huge":      svgHead + `viewBox="0 0 1e300 5"/>`,
		"recursive": svgHead + `viewBox="0 0 9 9"><defs><g id="a"><use xlink:href="#a"/></g></defs><use xlink:href="#a"/></svg>`,
		"deep":      svgHead + `viewBox="0 0 9 9">` + strings.Repeat("<g>", 1000) + strings.Repeat("</g>", 1000) + "</svg>",
		"cut":       svgHead + `viewBox="0 0 9 9"><path d="M0`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := DecodeSVG([]byte(svg), 32); !errors.Is(err, ErrFormat) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func FuzzSVG(f *testing.F) {
	f.Add([]byte(svgHead + `viewBox="0 0 9 9"><g transform="scale(2)"><path d="M0 0L3 3C1 2 3 4 5 6z" stroke="#f00" style="fill:url(#a)"/></g></svg>`))
	f.Add([]byte(svgHead + `width="9mm" height="3"><defs><g id="a"><circle r="3" stroke-width=".1"/></g></defs><use xlink:href="#a" x="4"/></svg>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if rgb, err := DecodeSVG(data, 32); err == nil && len(rgb) != 32*32*3 {
			t.Errorf("%d values", len(rgb))
		}
	})
}

func ExampleDecodeSVG() {
	rgb, err := DecodeSVG([]byte(`<svg viewBox="0 0 8 8"><rect width="8" height="8" fill="#336699"/></svg>`), 4)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(rgb), rgb[:3])
	// Output: 48 [51 102 153]
}
