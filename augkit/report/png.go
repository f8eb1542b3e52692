package report

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"maps"
	"slices"
)

// levels is how many values a channel may take in a drawing of flat colours: 16, which nobody sees in lines and letters
// and which makes the file a third as large.
const levels = 16

// rare is the share of the pixels, one in so many, that may take a colour near their own: those at the edges of letters
// and markers, where a figure with many colours has hundreds of mixtures.
const rare = 50

// encodePNG writes a picture small: with a palette where its 256 most frequent colours, to 16 levels a channel, are all
// that matter, and as it is where they are not, as in photographs.
func encodePNG(img image.Image) ([]byte, error) {
	if flat := flatten(img); flat != nil {
		img = flat
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	err := encoder.Encode(&out, img)
	return out.Bytes(), err
}

// flatten is the picture with a palette; nil where it has too many colours.
func flatten(img image.Image) *image.Paletted {
	bounds := img.Bounds()
	count := make(map[color.RGBA]int)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			count[coarse(img.At(x, y))]++
		}
	}
	order := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B), cmp.Compare(a.A, b.A))
	})
	out := image.NewPaletted(bounds, nil)
	index, left := make(map[color.RGBA]uint8), 0
	for i, c := range order {
		if i < 256 {
			out.Palette = append(out.Palette, c)
			index[c] = uint8(i)
		} else {
			index[c] = uint8(out.Palette.Index(c))
			left += count[c]
		}
	}
	if left*rare > bounds.Dx()*bounds.Dy() {
		return nil
	}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			out.Pix[out.PixOffset(x, y)] = index[coarse(img.At(x, y))]
		}
	}
	return out
}

// coarse rounds a colour to the levels.
func coarse(c color.Color) color.RGBA {
	r, g, b, a := c.RGBA()
	return color.RGBA{level(r), level(g), level(b), level(a)}
}

// level rounds a channel of 16 bits to one of the levels, as 8 bits.
func level(v uint32) uint8 {
	const step = 255 / (levels - 1)
	return uint8((v>>8+step/2)/step) * step
}
