package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit/runlog"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Answers are what one rule answers by epoch: indices of the modalities that get a classifier, as [assign.Replay] gives
// them.
type Answers struct {
	Name  string
	Grown [][]int
}

// Replayed shows what other rules answer to the recorded scores of a run: a row a rule, a column an epoch, a marker in
// the colour of the modality that gets a classifier. The first row is what the run did. A ring is the first answer that
// differs from it: after that one the row speaks of scores that such a run would not have had.
func Replayed(run *runlog.Run, rules ...Answers) Figure {
	title := "The same scores under other rules: " + run.Experiment.Name
	mods := run.Experiment.Data.Modalities
	if len(run.Epochs) == 0 {
		return message(title, noEpochs)
	}
	did := Answers{Name: "as trained"}
	for _, e := range run.Epochs {
		var who []int
		for i, m := range mods {
			if slices.Contains(e.Grown, m) {
				who = append(who, i)
			}
		}
		did.Grown = append(did.Grown, who)
	}
	rows := append([]Answers{did}, rules...)
	p := newPlot("after epoch", "")
	var at []plot.Tick
	var words []string
	tally := make([]string, len(rows))
	for i, r := range rows {
		if len(r.Grown) != len(run.Epochs) {
			return message(title, fmt.Sprintf("The rule %q has answers for %d of %d epochs.", r.Name, len(r.Grown), len(run.Epochs)))
		}
		counts := make([]int, len(mods))
		row := replayRow{y: -float64(i), grown: r.Grown, modalities: mods, differs: -1}
		for e, who := range r.Grown {
			for _, m := range who {
				if m < 0 || m >= len(mods) {
					return message(title, fmt.Sprintf("The rule %q gives a classifier to modality %d of %d.", r.Name, m, len(mods)))
				}
				counts[m]++
			}
			if row.differs < 0 && !slices.Equal(who, did.Grown[e]) {
				row.differs = e
			}
		}
		p.Add(row)
		at = append(at, plot.Tick{Value: row.y, Label: shorten(r.Name, textSize-1, 190)})
		var said, short []string
		for m, name := range mods {
			said, short = append(said, fmt.Sprintf("%s +%d", name, counts[m])), append(short, fmt.Sprintf("+%d", counts[m]))
		}
		tally[i] = strings.Join(short, " / ")
		word := r.Name + ": " + strings.Join(said, ", ")
		if row.differs >= 0 {
			word += fmt.Sprintf(", first difference after epoch %d", row.differs+1)
		}
		words = append(words, word)
	}
	n := float64(len(run.Epochs))
	p.X.Min, p.X.Max = 0.5, n+0.5
	p.X.Tick.Marker = whole{}
	p.Y.Min, p.Y.Max = -float64(len(rows))+0.4, 0.6
	p.Y.Tick.Marker = plot.ConstantTicks(at)
	p.Y.Tick.Length, p.Y.Width, p.Y.Padding = 0, 0, 0
	var legend []entry
	for _, m := range mods {
		l := lookOf(m)
		legend = append(legend, entry{name: m + " gets one", mark: &draw.GlyphStyle{Color: l.colour, Radius: 5, Shape: l.marker}})
	}
	legend = append(legend, entry{name: "first difference", mark: &draw.GlyphStyle{Color: ink, Radius: 5, Shape: ring{}}})
	caption := "Right: classifiers given in all, " + strings.Join(mods, " / ") + ". After a row's ring its answers are to scores that such a run would not have had."
	alt := strings.Join(words, "; ") + ". " + caption
	return render(frame{title: title, alt: alt, caption: caption, height: 84 + 22*float64(len(rows)), legend: legend}, func(c draw.Canvas) {
		const column = 70
		left := draw.Crop(c, 0, -column, 0, 0)
		data := p.DataCanvas(left)
		_, ty := p.Transforms(&data)
		p.Draw(left)
		for i, words := range tally {
			c.FillText(styled(textSize-1, ink, draw.XRight, draw.YCenter), vg.Point{X: c.Max.X, Y: ty(-float64(i))}, words)
		}
	})
}

// replayRow draws the answers of one rule.
type replayRow struct {
	y          float64
	grown      [][]int
	modalities []string
	differs    int // index of the first epoch that differs; −1: none
}

// Plot draws the row.
func (r replayRow) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	y := ty(r.y)
	c.StrokeLine2(draw.LineStyle{Color: grid, Width: 1}, c.Min.X, y, c.Max.X, y)
	for e, who := range r.grown {
		at := vg.Point{X: tx(float64(e + 1)), Y: y}
		for k, m := range who {
			l := lookOf(r.modalities[m])
			// Several at one check stand side by side.
			shift := vg.Length(7 * (float64(k) - float64(len(who)-1)/2))
			c.DrawGlyph(draw.GlyphStyle{Color: l.colour, Radius: 4.5, Shape: l.marker}, vg.Point{X: at.X + shift, Y: y})
		}
		if e == r.differs {
			c.DrawGlyph(draw.GlyphStyle{Color: ink, Radius: 8.5, Shape: ring{}}, at)
		}
	}
}
