package report

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
)

// levels is how many values a channel may take in a drawing of flat colours: 16, which nobody sees in lines and letters
// and which makes the file a third as large.
const levels = 16

// encodePNG writes a picture small: with a palette where its colours, to 16 levels a channel, are 256 at most, and as it
// is where they are more, as in photographs.
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
	out := image.NewPaletted(bounds, nil)
	index := make(map[color.RGBA]uint8)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			r, g, b, a := img.At(x, y).RGBA()
			c := color.RGBA{level(r), level(g), level(b), level(a)}
			i, known := index[c]
			if !known {
				if len(index) == 256 {
					return nil
				}
				i = uint8(len(index))
				index[c] = i
				out.Palette = append(out.Palette, c)
			}
			out.Pix[out.PixOffset(x, y)] = i
		}
	}
	return out
}

// level rounds a channel of 16 bits to one of the levels, as 8 bits.
func level(v uint32) uint8 {
	const step = 255 / (levels - 1)
	return uint8((v>>8+step/2)/step) * step
}
