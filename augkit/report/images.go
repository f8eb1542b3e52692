package report

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"

	xdraw "golang.org/x/image/draw"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Picture is one cell of an [ImageGrid].
type Picture struct {
	Image image.Image
	Word  string // first line below, such as the text of the sample
	Class string // second line, smaller
}

// RGB makes a picture of the raw values of an image sample, [height, width, 3] row-major in 0…1. It panics when pixels
// has another length.
func RGB(pixels []float32, height, width int) image.Image {
	if len(pixels) != height*width*3 {
		panic(fmt.Sprintf("report: RGB: %d values for %d×%d×3", len(pixels), height, width))
	}
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	level := func(v float32) uint8 { return uint8(math.Round(255 * math.Min(1, math.Max(0, float64(v))))) }
	for i := range height * width {
		m.Set(i%width, i/width, color.RGBA{level(pixels[3*i]), level(pixels[3*i+1]), level(pixels[3*i+2]), 0xFF})
	}
	return m
}

// ImageGrid shows small pictures in rows of columns, each with its word and class below. The pictures are part of the
// SVG. Small ones are enlarged with sharp pixels.
func ImageGrid(title string, columns int, pictures []Picture) Figure {
	if len(pictures) == 0 || columns < 1 {
		return message(title, "There are no pictures to show.")
	}
	const gap, top, below = 12, 46, 44
	cell := float64(figureWidth-2*margin-(columns-1)*gap) / float64(columns)
	side := math.Min(cell, 128)
	rows := (len(pictures) + columns - 1) / columns
	height := float64(top) + float64(rows)*(side+below) + margin
	var b strings.Builder
	fmt.Fprintf(&b, `<text x="%d" y="28" font-size="%d" font-weight="bold" fill="%s">%s</text>`+"\n",
		margin, textSize+2, hexColour(ink), html.EscapeString(title))
	var words []string
	for i, q := range pictures {
		var raw bytes.Buffer
		if err := png.Encode(&raw, q.Image); err != nil {
			return message(title, fmt.Sprintf("Picture %d (%s) could not be encoded: %v", i, q.Word, err))
		}
		middle := margin + float64(i%columns)*(cell+gap) + cell/2
		y := float64(top) + float64(i/columns)*(side+below)
		name := html.EscapeString(strings.TrimSpace(q.Word + ", " + q.Class))
		fmt.Fprintf(&b, `<image x="%.5g" y="%.5g" width="%.5g" height="%.5g" style="image-rendering:pixelated" `+
			`href="data:image/png;base64,%s"><title>%s</title></image>`+"\n",
			middle-side/2, y, side, side, base64.StdEncoding.EncodeToString(raw.Bytes()), name)
		fmt.Fprintf(&b, `<text text-anchor="middle" x="%.5g" y="%.5g" font-size="%d" fill="%s">%s</text>`+"\n",
			middle, y+side+16, textSize, hexColour(ink), html.EscapeString(shorten(q.Word, textSize, cell)))
		fmt.Fprintf(&b, `<text text-anchor="middle" x="%.5g" y="%.5g" font-size="%d" fill="%s">%s</text>`+"\n",
			middle, y+side+32, textSize-2, hexColour(muted), html.EscapeString(shorten(q.Class, textSize-2, cell)))
		words = append(words, strings.TrimSpace(q.Word+" ("+q.Class+")"))
	}
	alt := fmt.Sprintf("%d pictures: %s.", len(pictures), strings.Join(words, ", "))
	return document(title, alt, figureWidth, height, b.String(), func(c draw.Canvas) {
		heading := styled(textSize+2, ink, draw.XLeft, draw.YBottom)
		heading.Font.Weight = 2 // bold
		c.FillText(heading, vg.Point{X: margin, Y: c.Max.Y - 28}, title)
		for i, q := range pictures {
			middle := vg.Length(math.Round(margin + float64(i%columns)*(cell+gap) + cell/2)) // whole pixels stay sharp
			y := c.Max.Y - vg.Length(float64(top)+float64(i/columns)*(side+below)+side)
			c.DrawImage(vg.Rectangle{Min: vg.Point{X: middle - vg.Length(side/2), Y: y}, Max: vg.Point{X: middle + vg.Length(side/2), Y: y + vg.Length(side)}}, enlarged(q.Image, side, side))
			c.FillText(styled(textSize, ink, draw.XCenter, draw.YBottom), vg.Point{X: middle, Y: y - 16}, shorten(q.Word, textSize, cell))
			c.FillText(styled(textSize-2, muted, draw.XCenter, draw.YBottom), vg.Point{X: middle, Y: y - 32}, shorten(q.Class, textSize-2, cell))
		}
	})
}

// enlarged repeats pixels up to the size that a picture has in a PNG: sharp as in the SVG, and a smooth enlargement would
// make the file ten times as large.
func enlarged(m image.Image, width, height float64) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, int(math.Round(width*pngScale)), int(math.Round(height*pngScale))))
	xdraw.NearestNeighbor.Scale(out, out.Bounds(), m, m.Bounds(), xdraw.Src, nil)
	return out
}

// shorten cuts a text that is wider than its cell.
func shorten(s string, size, width float64) string {
	sty := styled(size, ink, draw.XLeft, draw.YCenter)
	if float64(sty.Width(s)) <= width {
		return s
	}
	r := []rune(s)
	for len(r) > 1 && float64(sty.Width(string(r)+"…")) > width {
		r = r[:len(r)-1]
	}
	return string(r) + "…"
}
