package report

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// mostPoints keeps the SVG of a scatter plot small; more would only cover each other.
const mostPoints = 600

// Embedding is a scatter plot of samples in two dimensions, such as the first two of [PCA], with a colour and an outline
// for each class. Caption says what the dimensions are. Of more than 600 samples every k-th of a class is drawn, as the
// caption then says. The axes have one scale, so that distances can be compared.
func Embedding(title, caption string, points [][]float64, labels []int, classes []string) Figure {
	if problem := badPoints(points, labels, classes); problem != "" {
		return message(title, problem)
	}
	byClass := make([][]int, len(classes))
	low, high := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for i, q := range points {
		byClass[labels[i]] = append(byClass[labels[i]], i)
		for k := range 2 {
			low[k], high[k] = math.Min(low[k], q[k]), math.Max(high[k], q[k])
		}
	}
	step := (len(points) + mostPoints - 1) / mostPoints
	p := newPlot("first component", "second component")
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = low[0], high[0], low[1], high[1]
	drawn := 0
	var legend []entry
	var words []string
	for c, members := range byClass {
		if len(members) == 0 {
			continue
		}
		colour, outline := classLook(c)
		s := scatter{colour: colour, outline: outline, radius: 2.6}
		middle := [2]float64{}
		for n, i := range members {
			middle[0], middle[1] = middle[0]+points[i][0], middle[1]+points[i][1]
			if n%step == 0 {
				s.at = append(s.at, points[i])
			}
		}
		drawn += len(s.at)
		p.Add(s)
		legend = append(legend, entry{name: classes[c], mark: &draw.GlyphStyle{Color: colour, Radius: 4, Shape: outline}})
		n := float64(len(members))
		words = append(words, fmt.Sprintf("%s, %d, around (%.2g, %.2g)", classes[c], len(members), middle[0]/n, middle[1]/n))
	}
	if drawn < len(points) {
		caption = strings.TrimSpace(caption + fmt.Sprintf(" %d of %d samples are drawn.", drawn, len(points)))
	}
	alt := fmt.Sprintf("%s %d samples in two dimensions. Classes with their number and centre: %s.", caption, len(points), strings.Join(words, "; "))
	return render(frame{title: title, alt: strings.TrimSpace(alt), caption: caption, height: figureHeight + 90, legend: legend}, func(c draw.Canvas) {
		equalScale(p, c)
		p.Draw(c)
	})
}

// equalScale widens the axis that is drawn larger, so that a unit has the same length on both.
func equalScale(p *plot.Plot, c draw.Canvas) {
	size := p.DataCanvas(c).Size()
	unit := math.Max((p.X.Max-p.X.Min)/float64(size.X), (p.Y.Max-p.Y.Min)/float64(size.Y))
	unit = math.Max(unit, 1e-9) * 1.06 // room for the markers at the edge
	for axis, length := range map[*plot.Axis]vg.Length{&p.X: size.X, &p.Y: size.Y} {
		middle := (axis.Min + axis.Max) / 2
		axis.Min, axis.Max = middle-unit*float64(length)/2, middle+unit*float64(length)/2
	}
}

// scatter draws the points of one class as a single path.
type scatter struct {
	at      [][]float64
	colour  color.RGBA
	outline shape
	radius  vg.Length
}

// Plot draws the points.
func (s scatter) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	var path vg.Path
	for _, q := range s.at {
		s.outline.trace(&path, vg.Point{X: tx(q[0]), Y: ty(q[1])}, s.radius)
	}
	c.SetColor(s.colour)
	c.Fill(path)
}
