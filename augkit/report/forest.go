package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/augkit/aug/augkit/stats"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Difference is one line of a [Forest].
type Difference struct {
	Name     string
	Modality string // or "fused"; gives the colour
	Interval stats.Interval
}

// Forest shows paired differences against a reference with their intervals and a line at zero. A filled marker means
// that the interval excludes zero, a hollow one that nothing is claimed. Axis names the quantity with its unit, caption
// the reference, the protocol and the kind of interval.
func Forest(title, axis, caption string, rows []Difference) Figure {
	if len(rows) == 0 {
		return message(title, "There is nothing to compare yet.")
	}
	p := newPlot(axis, "")
	var at []plot.Tick
	var words []string
	low, high := 0.0, 0.0
	for i, r := range rows {
		iv := r.Interval
		if bad := iv.Low + iv.Mean + iv.High; math.IsNaN(bad) || math.IsInf(bad, 0) {
			return message(title, fmt.Sprintf("The interval of %q is not finite.", r.Name))
		}
		y := -float64(i)
		at = append(at, plot.Tick{Value: y, Label: r.Name})
		p.Add(forestRow{y, lookOf(r.Modality), iv})
		low, high = math.Min(low, iv.Low), math.Max(high, iv.High)
		claim := "not claimed"
		if iv.ExcludesZero() {
			claim = "claimed"
		}
		words = append(words, fmt.Sprintf("%s: %s, %s", r.Name, iv, claim))
	}
	room := math.Max((high-low)/20, 1e-3)
	p.X.Min, p.X.Max = low-room, high+room
	p.Y.Min, p.Y.Max = -float64(len(rows))+0.4, 0.6
	p.Y.Tick.Marker = plot.ConstantTicks(at)
	p.Y.Tick.Length, p.Y.Width, p.Y.Padding = 0, 0, 0
	height := 100 + 26*float64(len(rows))
	alt := caption + " " + strings.Join(words, "; ") + "."
	return render(frame{title: title, alt: alt, caption: caption, height: height}, func(c draw.Canvas) {
		// The numbers stand in a column of their own, right of the data.
		const column = 150
		left := draw.Crop(c, 0, -column, 0, 0)
		data := p.DataCanvas(left)
		tx, ty := p.Transforms(&data)
		zero := draw.LineStyle{Color: muted, Width: 1.2}
		c.StrokeLine2(zero, tx(0), data.Min.Y, tx(0), data.Max.Y)
		p.Draw(left)
		number := styled(textSize-1, ink, draw.XRight, draw.YCenter)
		for i, r := range rows {
			c.FillText(number, vg.Point{X: c.Max.X, Y: ty(-float64(i))}, minus(r.Interval.String()))
		}
	})
}

// minus uses the sign that is as wide as a plus.
func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }

// forestRow draws one interval.
type forestRow struct {
	y        float64
	look     look
	interval stats.Interval
}

// Plot draws the interval and its marker.
func (r forestRow) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	y := ty(r.y)
	bar(c, r.look, tx(r.interval.Low), tx(r.interval.High), y)
	at := vg.Point{X: tx(r.interval.Mean), Y: y}
	c.DrawGlyph(draw.GlyphStyle{Color: r.look.colour, Radius: 5.5, Shape: r.look.marker}, at)
	if !r.interval.ExcludesZero() {
		c.DrawGlyph(draw.GlyphStyle{Color: card, Radius: 3, Shape: r.look.marker}, at)
	}
}
