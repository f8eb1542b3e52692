package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Block is a part of a [Study]: the rows for one modality, or for "fused", which also gives the colour.
type Block struct {
	Name      string
	Rows      []Row
	Reference int // index of the row that the others are compared with
}

// Row is one method in a [Block].
type Row struct {
	Name   string
	Values []float64 // one for each split (or seed), in the same order in all rows
	// Difference is the paired interval of this row minus the block's reference; nil for the reference itself.
	Difference *stats.Interval
}

// Method is a named set of runs that differ in split and seed only.
type Method struct {
	Name string
	Runs []*runlog.Run
}

// NewBlock picks one number from each run of each method and compares the methods with the one at index reference by
// [Compare]; its errors are those of Compare.
func NewBlock(name string, pick func(*runlog.Run) float64, reference int, methods ...Method) (Block, error) {
	if reference < 0 || reference >= len(methods) {
		return Block{}, fmt.Errorf("report: block %q: reference %d of %d methods", name, reference, len(methods))
	}
	b := Block{Name: name, Reference: reference}
	for i, m := range methods {
		runs := slices.SortedFunc(slices.Values(m.Runs), func(x, y *runlog.Run) int {
			return cmp.Or(cmp.Compare(x.Experiment.Data.Split, y.Experiment.Data.Split),
				cmp.Compare(x.Experiment.Train.Seed, y.Experiment.Train.Seed))
		})
		row := Row{Name: m.Name}
		for _, r := range runs {
			row.Values = append(row.Values, pick(r))
		}
		if i != reference {
			iv, err := Compare(m.Runs, methods[reference].Runs, pick)
			if err != nil {
				return Block{}, fmt.Errorf("%s, %s against %s: %w", name, m.Name, methods[reference].Name, err)
			}
			row.Difference = &iv
		}
		b.Rows = append(b.Rows, row)
	}
	return b, nil
}

// Differences are the block's rows against its reference, for a [Forest].
func (b Block) Differences() []Difference {
	var out []Difference
	for _, r := range b.Rows {
		if r.Difference != nil {
			out = append(out, Difference{Name: b.Name + ", " + r.Name, Modality: b.Name, Interval: *r.Difference})
		}
	}
	return out
}

// Study is a dot plot of a comparison. Each row has a small dot for each split, at the same height in all rows, and a
// large marker at their mean. The bar is the paired interval of the difference, drawn from the reference's mean: where
// it misses the thin upright line of that mean, the difference is claimed. Axis names the quantity with its unit,
// caption the protocol, the number of splits and the kind of interval; it is drawn below the title.
func Study(title, axis, caption string, blocks []Block) Figure {
	p := newPlot(axis, "")
	var at []plot.Tick
	var words []string
	y := 0.0
	low, high := math.Inf(1), math.Inf(-1)
	for _, b := range blocks {
		if b.Reference < 0 || b.Reference >= len(b.Rows) || len(b.Rows[b.Reference].Values) == 0 {
			return message(title, fmt.Sprintf("The block %q has no values for its reference row.", b.Name))
		}
		reference := stats.Mean(b.Rows[b.Reference].Values)
		heading := y
		y--
		top := y
		for i, r := range b.Rows {
			if len(r.Values) == 0 {
				return message(title, fmt.Sprintf("The row %q of %q has no values.", r.Name, b.Name))
			}
			at = append(at, plot.Tick{Value: y, Label: r.Name})
			m := studyRow{y: y, look: lookOf(b.Name), row: r, mean: stats.Mean(r.Values), reference: reference}
			p.Add(m)
			low, high = math.Min(low, m.low()), math.Max(high, m.high())
			words = append(words, fmt.Sprintf("%s, %s: %.3f", b.Name, r.Name, m.mean)+differenceWords(r, i == b.Reference))
			y--
		}
		p.Add(block{b.Name, heading, reference, top + 0.5, y + 0.5, lookOf(b.Name)})
		y -= 0.3
	}
	if len(at) == 0 || math.IsInf(low, 0) || math.IsNaN(low) || math.IsNaN(high) {
		return message(title, "There is nothing to compare yet.")
	}
	room := math.Max((high-low)/20, 1e-3)
	p.X.Min, p.X.Max = low-room, high+room
	p.Y.Min, p.Y.Max = y+0.5, 0.6
	p.Y.Tick.Marker = plot.ConstantTicks(at)
	p.Y.Tick.Length, p.Y.Width, p.Y.Padding = 0, 0, 0
	height := 100 + rowHeight*1.15*-y
	alt := caption + " " + strings.Join(words, "; ") + "."
	return render(frame{title: title, alt: alt, caption: caption, height: height}, p.Draw)
}

