package report

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// trace is what a live panel knows of its run.
type trace struct {
	exp     experiment.Experiment
	epochs  []runlog.Epoch
	timings []runlog.Timing
	begun   time.Time
	spent   time.Duration
}

func newTrace(exp experiment.Experiment) trace { return trace{exp: exp, begun: time.Now()} }

// add takes an epoch. One that does not follow begins another run, as late fusion does for each modality.
func (t *trace) add(e runlog.Epoch, timing runlog.Timing, now time.Time) {
	if n := len(t.epochs); n > 0 && e.Epoch <= t.epochs[n-1].Epoch {
		t.epochs, t.timings = nil, nil
	}
	t.epochs, t.timings = append(t.epochs, e), append(t.timings, timing)
	t.spent = now.Sub(t.begun)
}

func (t *trace) now() (runlog.Epoch, runlog.Timing) {
	if n := len(t.epochs); n > 0 {
		return t.epochs[n-1], t.timings[n-1]
	}
	return runlog.Epoch{}, runlog.Timing{}
}

// earlier is the last epoch that was recorded before the run was taken up; 0 if it began here.
func (t *trace) earlier() int {
	last := 0
	for _, timing := range t.timings {
		if timing.Earlier {
			last = timing.Epoch
		}
	}
	return last
}

// total is the number of epochs, at least what is there.
func (t *trace) total() int {
	e, _ := t.now()
	return max(t.exp.Train.Epochs, e.Epoch, 1)
}

func (t *trace) last() bool {
	e, _ := t.now()
	return e.Epoch >= t.exp.Train.Epochs
}

// left is the time that the remaining epochs take if they are like the last three, without what those compiled.
func (t *trace) left() time.Duration {
	recent := slices.DeleteFunc(slices.Clone(t.timings), func(t runlog.Timing) bool { return t.Earlier })
	recent = recent[max(0, len(recent)-3):]
	seconds := 0.0
	for _, r := range recent {
		if s := r.TrainSec + r.EvalSec - r.CompileSec; s > 0 {
			seconds += s
		}
	}
	e, _ := t.now()
	seconds *= float64(t.total()-e.Epoch) / float64(max(1, len(recent)))
	return time.Duration(math.Min(seconds, 1e8)) * time.Second
}

// predictors are the rows of the table: the modalities, and the fused prediction where there is more than one.
func (t *trace) predictors() []string {
	if len(t.exp.Data.Modalities) < 2 {
		return t.exp.Data.Modalities
	}
	return append(slices.Clone(t.exp.Data.Modalities), fusedName)
}

// validation is a predictor's score on the validation part; not ok if it was not measured.
func validation(e runlog.Epoch, predictor string) (runlog.Score, bool) {
	if predictor == fusedName {
		return e.Validation.Fused, len(e.Validation.Branch) > 0
	}
	s, ok := e.Validation.Branch[predictor]
	return s, ok
}

// score is what the assignment compares, from where the experiment takes it.
func (t *trace) score(e runlog.Epoch, modality string) (float64, bool) {
	from := e.Train.Confidence
	switch t.exp.Method.Assign.Score {
	case experiment.ScoreValidation:
		from = e.Validation.Confidence
	case experiment.ScoreTraining:
		if e.TrainingConfidence != nil {
			from = e.TrainingConfidence
		}
	}
	s, ok := from[modality]
	return s, ok
}

const (
	liveColumns = "accuracy|loss|training loss|score s|classifiers"
	livePlot    = 190 // height of the curves with their axes
)

// row is a predictor's numbers of an epoch in the order of liveColumns.
func (t *trace) row(e runlog.Epoch, predictor string) []string {
	number := func(x float64, ok bool) string {
		if !ok || math.IsNaN(x) || math.IsInf(x, 0) {
			return none
		}
		return fmt.Sprintf("%.3f", x)
	}
	v, measured := validation(e, predictor)
	step := predictor
	if predictor == fusedName {
		step = "joint"
	}
	trained, ok := e.TrainingLoss[step]
	cells := []string{number(v.Accuracy, measured), number(v.Loss, measured), number(trained, ok)}
	s, ok := t.score(e, predictor)
	cells = append(cells, number(s, ok))
	if n, ok := e.Classifiers[predictor]; ok {
		return append(cells, strconv.Itoa(n))
	}
	return append(cells, none)
}

