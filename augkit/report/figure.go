package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"image/color"
	"regexp"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Figure is a picture made from runs. SVG is a whole document without outside references.
type Figure struct {
	Title string
	Alt   string // what the figure shows, in words; also in the SVG's desc
	SVG   []byte

	width, height float64
	paint         func(draw.Canvas) // the same picture without its card, for [Figure.PNG]
}

// Size of a figure in CSS pixels, before the page scales it.
const (
	figureWidth  = 640
	figureHeight = 340
	margin       = 14
	rowHeight    = 20 // of a legend or study row
	textSize     = 13
)

// The stack starts with fonts of the widths that gonum/plot lays out by.
const fontStack = `Arial, Helvetica, 'Liberation Sans', sans-serif`

func styled(size float64, c color.Color, x text.XAlignment, y text.YAlignment) text.Style {
	f := font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, vg.Length(size))
	return text.Style{Color: c, Font: f, XAlign: x, YAlign: y, Handler: plot.DefaultTextHandler}
}

// newPlot is an empty plot with the project's type sizes and colours.
func newPlot(x, y string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = color.Transparent
	for _, a := range []struct {
		axis  *plot.Axis
		label string
	}{{&p.X, x}, {&p.Y, y}} {
		a.axis.Label.Text = a.label
		rotation := a.axis.Label.TextStyle.Rotation
		a.axis.Label.TextStyle = styled(textSize, ink, draw.XCenter, a.axis.Label.TextStyle.YAlign)
		a.axis.Label.TextStyle.Rotation = rotation
		a.axis.Label.Padding = 4
		tick := a.axis.Tick.Label
		a.axis.Tick.Label = styled(textSize-1, muted, tick.XAlign, tick.YAlign)
		a.axis.LineStyle.Color, a.axis.Tick.LineStyle.Color = muted, muted
	}
	return p
}

// entry is one legend item.
type entry struct {
	name string
	line *draw.LineStyle
	mark *draw.GlyphStyle
}

// frame is what stands around the data of a figure.
type frame struct {
	title, alt string
	caption    string // below the title; may be empty
	height     float64
	legend     []entry
}

