package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Growth is what runs cost by the size of something: samples, classes, modalities or classifiers.
type Growth struct {
	Axis  string // of what
	xs    []float64
	costs []cost
}

// cost is one kind of it, with the repeated measurements at every size.
type cost struct {
	name, unit string
	based      bool // it has a part that does not grow, such as the program itself: no power law is fitted
	values     [][]float64
}

// NewGrowth reads the costs from the records of runs, grouped by size. Times are those of the epochs after the first, in
// which graphs are compiled; compiling stands by itself, one measurement a run. Memory is the peak of the process up to
// the end of the last epoch, so it is a run's own only where the run had a process to itself. Runs that are not complete,
// or have one epoch, are left out.
func NewGrowth(axis string, runs []*runlog.Run, size func(experiment.Experiment) float64) Growth {
	groups := make(map[float64][]*runlog.Run)
	for _, r := range completed(runs) {
		if len(r.Timings) > 1 && len(r.Epochs) == len(r.Timings) {
			x := size(r.Experiment)
			groups[x] = append(groups[x], r)
		}
	}
	g := Growth{Axis: axis, xs: slices.Sorted(maps.Keys(groups)), costs: []cost{
		{name: "training", unit: "s/epoch"}, {name: "evaluation", unit: "s/epoch"}, {name: "one step", unit: "ms"},
		{name: "peak memory", unit: "MiB", based: true}, {name: "compiling", unit: "s"},
	}}
	for i := range g.costs {
		g.costs[i].values = make([][]float64, len(g.xs))
	}
	for k, x := range g.xs {
		add := func(i int, v float64) { g.costs[i].values[k] = append(g.costs[i].values[k], v) }
		for _, r := range groups[x] {
			n := r.Result.TrainSize
			steps := n / min(n, r.Experiment.Train.Batch) * len(r.Epochs[0].TrainingLoss)
			peak := int64(0)
			for _, t := range r.Timings {
				peak = max(peak, t.PeakMemoryB)
				if t.Epoch == 1 {
					add(4, t.CompileSec)
					continue
				}
				train := t.TrainSec - t.CompileSec
				add(0, train)
				add(1, t.EvalSec)
				add(2, 1000*train/float64(steps))
			}
			add(3, float64(peak)/(1<<20))
		}
	}
	return g
}

// slope is the power of the size by which the medians of a cost grow.
func (g Growth) slope(c cost) (stats.Interval, float64, error) {
	return stats.Slope(g.xs, c.medians(), stats.Level)
}

// upperSlope is that between the largest size and the largest one of a third of it at most, where what does not grow
// weighs least; nearer sizes would show the scatter. It is NaN where no size is so small.
func (g Growth) upperSlope(c cost) float64 {
	m, last := c.medians(), len(g.xs)-1
	for k := last; k >= 0; k-- {
		if 3*g.xs[k] <= g.xs[last]*1.0001 {
			return math.Log(m[last]/m[k]) / math.Log(g.xs[last]/g.xs[k])
		}
	}
	return math.NaN()
}

func (c cost) medians() []float64 {
	out := make([]float64, len(c.values))
	for i, v := range c.values {
		out[i] = stats.Median(v)
	}
	return out
}

// leastSpan is the ratio of the upright axis' ends at the least.
const leastSpan = 6

// Figure shows seconds an epoch, milliseconds a step and memory against the size, on logarithmic axes: the median, and a bar
// from the smallest to the largest measurement. Times have a fitted slope; the points of memory are joined.
func (g Growth) Figure(title string) Figure {
	if len(g.xs) < 3 {
		return message(title, fmt.Sprintf("A slope needs three sizes or more; there are runs of %d.", len(g.xs)))
	}
	names := make([]Method, len(g.costs))
	for i, c := range g.costs {
		names[i].Name = c.name
	}
	looks := methodLooks(names)
	var legend []entry
	var words []string
	panel := func(y string, from, to int) (*plot.Plot, error) {
		p := newPlot(g.Axis, y)
		p.Add(horizontals())
		low, high := math.Inf(1), math.Inf(-1)
		for i := from; i < to; i++ {
			c, l := g.costs[i], looks[i]
			b, factor, err := g.slope(c)
			if err != nil {
				return nil, fmt.Errorf("%s: %s", c.name, strings.TrimPrefix(err.Error(), "stats: "))
			}
			line := draw.LineStyle{Color: l.colour, Width: 2, Dashes: l.dashes}
			mark := draw.GlyphStyle{Color: l.colour, Radius: 3.2, Shape: l.marker}
			var xy, fit plotter.XYs
			var said []string
			for k, v := range c.values {
				x := g.xs[k]
				smallest, largest := slices.Min(v), slices.Max(v)
				at := factor * math.Pow(x, b.Mean)
				if c.based {
					at = stats.Median(v)
				}
				low, high = min(low, smallest, at), max(high, largest, at)
				p.Add(&plotter.Line{XYs: plotter.XYs{{X: x, Y: smallest}, {X: x, Y: largest}}, LineStyle: draw.LineStyle{Color: l.colour, Width: 1.5}})
				xy, fit = append(xy, plotter.XY{X: x, Y: stats.Median(v)}), append(fit, plotter.XY{X: x, Y: at})
				said = append(said, fmt.Sprintf("%.3g at %g", stats.Median(v), x))
			}
			p.Add(&plotter.Line{XYs: fit, LineStyle: line}, &plotter.Scatter{XYs: xy, GlyphStyle: mark})
			slope := "slope " + slopeWords(b)
			if c.based {
				slope = "upper slope " + upperWords(g.upperSlope(c))
			}
			legend = append(legend, entry{c.name + ", " + slope, &line, &mark})
			words = append(words, fmt.Sprintf("%s in %s: %s; %s", c.name, c.unit, strings.Join(said, ", "), slope))
		}
		room := math.Pow(high/low, 0.06)
		if high/low < leastSpan { // or scatter would look like growth
			room = math.Sqrt(leastSpan / (high / low))
		}
		p.Y.Min, p.Y.Max = low/room, high*room
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, decades{}
		first, last := g.xs[0], g.xs[len(g.xs)-1]
		room = math.Pow(last/first, 0.06)
		p.X.Min, p.X.Max = first/room, last*room
		p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.ConstantTicks(g.ticks())
		return p, nil
	}
	row := make([]*plot.Plot, 3)
	for i, q := range []struct {
		y        string
		from, to int
	}{{"seconds an epoch", 0, 2}, {"milliseconds a step", 2, 3}, {"peak memory [MiB]", 3, 4}} {
		var err error
		if row[i], err = panel(q.y, q.from, q.to); err != nil {
			return message(title, "No slope: "+err.Error()+".")
		}
	}
	caption := "Points: medians, with bars from the smallest to the largest measurement. Lines of times: fitted power laws, with 95 % " +
		"intervals of the slope; 1 is linear growth, 0 none. Without compiling. Memory: points joined."
	alt := fmt.Sprintf("Cost by %s, on logarithmic axes. %s. %s", g.Axis, strings.Join(words, ". "), caption)
	return render(frame{title: title, alt: alt, caption: caption, height: figureHeight, legend: legend}, func(c draw.Canvas) {
		tiled(c, [][]*plot.Plot{row})
	})
}