func differenceWords(r Row, reference bool) string {
	switch {
	case reference:
		return " (reference)"
	case r.Difference == nil:
		return ""
	case r.Difference.ExcludesZero():
		return fmt.Sprintf(", differs by %s", r.Difference)
	}
	return fmt.Sprintf(", no difference claimed, %s", r.Difference)
}

// studyRow draws the dots, the mean and the bar of one row.
type studyRow struct {
	y               float64
	look            look
	row             Row
	mean, reference float64
}

// Plot draws the row.
func (r studyRow) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	if d := r.row.Difference; d != nil {
		bar(c, r.look, tx(r.reference+d.Low), tx(r.reference+d.High), ty(r.y))
	}
	dot := draw.GlyphStyle{Color: faded(r.look.colour), Radius: 2.2, Shape: draw.CircleGlyph{}}
	for i, v := range r.row.Values {
		// The same split keeps its height, so that pairs can be followed by eye.
		shift := 7 * (float64(i)/math.Max(1, float64(len(r.row.Values)-1)) - 0.5)
		c.DrawGlyph(dot, vg.Point{X: tx(v), Y: ty(r.y) - vg.Length(shift)})
	}
	at := vg.Point{X: tx(r.mean), Y: ty(r.y)}
	c.DrawGlyph(draw.GlyphStyle{Color: card, Radius: 6, Shape: r.look.marker}, at)
	c.DrawGlyph(draw.GlyphStyle{Color: r.look.colour, Radius: 4.5, Shape: r.look.marker}, at)
}

// bar draws an interval with its two ends.
func bar(c draw.Canvas, l look, low, high, y vg.Length) {
	line := draw.LineStyle{Color: l.colour, Width: 2}
	c.StrokeLine2(line, low, y, high, y)
	for _, x := range []vg.Length{low, high} {
		c.StrokeLine2(line, x, y-4, x, y+4)
	}
}

func (r studyRow) low() float64  { return r.limit(math.Min, -1) }
func (r studyRow) high() float64 { return r.limit(math.Max, 1) }

func (r studyRow) limit(pick func(a, b float64) float64, side float64) float64 {
	v := r.mean
	for _, x := range r.row.Values {
		v = pick(v, x)
	}
	if d := r.row.Difference; d != nil {
		end := d.Low
		if side > 0 {
			end = d.High
		}
		v = pick(v, r.reference+end)
	}
	return v
}

// block draws the heading of a block and the upright line at the mean of its reference.
type block struct {
	name        string
	heading     float64
	reference   float64
	top, bottom float64
	look        look
}

// Plot draws the heading and the line.
func (b block) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	heading := styled(textSize, ink, draw.XLeft, draw.YCenter)
	heading.Font.Weight = 2 // bold
	at := vg.Point{X: c.Min.X + 6, Y: ty(b.heading)}
	c.DrawGlyph(draw.GlyphStyle{Color: b.look.colour, Radius: 4.5, Shape: b.look.marker}, at)
	at.X += 10
	c.FillText(heading, at, b.name)
	dotted := draw.LineStyle{Color: muted, Width: 1, Dashes: []vg.Length{2, 2}}
	c.StrokeLine2(dotted, tx(b.reference), ty(b.top), tx(b.reference), ty(b.bottom))
}
