package report

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// Panel is one scatter plot of [Embeddings]: the same samples in two dimensions of their own, such as the first two of
// [PCA]. Words stand above it.
type Panel struct {
	Words  string
	Points [][]float64 // [samples, 2]
}

// panelPoints is what a panel shows at most; it is smaller than an [Embedding].
const panelPoints = 240

// Embeddings are scatter plots of the same samples side by side, such as a modality's features at several stages of
// training in a row, with a colour and an outline for each class. Each panel has its own scale, the same on both axes,
// since features of different networks share none. Of more than 240 samples every k-th of a class is drawn, the same
// ones in all panels, as the caption then says.
func Embeddings(title, caption string, rows [][]Panel, labels []int, classes []string) Figure {
	if len(rows) == 0 || len(rows[0]) == 0 {
		return message(title, "There are no panels to show.")
	}
	for _, row := range rows {
		if len(row) != len(rows[0]) {
			return message(title, "The rows have different numbers of panels.")
		}
		for _, p := range row {
			if problem := badPoints(p.Points, labels, classes); problem != "" {
				return message(title, p.Words+": "+problem)
			}
		}
	}
	step := (len(labels) + panelPoints - 1) / panelPoints
	byClass := make([][]int, len(classes))
	for i, c := range labels {
		byClass[c] = append(byClass[c], i)
	}
	drawn := 0
	var legend []entry
	for c, members := range byClass {
		if len(members) == 0 {
			continue
		}
		drawn += (len(members) + step - 1) / step
		colour, outline := classLook(c)
		legend = append(legend, entry{name: classes[c], mark: &draw.GlyphStyle{Color: colour, Radius: 4, Shape: outline}})
	}
	if drawn < len(labels) {
		caption = strings.TrimSpace(caption + fmt.Sprintf(" %d of %d samples are drawn.", drawn, len(labels)))
	}
	var words []string
	plots := make([][]*plot.Plot, len(rows))
	for i, row := range rows {
		for j, panel := range row {
			p := cloud(panel, byClass, step)
			if i == len(rows)-1 {
				p.X.Label.Text = "first component"
			}
			if j == 0 {
				p.Y.Label.Text = "second component"
			}
			plots[i] = append(plots[i], p)
			words = append(words, panel.Words)
		}
	}
	alt := fmt.Sprintf("%s %d samples of %d classes in two dimensions, in %d panels: %s.", caption, len(labels), len(legend), len(words), strings.Join(words, "; "))
	height := 40 + 215*float64(len(rows))
	return render(frame{title: title, alt: strings.TrimSpace(alt), caption: caption, height: height, legend: legend}, func(c draw.Canvas) { tiled(c, plots) })
}

// badPoints says in words what is wrong with points in two dimensions; empty: nothing.
func badPoints(points [][]float64, labels []int, classes []string) string {
	if len(points) == 0 || len(points) != len(labels) {
		return fmt.Sprintf("There are %d points with %d labels.", len(points), len(labels))
	}
	for i, q := range points {
		if len(q) != 2 || math.IsNaN(q[0]+q[1]) || math.IsInf(q[0]+q[1], 0) {
			return fmt.Sprintf("Point %d is not two finite numbers.", i)
		}
		if labels[i] < 0 || labels[i] >= len(classes) {
			return fmt.Sprintf("Label %d of point %d is none of %d classes.", labels[i], i, len(classes))
		}
	}
	return ""
}

// cloud is one panel. Which of its neighbours' points a point covers is a matter of the class order, in all panels alike.
func cloud(panel Panel, byClass [][]int, step int) *plot.Plot {
	p := newPlot("", "")
	heading(p, shorten(panel.Words, textSize, 200))
	p.X.Padding, p.Y.Padding = 0, 0
	low, high := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for c, members := range byClass {
		colour, outline := classLook(c)
		s := scatter{colour: colour, outline: outline, radius: 2.2}
		for n, i := range members {
			if n%step != 0 {
				continue
			}
			q := panel.Points[i]
			s.at = append(s.at, q)
			for k := range 2 {
				low[k], high[k] = math.Min(low[k], q[k]), math.Max(high[k], q[k])
			}
		}
		if len(s.at) > 0 {
			p.Add(s)
		}
	}
	half := math.Max(1e-9, math.Max(high[0]-low[0], high[1]-low[1])/2) * 1.08 // room for the markers at the edge
	for k, a := range []*plot.Axis{&p.X, &p.Y} {
		middle := (low[k] + high[k]) / 2
		a.Min, a.Max = middle-half, middle+half
		a.Tick.Marker = few{plot.DefaultTicks{}}
	}
	return p
}
