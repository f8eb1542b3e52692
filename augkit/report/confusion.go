package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/augkit/aug/augkit/runlog"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Confusion is the confusion matrix of a run on the test part: rows are true classes, columns predicted ones. Which is
// a modality, for its branch alone, or "fused". A cell holds the number of samples and its share of the row, which is
// also its colour; so the diagonal reads as recall.
func Confusion(run *runlog.Run, which string) Figure {
	title := fmt.Sprintf("Confusion of %s on test: %s", which, run.Experiment.Name)
	a, err := testAnswers(run)
	if err != nil {
		return message(title, err.Error())
	}
	q, err := a.of(which)
	if err != nil {
		return message(title, err.Error())
	}
	m := matrix{counts: q.Confusion(), names: classNames(run, a.Classes)}
	for i, row := range m.counts {
		m.totals = append(m.totals, 0)
		for _, n := range row {
			m.totals[i] += n
		}
	}
	caption := fmt.Sprintf("%s, split %d, seed %d: %d test samples, accuracy %.3f. Number of samples, and share of the true class in %%.",
		run.Experiment.Data.Name, run.Experiment.Data.Split, run.Experiment.Train.Seed, q.Len(), q.Accuracy())
	f := frame{title: title, alt: caption + " " + m.words(), caption: caption, height: 84 + m.bottom() + m.cellHeight()*float64(len(m.names))}
	return render(f, m.draw)
}

// classNames are the names of the record, or numbers where it has none.
func classNames(run *runlog.Run, classes int) []string {
	names := run.Meta.Classes
	if len(names) == classes {
		return names
	}
	names = make([]string, classes)
	for i := range names {
		names[i] = "class " + strconv.Itoa(i)
	}
	return names
}

// matrix is a confusion matrix on its way to a picture.
type matrix struct {
	counts [][]int // [true][predicted]
	totals []int   // of each row
	names  []string
}

// share is a cell's part of its row; 0 where the class has no samples.
func (m matrix) share(i, j int) float64 {
	return float64(m.counts[i][j]) / math.Max(1, float64(m.totals[i]))
}

// words are the recall of each class and the most frequent mistake.
func (m matrix) words() string {
	var recall []string
	most, from, to := 0, 0, 0
	for i, row := range m.counts {
		if m.totals[i] == 0 {
			recall = append(recall, m.names[i]+" no samples")
			continue
		}
		recall = append(recall, fmt.Sprintf("%s %.0f %% of %d", m.names[i], 100*m.share(i, i), m.totals[i]))
		for j, n := range row {
			if i != j && n > most {
				most, from, to = n, i, j
			}
		}
	}
	s := "Right: " + strings.Join(recall, ", ") + "."
	if most == 0 {
		return s + " There is no mistake."
	}
	return s + fmt.Sprintf(" The most frequent mistake is %s taken for %s, %d times.", m.names[from], m.names[to], most)
}

const nameWidth = 112 // of the longest class name before it is shortened

// cellHeight fits two lines of text where there are few classes, one where there are many.
func (m matrix) cellHeight() float64 {
	if len(m.names) <= 10 {
		return 34
	}
	return math.Max(14, 340/float64(len(m.names)))
}

// bottom is the height of the slanted names below the matrix.
func (m matrix) bottom() float64 { return float64(m.widest())*math.Sin(slant) + 34 }

func (m matrix) widest() vg.Length {
	var w vg.Length
	for _, n := range m.names {
		w = max(w, styled(textSize-1, ink, draw.XLeft, draw.YCenter).Width(shorten(n, textSize-1, nameWidth)))
	}
	return w
}

const slant = math.Pi / 6

// draw paints the matrix with its names and the colour bar.
func (m matrix) draw(c draw.Canvas) {
	n := vg.Length(len(m.names))
	heightOf := vg.Length(m.cellHeight())
	x0 := c.Min.X + m.widest() + 30
	// The last slanted name begins below its column and must end inside; it slants to the left, so it does.
	cell := vg.Point{X: (c.Max.X - x0) / n, Y: heightOf}
	top := c.Max.Y - 24
	axis := styled(textSize, ink, draw.XCenter, draw.YCenter)
	upwards := axis
	upwards.Rotation = math.Pi / 2
	name := styled(textSize-1, muted, draw.XRight, draw.YCenter)
	below := name
	below.Rotation = slant
	for i := range m.names {
		y := top - (vg.Length(i)+0.5)*cell.Y
		c.FillText(name, vg.Point{X: x0 - 6, Y: y}, shorten(m.names[i], textSize-1, nameWidth))
		x := x0 + (vg.Length(i)+0.5)*cell.X
		c.FillText(below, vg.Point{X: x + 4, Y: top - n*cell.Y - 6}, shorten(m.names[i], textSize-1, nameWidth))
		for j := range m.names {
			m.cell(c, i, j, vg.Rectangle{Min: vg.Point{X: x0 + vg.Length(j)*cell.X, Y: y - cell.Y/2}, Max: vg.Point{X: x0 + vg.Length(j+1)*cell.X - 1, Y: y + cell.Y/2 - 1}})
		}
	}
	c.FillText(upwards, vg.Point{X: c.Min.X + 8, Y: top - n*cell.Y/2}, "true class")
	c.FillText(axis, vg.Point{X: x0 + n*cell.X/2, Y: c.Min.Y + 6}, "predicted class")
	colourBar(c, vg.Rectangle{Min: vg.Point{X: c.Max.X - 150, Y: c.Max.Y - 14}, Max: vg.Point{X: c.Max.X - 50, Y: c.Max.Y - 2}}, "0", "100 %", "share of the true class")
}

// cell paints one cell; zeros stay without text, so that the mistakes stand out.
func (m matrix) cell(c draw.Canvas, i, j int, r vg.Rectangle) {
	colour := shade(m.share(i, j))
	fill(c, r, colour)
	if m.counts[i][j] == 0 {
		return
	}
	middle := vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y + r.Max.Y) / 2}
	number := styled(textSize, inkOn(colour), draw.XCenter, draw.YCenter)
	text := strconv.Itoa(m.counts[i][j])
	if r.Size().X < 26 || r.Size().Y < 16 { // a set of many classes: the colour alone
		return
	}
	if r.Size().Y < 30 {
		c.FillText(number, middle, text)
		return
	}
	c.FillText(number, vg.Point{X: middle.X, Y: middle.Y + 6.5}, text)
	c.FillText(styled(textSize-3, inkOn(colour), draw.XCenter, draw.YCenter), vg.Point{X: middle.X, Y: middle.Y - 8}, fmt.Sprintf("%.0f %%", 100*m.share(i, j)))
}
