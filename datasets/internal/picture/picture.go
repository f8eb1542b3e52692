// Package picture turns PNG, JPEG and SVG bytes into small square RGB pictures over white.
//
// The aspect is kept: the longer side fills the square and the rest stays white, so a tall and a flat thing keep their
// shapes. Bytes are foreign: a size in the header that would need absurd memory is refused before decoding, and panics
// of the SVG reader come back as errors.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // registers the format
	_ "image/png"  // registers the format
	"math"

	"golang.org/x/image/draw"
)

// Bounds of what is decoded.
const (
	MaxSide   = 8192    // pixels
	MaxPixels = 1 << 24 // width × height
	MaxBytes  = 32 << 20
)

// ErrFormat marks bytes that are not a picture this package reads.
var ErrFormat = errors.New("not a readable picture")

// Decode reads a PNG or JPEG picture and returns it as [side, side, 3] uint8, row-major RGB. Shrinking averages over
// the covered pixels (triangle kernel), so it does not alias.
func Decode(data []byte, side int) ([]uint8, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrFormat, len(data), MaxBytes)
	}
	head, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if head.Width < 1 || head.Height < 1 || head.Width > MaxSide || head.Height > MaxSide || head.Width*head.Height > MaxPixels {
		return nil, fmt.Errorf("%w: %d×%d pixels; up to %d a side and %d in all are read", ErrFormat, head.Width, head.Height, MaxSide, MaxPixels)
	}
	src, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	dst := blank(side)
	draw.BiLinear.Scale(dst, fit(float64(head.Width), float64(head.Height), side), src, src.Bounds(), draw.Over, nil)
	return rgb(dst), nil
}

// blank is a white square.
func blank(side int) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	return dst
}

// fit is the largest centred rectangle of a width and height in a square, at least one pixel a side.
func fit(width, height float64, side int) image.Rectangle {
	scale := float64(side) / max(width, height)
	w := max(1, int(math.Round(width*scale)))
	h := max(1, int(math.Round(height*scale)))
	x, y := (side-w)/2, (side-h)/2
	return image.Rect(x, y, x+w, y+h)
}

func rgb(src *image.RGBA) []uint8 {
	out := make([]uint8, 0, len(src.Pix)/4*3)
	for i := 0; i < len(src.Pix); i += 4 {
		out = append(out, src.Pix[i:i+3]...)
	}
	return out
}