// Table holds every cost: median (smallest … largest) by size, and the slopes, over all sizes and over the upper ones.
func (g Growth) Table() Table {
	t := Table{Header: []string{g.Axis}, Caption: "Median (smallest … largest). Slope: the power of the size, over all sizes with its " +
		"95 % interval; upper slope: between the medians of the largest size and the largest one of a third of it at most. Times are of " +
		"the epochs after the first, compiling of the first."}
	for _, c := range g.costs {
		t.Header = append(t.Header, fmt.Sprintf("%s [%s]", c.name, c.unit))
	}
	for k, x := range g.xs {
		row := []string{strconv.FormatFloat(x, 'f', -1, 64)}
		for _, c := range g.costs {
			v := c.values[k]
			row = append(row, fmt.Sprintf("%s (%s … %s)", digits(stats.Median(v)), digits(slices.Min(v)), digits(slices.Max(v))))
		}
		t.Rows = append(t.Rows, row)
	}
	all, upper := []string{"slope"}, []string{"upper slope"}
	for _, c := range g.costs {
		upper = append(upper, upperWords(g.upperSlope(c)))
		if b, _, err := g.slope(c); err == nil && !c.based {
			all = append(all, slopeWords(b))
		} else {
			all = append(all, "–")
		}
	}
	if len(g.xs) > 0 {
		t.Rows = append(t.Rows, all, upper)
	}
	return t
}

func slopeWords(b stats.Interval) string {
	return minus(fmt.Sprintf("%.2f [%.2f, %.2f]", b.Mean, b.Low, b.High))
}

func upperWords(b float64) string {
	if math.IsNaN(b) || math.IsInf(b, 0) {
		return "–"
	}
	return minus(fmt.Sprintf("%.2f", b))
}

// digits writes a cost with three digits, and no exponent.
func digits(x float64) string {
	if x >= 100 || x <= 0 {
		return fmt.Sprintf("%.0f", x)
	}
	return strconv.FormatFloat(x, 'f', max(0, 2-int(math.Floor(math.Log10(x)))), 64)
}

// ticks are at the sizes; labels that would touch the one before, or the last, are left out.
func (g Growth) ticks() []plot.Tick {
	n := len(g.xs)
	span := math.Log(g.xs[n-1] / g.xs[0])
	sty := styled(textSize-1, muted, draw.XCenter, draw.YTop)
	const room = 120 // width of a panel's data
	at := func(x float64) vg.Length { return vg.Length(math.Log(x/g.xs[0]) / span * room) }
	free := vg.Length(math.Inf(-1))
	out := make([]plot.Tick, n)
	last := thousands(g.xs[n-1])
	for i, x := range g.xs {
		out[i].Value = x
		label := thousands(x)
		half := sty.Width(label)/2 + 3
		if i < n-1 && (at(x)-half < free || at(x)+half > room-sty.Width(last)/2-3) {
			continue
		}
		out[i].Label, free = label, at(x)+half
	}
	return out
}

// thousands shortens round numbers: 3k, 1M.
func thousands(x float64) string {
	for _, u := range []struct {
		of   float64
		name string
	}{{1e6, "M"}, {1e3, "k"}} {
		if x >= u.of && math.Mod(x, u.of) == 0 {
			return strconv.FormatFloat(x/u.of, 'f', -1, 64) + u.name
		}
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// decades puts ticks of a logarithmic axis at 1, 2 and 5 times powers of ten, or at the powers alone where it is long.
type decades struct{}

// Ticks returns them between the limits.
func (decades) Ticks(low, high float64) []plot.Tick {
	factors := []float64{1, 2, 5}
	if high/low > 300 {
		factors = factors[:1]
	}
	var out []plot.Tick
	for e := math.Floor(math.Log10(low)); e <= math.Log10(high); e++ {
		for _, f := range factors {
			if v := f * math.Pow(10, e); v >= low && v <= high {
				out = append(out, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'f', max(0, -int(e)), 64)})
			}
		}
	}
	return out
}
