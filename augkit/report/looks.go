package report

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Methods and classes have hues of their own, which no modality has: those of Tol ("Colour schemes", 2021, scheme
// "muted"), made for colour-blind readers; the light ones are darkened to keep 3:1 to the card.
var tol = []color.RGBA{
	{0x33, 0x22, 0x88, 0xFF}, // indigo
	{0xCC, 0x66, 0x77, 0xFF}, // rose
	{0x11, 0x77, 0x33, 0xFF}, // green
	{0x3D, 0x91, 0xB5, 0xFF}, // cyan
	{0x88, 0x22, 0x55, 0xFF}, // wine
	{0x80, 0x80, 0x2B, 0xFF}, // olive
	{0xAA, 0x44, 0x99, 0xFF}, // purple
	{0x2E, 0x8B, 0x7C, 0xFF}, // teal
	{0xA8, 0x88, 0x20, 0xFF}, // sand
}

// methodNames are the methods with a fixed look, in the order of tol.
var methodNames = []string{"aug", "joint", "control", "late", "alone"}

var methodDashes = [][]vg.Length{nil, {7, 3}, {2, 2}, {9, 3, 2, 3}, {4, 2}, {9, 2, 2, 2, 2, 2}, {12, 3}, {1, 2}, {5, 1}}

var outlines = []shape{circle, square, triangle, rhombus, under, plus, left}

// methodLooks are the looks of the methods of one figure: a known method has its own everywhere, the others take what is
// left in their order.
func methodLooks(methods []Method) []look {
	next := len(methodNames)
	out := make([]look, len(methods))
	for k, m := range methods {
		i := slices.Index(methodNames, m.Name)
		if i < 0 {
			i, next = next, next+1
		}
		out[k] = look{tol[i%len(tol)], methodDashes[i%len(methodDashes)], outlines[i%len(outlines)]}
	}
	return out
}

// classLook is colour and outline of a class in a scatter plot; nine colours and seven outlines make 63 that differ.
func classLook(class int) (color.RGBA, shape) {
	return tol[class%len(tol)], outlines[class%len(outlines)]
}

// shape is the outline of a marker on the unit circle. Unlike a glyph of gonum/plot, many of them can be one path, which
// keeps a scatter plot small.
type shape []vg.Point

var (
	circle   = shape{{X: 1, Y: 0}, {X: 0.71, Y: 0.71}, {X: 0, Y: 1}, {X: -0.71, Y: 0.71}, {X: -1, Y: 0}, {X: -0.71, Y: -0.71}, {X: 0, Y: -1}, {X: 0.71, Y: -0.71}}
	square   = shape{{X: 0.85, Y: 0.85}, {X: -0.85, Y: 0.85}, {X: -0.85, Y: -0.85}, {X: 0.85, Y: -0.85}}
	triangle = shape{{X: 0, Y: 1.2}, {X: -1.05, Y: -0.8}, {X: 1.05, Y: -0.8}}
	rhombus  = shape{{X: 0, Y: 1.25}, {X: -1.25, Y: 0}, {X: 0, Y: -1.25}, {X: 1.25, Y: 0}}
	under    = shape{{X: 0, Y: -1.2}, {X: 1.05, Y: 0.8}, {X: -1.05, Y: 0.8}}
	left     = shape{{X: -1.2, Y: 0}, {X: 0.8, Y: -1.05}, {X: 0.8, Y: 1.05}}
	plus     = shape{{X: 0.4, Y: 0.4}, {X: 0.4, Y: 1.2}, {X: -0.4, Y: 1.2}, {X: -0.4, Y: 0.4}, {X: -1.2, Y: 0.4}, {X: -1.2, Y: -0.4}, {X: -0.4, Y: -0.4}, {X: -0.4, Y: -1.2}, {X: 0.4, Y: -1.2}, {X: 0.4, Y: -0.4}, {X: 1.2, Y: -0.4}, {X: 1.2, Y: 0.4}}
)

// trace adds the outline around pt to a path.
func (s shape) trace(p *vg.Path, pt vg.Point, radius vg.Length) {
	for i, q := range s {
		at := vg.Point{X: tenths(pt.X + radius*q.X), Y: tenths(pt.Y + radius*q.Y)}
		if i == 0 {
			p.Move(at)
		} else {
			p.Line(at)
		}
	}
	p.Close()
}

// tenths rounds to a tenth of a pixel, which is fine enough and short in the file.
func tenths(x vg.Length) vg.Length { return vg.Length(math.Round(float64(x)*10) / 10) }

// DrawGlyph fills the outline around pt.
func (s shape) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	var p vg.Path
	s.trace(&p, pt, sty.Radius)
	c.SetColor(sty.Color)
	c.Fill(p)
}