// render draws the title, the caption and the legend, each in rows of its own so that they cannot cover data, and the
// rest with body.
func render(f frame, body func(draw.Canvas)) Figure {
	small := styled(textSize-1, muted, draw.XLeft, draw.YCenter)
	caption := wrap(f.caption, small, figureWidth-2*margin)
	sty := styled(textSize, ink, draw.XLeft, draw.YCenter)
	width := func(e entry) vg.Length { return 34 + sty.Width(e.name) + 18 }
	var rows [][]entry
	var used vg.Length
	for _, e := range f.legend {
		if len(rows) == 0 || used+width(e) > figureWidth-2*margin {
			rows, used = append(rows, nil), 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		used += width(e)
	}
	height := f.height + float64(len(rows)+len(caption))*rowHeight
	paint := func(c draw.Canvas) {
		c = draw.Crop(c, margin, -margin, margin, -margin)
		heading := styled(textSize+2, ink, draw.XLeft, draw.YTop)
		heading.Font.Weight = 2 // bold
		c.FillText(heading, vg.Point{X: c.Min.X, Y: c.Max.Y}, f.title)
		c.Max.Y -= 26
		for _, l := range caption {
			c.FillText(small, vg.Point{X: c.Min.X, Y: c.Max.Y - rowHeight/2}, l)
			c.Max.Y -= rowHeight
		}
		for _, row := range rows {
			x, y := c.Min.X, c.Max.Y-rowHeight/2
			for _, e := range row {
				if e.line != nil {
					c.StrokeLine2(*e.line, x, y, x+28, y)
				}
				if e.mark != nil {
					c.DrawGlyph(*e.mark, vg.Point{X: x + 14, Y: y})
				}
				c.FillText(sty, vg.Point{X: x + 34, Y: y}, e.name)
				x += width(e)
			}
			c.Max.Y -= rowHeight
		}
		c.Max.Y -= 6
		body(c)
	}
	canvas := vgsvg.New(figureWidth, vg.Length(height))
	paint(draw.New(canvas))
	var raw bytes.Buffer
	if _, err := canvas.WriteTo(&raw); err != nil {
		return message(f.title, "The figure could not be drawn: "+err.Error())
	}
	_, inner, ok := strings.Cut(raw.String(), "<g transform")
	if !ok {
		return message(f.title, "The figure could not be drawn: the SVG backend has changed its output.")
	}
	inner = "<g transform" + strings.TrimSuffix(strings.TrimSpace(inner), "</svg>")
	inner = strings.ReplaceAll(inner, vgImage, ownImage)
	return document(f.title, f.alt, figureWidth, height, inner, paint)
}

// The SVG backend calls its PNGs JPEG and links them by a name space that [document] does not declare.
const (
	vgImage  = `xlink:href="data:image/jpg;base64,`
	ownImage = `preserveAspectRatio="none" style="image-rendering:pixelated" href="data:image/png;base64,`
)

// wrap cuts a text at spaces into lines no wider than width.
func wrap(s string, sty text.Style, width vg.Length) []string {
	var lines []string
	for _, w := range strings.Fields(s) {
		if n := len(lines); n > 0 && sty.Width(lines[n-1]+" "+w) < width {
			lines[n-1] += " " + w
			continue
		}
		lines = append(lines, w)
	}
	return lines
}

var fontFamily = regexp.MustCompile(`font-family:[^;]*;font-variant:[^;]*;`)

// document wraps SVG elements: card, text alternative, font, and ids made from the content, so that two figures on a
// page do not share them.
func document(title, alt string, width, height float64, inner string, paint func(draw.Canvas)) Figure {
	inner = fontFamily.ReplaceAllString(inner, "")
	sum := sha256.Sum256([]byte(title + alt + inner))
	id := "f" + hex.EncodeToString(sum[:6])
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]g" height="%[2]g" viewBox="0 0 %[1]g %[2]g" `+
		`role="img" aria-labelledby="%[3]s-title %[3]s-desc" font-family="%[4]s" style="max-width:100%%;height:auto">`+"\n",
		width, height, id, fontStack)
	fmt.Fprintf(&b, "<title id=\"%[1]s-title\">%[2]s</title>\n<desc id=\"%[1]s-desc\">%[3]s</desc>\n",
		id, html.EscapeString(title), html.EscapeString(alt))
	fmt.Fprintf(&b, `<rect x="0.5" y="0.5" width="%g" height="%g" rx="8" fill="%s" stroke="%s"/>`+"\n",
		width-1, height-1, hexColour(card), hexColour(border))
	b.WriteString(inner)
	b.WriteString("</svg>\n")
	return Figure{Title: title, Alt: alt, SVG: []byte(b.String()), width: width, height: height, paint: paint}
}

// pngScale is the number of pixels of a PNG to a CSS pixel, which is a point here.
const pngScale = 1.5

// PNG is the figure at one and a half pixels to the CSS pixel, for viewers that show no SVG: JupyterLab, for one, shows
// none in a notebook that came from somebody else until it is trusted.
func (f Figure) PNG() ([]byte, error) {
	if f.paint == nil {
		return nil, fmt.Errorf("report: figure %q was not made by this package", f.Title)
	}
	canvas := vgimg.NewWith(vgimg.UseWH(vg.Length(f.width), vg.Length(f.height)), vgimg.UseDPI(72*pngScale), vgimg.UseBackgroundColor(card))
	f.paint(draw.New(canvas))
	out, err := encodePNG(canvas.Image())
	if err != nil {
		return nil, fmt.Errorf("report: figure %q as PNG: %w", f.Title, err)
	}
	return out, nil
}

// message is the figure for what cannot be drawn (yet); a notebook then says why instead of failing.
func message(title, words string) Figure {
	inner := fmt.Sprintf(`<text x="%d" y="32" font-size="%d" font-weight="bold" fill="%s">%s</text>`+"\n"+
		`<text x="%d" y="58" font-size="%d" fill="%s">%s</text>`+"\n",
		margin, textSize+2, hexColour(ink), html.EscapeString(title), margin, textSize, hexColour(muted), html.EscapeString(words))
	return document(title, words, figureWidth, 80, inner, func(c draw.Canvas) {
		heading := styled(textSize+2, ink, draw.XLeft, draw.YBottom)
		heading.Font.Weight = 2 // bold
		c.FillText(heading, vg.Point{X: margin, Y: c.Max.Y - 32}, title)
		c.FillText(styled(textSize, muted, draw.XLeft, draw.YBottom), vg.Point{X: margin, Y: c.Max.Y - 58}, words)
	})
}

func hexColour(c color.RGBA) string { return fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B) }