// clock says where the run stands in time.
func (t *trace) clock() string {
	e, _ := t.now()
	words := fmt.Sprintf("epoch %d of %d · %s", e.Epoch, t.total(), clockOf(t.spent))
	if before := t.earlier(); before > 0 {
		words += fmt.Sprintf(" since it was taken up after epoch %d", before)
	}
	if t.last() {
		return words + " · done"
	}
	return words + fmt.Sprintf(" · about %s left", clockOf(t.left()))
}

// clockOf writes a duration as minutes and seconds.
func clockOf(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d h %02d min", s/3600, s%3600/60)
	}
	return fmt.Sprintf("%d:%02d min", s/60, s%60)
}

// notes are the two lines below the table.
func (t *trace) notes(e runlog.Epoch) []string {
	var gap string
	if len(t.exp.Data.Modalities) > 1 {
		gap = fmt.Sprintf("gap G: %s nats on training, %s on validation", finite(e.Train.Gap), finite(e.Validation.Gap))
	}
	if i := slices.IndexFunc(t.epochs, func(e runlog.Epoch) bool { return e.Best }); i >= 0 {
		for k := i; k < len(t.epochs); k++ {
			if t.epochs[k].Best {
				i = k
			}
		}
		words := "selected so far"
		if t.last() {
			words = "selected"
		}
		gap = join(gap, fmt.Sprintf("%s: epoch %d (ring)", words, t.epochs[i].Epoch))
	}
	if len(e.Grown) > 0 {
		gap = join(gap, "new classifier: "+strings.Join(e.Grown, ", "))
	}
	part := "training"
	if t.exp.Method.Assign.Score == experiment.ScoreValidation {
		part = "validation"
	}
	return []string{gap, "Accuracy and loss [nats] are of the validation part, s of the " + part + " part."}
}

func finite(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return none
	}
	return fmt.Sprintf("%.3f", x)
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + " · " + b
}

// name is what the panel is of.
func (t *trace) name() string {
	if t.exp.Name != "" {
		return t.exp.Name
	}
	return strings.TrimSpace(t.exp.Method.Name + " " + t.exp.Data.Name)
}

// figure draws the state. Its size depends on the experiment only, and the axes on the number of epochs only, so that
// nothing moves but the data.
func (t *trace) figure() Figure {
	title := shorten("Training "+t.name(), textSize+2, figureWidth-2*margin-20)
	if len(t.epochs) == 0 {
		return message(title, noEpochs)
	}
	e, _ := t.now()
	rows := t.predictors()
	header := strings.Split(liveColumns, "|")
	alt := t.clock() + "."
	for _, r := range rows {
		alt += " " + r + ":"
		for i, cell := range t.row(e, r) {
			if cell != none {
				alt += " " + header[i] + " " + cell + ","
			}
		}
		alt = strings.TrimRight(alt, ",:") + "."
	}
	notes := t.notes(e)
	alt += " " + strings.Join(notes, ". ")
	height := 2*margin + 26 + 6 + livePlot + 12 + rowHeight*float64(1+len(rows)+len(notes))
	return render(frame{title: title, alt: alt, caption: t.clock(), height: height}, func(c draw.Canvas) {
		t.bar(c, float64(e.Epoch)/float64(t.total()))
		c.Max.Y -= 8
		bottom := c.Max.Y - livePlot
		plotted := c
		plotted.Min.Y = bottom
		t.curves().Draw(plotted)
		y := bottom - 4 - rowHeight/2
		t.cells(c, y, "", header, muted)
		for _, r := range rows {
			y -= rowHeight
			t.cells(c, y, r, t.row(e, r), ink)
		}
		for _, n := range notes {
			y -= rowHeight
			c.FillText(styled(textSize-1, muted, draw.XLeft, draw.YCenter), vg.Point{X: c.Min.X, Y: y}, n)
		}
	})
}

