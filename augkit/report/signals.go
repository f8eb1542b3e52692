package report

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"

	"github.com/augkit/aug/datasets"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// SpectrogramGrid shows spectrograms of samples of a modality of kind spectrogram, [frames, bands, 1] in dB, two in a
// row, with one colour scale. Hop is the time from frame to frame in seconds; words, one a sample, stand above each (such
// as the data set's captions).
func SpectrogramGrid(title string, m *datasets.Modality, hop float64, samples []int, words []string) Figure {
	if m == nil || m.Kind != datasets.Spectrogram || len(m.Shape) < 2 || m.Size() != m.Shape[0]*m.Shape[1] {
		return message(title, "This needs a modality of kind spectrogram, [frames, bands, 1].")
	}
	if problem := badSamples(m, hop, samples, words); problem != "" {
		return message(title, problem)
	}
	frames, bands := m.Shape[0], m.Shape[1]
	low, high := math.Inf(1), math.Inf(-1)
	for _, i := range samples {
		for _, v := range m.Raw(i) {
			low, high = math.Min(low, float64(v)), math.Max(high, float64(v))
		}
	}
	if math.IsNaN(low+high) || math.IsInf(low-high, 0) {
		return message(title, "A value of these spectrograms is not finite.")
	}
	plots := signalGrid(samples, words, "time [s]", "band", func(p *plot.Plot, i int) {
		p.Add(spectrogram{values: m.Raw(i), frames: frames, bands: bands, seconds: float64(frames) * hop, low: low, high: high})
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, float64(frames)*hop, 0, float64(bands)
		p.Y.Tick.Marker = few{whole{}}
	})
	low, high = math.Round(low)+0, math.Round(high)+0 // −0 becomes 0
	alt := fmt.Sprintf("%s of %s: %.2f s in %d frames and %d bands each, %s to %s dB: %s.",
		count(len(samples), "spectrogram"), m.Name, float64(frames)*hop, frames, bands, minus(fmt.Sprintf("%.0f", low)), minus(fmt.Sprintf("%.0f", high)), strings.Join(signalWords(samples, words), "; "))
	return render(frame{title: title, alt: alt, height: 150*float64(len(plots)) + 50}, func(c draw.Canvas) {
		colourBar(c, vg.Rectangle{Min: vg.Point{X: c.Max.X - 150, Y: c.Max.Y - 12}, Max: vg.Point{X: c.Max.X - 50, Y: c.Max.Y}},
			minus(fmt.Sprintf("%.0f", low)), minus(fmt.Sprintf("%.0f dB", high)), "power")
		tiled(draw.Crop(c, 0, 0, 0, -20), plots)
	})
}

// spectrogram draws [frames, bands] values, time to the right and the lowest band at the bottom.
type spectrogram struct {
	values        []float32
	frames, bands int
	seconds       float64
	low, high     float64
}

// Plot draws the picture.
func (s spectrogram) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	// A palette keeps the PNG at one byte a pixel; 64 steps are more than the eye tells apart.
	const steps = 64
	var palette color.Palette
	for i := range steps {
		palette = append(palette, shade(float64(i)/(steps-1)))
	}
	m := image.NewPaletted(image.Rect(0, 0, s.frames, s.bands), palette)
	for t := range s.frames {
		for b := range s.bands {
			level := (float64(s.values[t*s.bands+b]) - s.low) / math.Max(s.high-s.low, 1e-9)
			m.SetColorIndex(t, s.bands-1-b, uint8(math.Round(level*(steps-1))))
		}
	}
	raster(c, vg.Rectangle{Min: vg.Point{X: tx(0), Y: ty(0)}, Max: vg.Point{X: tx(s.seconds), Y: ty(float64(s.bands))}}, m)
}

// Traces shows samples of a modality of kind sensor, [steps, channels], as lines over time, two in a row on one scale.
// Step is the time from value to value in seconds; unit is that of the values, such as "g"; channels name the lines;
// words, one a sample, stand above each.
func Traces(title string, m *datasets.Modality, step float64, unit string, channels []string, samples []int, words []string) Figure {
	if m == nil || m.Kind != datasets.Sensor || len(m.Shape) != 2 {
		return message(title, "This needs a modality of kind sensor.")
	}
	if len(channels) != m.Shape[1] {
		return message(title, fmt.Sprintf("The modality %s has %d channels; %d names are given.", m.Name, m.Shape[1], len(channels)))
	}
	if problem := badSamples(m, step, samples, words); problem != "" {
		return message(title, problem)
	}
	// The modality's own colour for the first channel; the others differ in lightness and dashes.
	looks := []look{lookOf(m.Name), {colour: ink}, {colour: color.RGBA{0x80, 0x80, 0x80, 0xFF}}}
	dashes := [][]vg.Length{nil, {4, 2}, nil}
	widths := []vg.Length{1.8, 1.3, 1.1}
	var legend []entry
	style := func(k int) draw.LineStyle {
		return draw.LineStyle{Color: looks[k%3].colour, Width: widths[k%3], Dashes: dashes[k%3]}
	}
	for k, name := range channels {
		s := style(k)
		legend = append(legend, entry{name: name, line: &s})
	}
	low, high := math.Inf(1), math.Inf(-1)
	plots := signalGrid(samples, words, "time [s]", unit, func(p *plot.Plot, i int) {
		p.Add(horizontals())
		raw := m.Raw(i)
		for k := range channels {
			xy := make(plotter.XYs, m.Shape[0])
			for t := range xy {
				v := float64(raw[t*len(channels)+k])
				xy[t] = plotter.XY{X: float64(t) * step, Y: v}
				low, high = math.Min(low, v), math.Max(high, v)
			}
			p.Add(dense{xy, style(k)})
		}
		p.X.Min, p.X.Max = 0, float64(m.Shape[0]-1)*step
	})
	if math.IsNaN(low+high) || math.IsInf(low-high, 0) {
		return message(title, "A value of these samples is not finite.")
	}
	for _, row := range plots {
		for _, p := range row {
			if p != nil {
				room := math.Max((high-low)/20, 1e-9)
				p.Y.Min, p.Y.Max = low-room, high+room
				p.Y.Tick.Marker = few{plot.DefaultTicks{}}
			}
		}
	}
	alt := fmt.Sprintf("%s of %s, %.2f s each, channels %s, from %s to %s %s: %s.", count(len(samples), "sample"), m.Name,
		float64(m.Shape[0])*step, strings.Join(channels, ", "), minus(fmt.Sprintf("%.2f", low)), minus(fmt.Sprintf("%.2f", high)), unit, strings.Join(signalWords(samples, words), "; "))
	return render(frame{title: title, alt: alt, height: 150*float64(len(plots)) + 40, legend: legend}, func(c draw.Canvas) { tiled(c, plots) })
}

// dense is a line of many points.
type dense struct {
	xy    plotter.XYs
	style draw.LineStyle
}

// Plot draws the line.
func (d dense) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	line := make([]vg.Point, len(d.xy))
	for i, q := range d.xy {
		line[i] = vg.Point{X: tenths(tx(q.X)), Y: tenths(ty(q.Y))}
	}
	c.StrokeLines(d.style, line)
}
