package picture

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"

	"github.com/srwiley/oksvg"
	"github.com/srwiley/rasterx"
	"golang.org/x/net/html/charset"
)

// Bounds of an SVG file.
const (
	maxSVGBytes    = 4 << 20
	maxSVGElements = 50_000
	maxSVGDepth    = 100
	maxSVGCopies   = 100_000 // number of <use>s times elements inside <defs>
	maxViewBox     = 1e6     // user units
)

// DecodeSVG draws an SVG picture as [side, side, 3] uint8, row-major RGB over white, as [Decode] does. Gradients
// become their mean colour; text, embedded pictures, filters, clips, masks, patterns and dashes are left out.
func DecodeSVG(data []byte, side int) (out []uint8, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("%w: the SVG reader gave up: %v", ErrFormat, r)
		}
	}()
	tokens, err := readSVG(data)
	if err != nil {
		return nil, err
	}
	plain, box, err := simplify(tokens, side)
	if err != nil {
		return nil, err
	}
	icon, err := oksvg.ReadIconStream(bytes.NewReader(plain), oksvg.IgnoreErrorMode)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	dst := blank(side)
	at := fit(box.w, box.h, side)
	// Not SetTarget: it moves the view box before scaling, which is wrong where the box does not start at 0.
	icon.Transform = rasterx.Identity.
		Translate(float64(at.Min.X), float64(at.Min.Y)).
		Scale(float64(at.Dx())/box.w, float64(at.Dy())/box.h).
		Translate(-box.x, -box.y)
	icon.Draw(rasterx.NewDasher(side, side, rasterx.NewScannerGV(side, side, dst, dst.Bounds())), 1)
	return rgb(dst), nil
}

// readSVG splits an SVG file into its elements and refuses what would make the drawing code recurse or multiply
// without end: depth, number of elements, and <use> inside <defs>, which may name itself.
func readSVG(data []byte) ([]xml.Token, error) {
	if len(data) > maxSVGBytes {
		return nil, fmt.Errorf("%w: SVG of %d bytes, the limit is %d", ErrFormat, len(data), maxSVGBytes)
	}
	decoder := xml.NewDecoder(bytes.NewReader(data))
	decoder.CharsetReader = charset.NewReaderLabel
	decoder.Strict = false // drawing programs leave entities such as &ns_svg; in their files
	var tokens []xml.Token
	depth, elements, defs, inDefs, uses := 0, 0, 0, 0, 0
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
			elements++
			if t.Name.Local == "defs" {
				defs++
			}
			if defs > 0 {
				inDefs++
			}
			if t.Name.Local == "use" {
				if uses++; defs > 0 {
					return nil, fmt.Errorf("%w: SVG with <use> inside <defs>", ErrFormat)
				}
			}
			tokens = append(tokens, t.Copy())
		case xml.EndElement:
			depth--
			if t.Name.Local == "defs" {
				defs--
			}
			tokens = append(tokens, t)
		}
		if depth > maxSVGDepth || elements > maxSVGElements {
			return nil, fmt.Errorf("%w: SVG of more than %d elements or %d levels", ErrFormat, maxSVGElements, maxSVGDepth)
		}
	}
	if uses*inDefs > maxSVGCopies {
		return nil, fmt.Errorf("%w: SVG with %d <use>s and %d definitions", ErrFormat, uses, inDefs)
	}
	return tokens, nil
}