// bar is how much of the run is done.
func (t *trace) bar(c draw.Canvas, share float64) {
	all := vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: c.Max.Y}, Max: vg.Point{X: c.Max.X, Y: c.Max.Y + 4}}
	fill(c, all, grid)
	all.Max.X = all.Min.X + vg.Length(share)*(all.Max.X-all.Min.X)
	fill(c, all, muted)
}

// cells draws one line of the table: the sample of the predictor's curve, its name, and its numbers set right.
func (t *trace) cells(c draw.Canvas, y vg.Length, name string, cells []string, colour color.RGBA) {
	const names, swatch = 170, 34
	if name != "" {
		l := lookOf(name)
		c.StrokeLine2(draw.LineStyle{Color: l.colour, Width: 2, Dashes: l.dashes}, c.Min.X, y, c.Min.X+28, y)
		c.DrawGlyph(draw.GlyphStyle{Color: l.colour, Radius: 3.2, Shape: l.marker}, vg.Point{X: c.Min.X + 14, Y: y})
		c.FillText(styled(textSize, ink, draw.XLeft, draw.YCenter), vg.Point{X: c.Min.X + swatch, Y: y}, shorten(name, textSize, names-swatch))
	}
	width := (c.Max.X - c.Min.X - names) / vg.Length(len(cells))
	for i, cell := range cells {
		c.FillText(styled(textSize-1, colour, draw.XRight, draw.YCenter), vg.Point{X: c.Min.X + names + width*vg.Length(i+1), Y: y}, cell)
	}
}

// curves is the accuracy on validation so far, on axes that hold the whole run.
func (t *trace) curves() *plot.Plot {
	p := newPlot("epoch", "accuracy, validation")
	p.Add(horizontals())
	names := t.predictors()
	for i := range names {
		l := lookOf(names[i])
		line := t.curve(names[i])
		if len(line) == 0 {
			continue
		}
		p.Add(&plotter.Line{XYs: line, LineStyle: draw.LineStyle{Color: l.colour, Width: 2, Dashes: l.dashes}},
			&plotter.Scatter{XYs: line[len(line)-1:], GlyphStyle: draw.GlyphStyle{Color: l.colour, Radius: 3.2, Shape: l.marker}})
		if i < len(names)-1 {
			continue
		}
		for k := len(t.epochs) - 1; k >= 0; k-- { // the ring is on the last row's curve, the fused one
			if v, ok := validation(t.epochs[k], names[i]); t.epochs[k].Best {
				if ok && finite(v.Accuracy) != none {
					at := plotter.XYs{{X: float64(t.epochs[k].Epoch), Y: v.Accuracy}}
					p.Add(&plotter.Scatter{XYs: at, GlyphStyle: draw.GlyphStyle{Color: ink, Radius: 7, Shape: ring{}}})
				}
				break
			}
		}
	}
	n := float64(t.total())
	p.X.Min, p.X.Max = 1-0.02*n, n+0.02*n
	if n == 1 {
		p.X.Min, p.X.Max = 0.5, 1.5
	}
	p.X.Tick.Marker = whole{}
	p.Y.Min, p.Y.Max = 0, 1
	p.Y.Tick.Marker = plot.ConstantTicks{{Value: 0, Label: "0"}, {Value: 0.2, Label: "0.2"}, {Value: 0.4, Label: "0.4"},
		{Value: 0.6, Label: "0.6"}, {Value: 0.8, Label: "0.8"}, {Value: 1, Label: "1"}}
	return p
}

// curve is a predictor's accuracy by epoch, thinned to what the eye can tell apart; what was not measured is left out.
func (t *trace) curve(predictor string) plotter.XYs {
	const most = 150
	step := 1 + (t.total()-1)/most
	var xy plotter.XYs
	for i, e := range t.epochs {
		v, ok := validation(e, predictor)
		if ok && finite(v.Accuracy) != none && (e.Epoch%step == 0 || i == len(t.epochs)-1) {
			xy = append(xy, plotter.XY{X: float64(e.Epoch), Y: v.Accuracy})
		}
	}
	return xy
}
