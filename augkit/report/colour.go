package report

import (
	"hash/fnv"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Colours of the card and of what is neither a modality nor fused; text keeps 4.5:1 to the card, lines 3:1.
var (
	card   = color.RGBA{0xFF, 0xFF, 0xFF, 0xFF}
	border = color.RGBA{0xD0, 0xD0, 0xD0, 0xFF}
	grid   = color.RGBA{0xDC, 0xDC, 0xDC, 0xFF}
	ink    = color.RGBA{0x22, 0x22, 0x22, 0xFF}
	muted  = color.RGBA{0x59, 0x59, 0x59, 0xFF}
)

// look is how one predictor is drawn everywhere; dashes and marker tell it apart without colour.
type look struct {
	colour color.RGBA
	dashes []vg.Length
	marker draw.GlyphDrawer
}

// The hues are those of Okabe and Ito ("Color Universal Design", 2008), which colour-blind readers can tell apart;
// orange, sky blue and yellow are darkened to keep 3:1 to the card.
var (
	looks = map[string]look{
		fusedName:       {ink, nil, draw.CircleGlyph{}},
		"image":         {color.RGBA{0x00, 0x72, 0xB2, 0xFF}, []vg.Length{7, 3}, draw.BoxGlyph{}},
		"audio":         {color.RGBA{0xD5, 0x5E, 0x00, 0xFF}, []vg.Length{2, 2}, draw.PyramidGlyph{}},
		"text":          {color.RGBA{0x00, 0x9E, 0x73, 0xFF}, []vg.Length{9, 3, 2, 3}, diamond{}},
		"accelerometer": {color.RGBA{0xC4, 0x6E, 0x9E, 0xFF}, []vg.Length{7, 3}, draw.BoxGlyph{}},
		"gyroscope":     {color.RGBA{0xB5, 0x7C, 0x00, 0xFF}, []vg.Length{2, 2}, draw.PyramidGlyph{}},
	}
	otherLooks = []look{
		{color.RGBA{0x2F, 0x8F, 0xC6, 0xFF}, []vg.Length{4, 2}, draw.PlusGlyph{}},
		{color.RGBA{0x8F, 0x87, 0x00, 0xFF}, []vg.Length{9, 2, 2, 2, 2, 2}, draw.CrossGlyph{}},
	}
)

// lookOf is fixed for the modalities that the data sets have; another name always takes the same one of what is left.
func lookOf(name string) look {
	if l, ok := looks[name]; ok {
		return l
	}
	h := fnv.New32a()
	h.Write([]byte(name))
	return otherLooks[h.Sum32()%uint32(len(otherLooks))]
}

// Colour is the colour of a modality, or of "fused", in all figures; for slides and live panels that go with them.
func Colour(name string) color.RGBA { return lookOf(name).colour }

// diamond is a square on its corner, which gonum/plot lacks.
type diamond struct{}

// DrawGlyph draws the diamond around pt.
func (diamond) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	c.SetColor(sty.Color)
	r := sty.Radius * 1.2
	c.Fill(vg.Path{
		{Type: vg.MoveComp, Pos: vg.Point{X: pt.X, Y: pt.Y + r}},
		{Type: vg.LineComp, Pos: vg.Point{X: pt.X + r, Y: pt.Y}},
		{Type: vg.LineComp, Pos: vg.Point{X: pt.X, Y: pt.Y - r}},
		{Type: vg.LineComp, Pos: vg.Point{X: pt.X - r, Y: pt.Y}},
		{Type: vg.CloseComp},
	})
}

// ring is a circle line of 2 px, for what is marked without hiding the data below.
type ring struct{}

// DrawGlyph draws the ring around pt.
func (ring) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	c.SetLineStyle(draw.LineStyle{Color: sty.Color, Width: 2})
	var p vg.Path
	p.Move(vg.Point{X: pt.X + sty.Radius, Y: pt.Y})
	p.Arc(pt, sty.Radius, 0, 2*math.Pi)
	p.Close()
	c.Stroke(p)
}

// faded mixes a colour with the card, so that many points can overlap without transparency.
func faded(c color.RGBA) color.RGBA {
	mix := func(a, b uint8) uint8 { return uint8((int(a)*11 + int(b)*9) / 20) }
	return color.RGBA{mix(c.R, card.R), mix(c.G, card.G), mix(c.B, card.B), 0xFF}
}
