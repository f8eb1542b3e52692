package report

import (
	"image"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// tiled draws plots in rows whose data areas are in line: one width for all, and heights in the proportion of the rows'
// weights. A nil plot leaves its place empty. (plot.Align loses its way where some panels have axis labels and others
// none.)
func tiled(c draw.Canvas, plots [][]*plot.Plot, weights ...float64) {
	const padX, padY = 16, 8
	columns := len(plots[0])
	margins := make([][]edges, len(plots))
	left, right := make([]vg.Length, columns), make([]vg.Length, columns)
	above, below := make([]vg.Length, len(plots)), make([]vg.Length, len(plots))
	for i, row := range plots {
		margins[i] = make([]edges, columns)
		for j, p := range row {
			if p == nil {
				continue
			}
			data := p.DataCanvas(c)
			e := edges{data.Min.X - c.Min.X, c.Max.X - data.Max.X, c.Max.Y - data.Max.Y, data.Min.Y - c.Min.Y}
			margins[i][j] = e
			left[j], right[j] = max(left[j], e.left), max(right[j], e.right)
			above[i], below[i] = max(above[i], e.above), max(below[i], e.below)
		}
	}
	size := c.Size()
	width := (size.X - sum(left) - sum(right) - padX*vg.Length(columns-1)) / vg.Length(columns)
	height := size.Y - sum(above) - sum(below) - padY*vg.Length(len(plots)-1)
	if len(weights) == 0 {
		weights = slices.Repeat([]float64{1}, len(plots))
	}
	total := vg.Length(sum(weights))
	y := c.Max.Y
	for i, row := range plots {
		y -= above[i]
		h := height * vg.Length(weights[i]) / total
		x := c.Min.X
		for j, p := range row {
			x += left[j]
			if p != nil {
				e := margins[i][j]
				panel := c
				panel.Rectangle = vg.Rectangle{Min: vg.Point{X: x - e.left, Y: y - h - e.below}, Max: vg.Point{X: x + width + e.right, Y: y + e.above}}
				p.Draw(panel)
			}
			x += width + right[j] + padX
		}
		y -= h + below[i] + padY
	}
}

// edges are the margins of a plot around its data.
type edges struct{ left, right, above, below vg.Length }

func sum[T ~float64](x []T) T {
	var s T
	for _, v := range x {
		s += v
	}
	return s
}

// heading sets the title of one panel of a figure.
func heading(p *plot.Plot, words string) {
	p.Title.Text = words
	p.Title.TextStyle = styled(textSize, ink, draw.XCenter, draw.YTop)
	p.Title.Padding = 4
}

// band is the area around a line. It is tinted, not opaque, since bands overlap.
func band(l curve) *plotter.Polygon {
	ring := make(plotter.XYs, 0, 2*len(l.xy))
	for i, q := range l.xy {
		ring = append(ring, plotter.XY{X: q.X, Y: q.Y + l.half[i]})
	}
	for i := len(l.xy) - 1; i >= 0; i-- {
		ring = append(ring, plotter.XY{X: l.xy[i].X, Y: l.xy[i].Y - l.half[i]})
	}
	c := l.look.colour
	return &plotter.Polygon{XYs: []plotter.XYs{ring}, Color: color.NRGBA{c.R, c.G, c.B, 0x24}}
}

// upright draws thin vertical lines over the whole height of a plot.
type upright struct {
	at    []float64
	style draw.LineStyle
}

// Plot draws the lines.
func (u upright) Plot(c draw.Canvas, p *plot.Plot) {
	tx, _ := p.Transforms(&c)
	for _, x := range u.at {
		c.StrokeLine2(u.style, tx(x), c.Min.Y, tx(x), c.Max.Y)
	}
}

// raster draws a picture with sharp pixels, as it stands in an SVG, which enlarges it by itself.
func raster(c draw.Canvas, r vg.Rectangle, m image.Image) {
	below := c.Canvas
	for inner, wrapped := below.(draw.Canvas); wrapped; inner, wrapped = below.(draw.Canvas) { // draw.Crop wraps
		below = inner.Canvas
	}
	if _, bitmap := below.(*vgimg.Canvas); bitmap {
		for _, p := range []*vg.Point{&r.Min, &r.Max} { // whole pixels stay sharp
			p.X, p.Y = vg.Length(math.Round(float64(p.X)*pngScale)/pngScale), vg.Length(math.Round(float64(p.Y)*pngScale)/pngScale)
		}
		size := r.Size()
		m = enlarged(m, float64(size.X), float64(size.Y))
	}
	c.DrawImage(r, m)
}

// fill paints a rectangle.
func fill(c draw.Canvas, r vg.Rectangle, colour color.Color) {
	c.SetColor(colour)
	c.Fill(r.Path())
}

// shades are the steps of the one sequential colour scale, from none to all: a single hue whose lightness falls evenly,
// so that it reads without colour and in print.
var shades = []color.RGBA{{0xF7, 0xFB, 0xFF, 0xFF}, {0xC9, 0xDF, 0xF0, 0xFF}, {0x8F, 0xC0, 0xE0, 0xFF}, {0x4A, 0x98, 0xC9, 0xFF}, {0x1B, 0x6A, 0xAF, 0xFF}, {0x08, 0x30, 0x6B, 0xFF}}

// shade is the colour of a share of 0 to 1.
func shade(share float64) color.RGBA {
	at := math.Min(1, math.Max(0, share)) * float64(len(shades)-1)
	i := min(int(at), len(shades)-2)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (at-float64(i))*(float64(b)-float64(a)))) }
	a, b := shades[i], shades[i+1]
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xFF}
}

// inkOn is the text colour with more contrast to a shade.
func inkOn(c color.RGBA) color.RGBA {
	if luminance(c) > 0.22 {
		return ink
	}
	return card
}

// luminance is the relative luminance of WCAG 2.
func luminance(c color.RGBA) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// colourBar draws the scale with its two ends and a name, left to right.
func colourBar(c draw.Canvas, r vg.Rectangle, low, high, name string) {
	m := image.NewRGBA(image.Rect(0, 0, 64, 1))
	for x := range 64 {
		m.Set(x, 0, shade(float64(x)/63))
	}
	raster(c, r, m)
	c.StrokeLines(draw.LineStyle{Color: border, Width: 1}, []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}, r.Min})
	middle := (r.Min.Y + r.Max.Y) / 2
	c.FillText(styled(textSize-1, muted, draw.XRight, draw.YCenter), vg.Point{X: r.Min.X - 6, Y: middle}, name+": "+low)
	c.FillText(styled(textSize-1, muted, draw.XLeft, draw.YCenter), vg.Point{X: r.Max.X + 6, Y: middle}, high)
}
