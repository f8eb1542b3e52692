package report

import (
	"fmt"
	"slices"

	"github.com/augkit/aug/datasets"
	"gonum.org/v1/plot"
)

// badSamples says in words what is wrong with the samples asked for; empty: nothing.
func badSamples(m *datasets.Modality, step float64, samples []int, words []string) string {
	n := m.Size()
	switch {
	case len(samples) == 0:
		return "There are no samples to show."
	case n == 0 || !(step > 0):
		return fmt.Sprintf("A step of %v s and samples of %d values cannot be drawn.", step, n)
	case words != nil && len(words) != len(samples):
		return fmt.Sprintf("There are %d words for %d samples.", len(words), len(samples))
	}
	if i := slices.IndexFunc(samples, func(k int) bool { return k < 0 || k >= m.Len() }); i >= 0 {
		return fmt.Sprintf("There is no sample %d; the modality %s has %d.", samples[i], m.Name, m.Len())
	}
	return ""
}

// signalWords are the words of the samples, or their numbers where there are none.
func signalWords(samples []int, words []string) []string {
	if words != nil {
		return words
	}
	for _, k := range samples {
		words = append(words, fmt.Sprintf("sample %d", k))
	}
	return words
}

// signalGrid makes one plot a sample, two in a row, and labels only the axes at the edge.
func signalGrid(samples []int, words []string, x, y string, add func(p *plot.Plot, sample int)) [][]*plot.Plot {
	const columns = 2
	words = signalWords(samples, words)
	var plots [][]*plot.Plot
	for i, k := range samples {
		if i%columns == 0 {
			plots = append(plots, make([]*plot.Plot, columns))
		}
		p := newPlot("", "")
		heading(p, shorten(words[i], textSize, 270))
		if i+columns >= len(samples) {
			p.X.Label.Text = x
		}
		if i%columns == 0 {
			p.Y.Label.Text = y
		}
		p.X.Padding, p.Y.Padding = 0, 0
		add(p, k)
		plots[len(plots)-1][i%columns] = p
	}
	return plots
}

// Words lists samples with their class and words, for what a figure cannot show: the text that a reader sees, and how
// many of the features made from it are not zero.
func Words(ds *datasets.Dataset, samples ...int) Table {
	t := Table{Header: []string{"id", "class", "words"}, Caption: ds.Name + ": the words of some samples."}
	text := slices.IndexFunc(ds.Modalities, func(m *datasets.Modality) bool { return m.Kind == datasets.Text })
	if text >= 0 {
		m := ds.Modalities[text]
		t.Header = append(t.Header, m.Name+" features that are not 0")
		t.Caption = fmt.Sprintf("%s: the words of some samples, and how many of their %d hashed features are not zero.", ds.Name, m.Size())
	}
	for _, k := range samples {
		if k < 0 || k >= ds.Len() {
			t.Rows = append(t.Rows, []string{fmt.Sprintf("there is no sample %d of %d", k, ds.Len())})
			continue
		}
		row := []string{ds.IDs[k], ds.Classes[ds.Labels[k]], ds.Captions[k]}
		if text >= 0 {
			n := 0
			for _, v := range ds.Modalities[text].Raw(k) {
				if v != 0 {
					n++
				}
			}
			row = append(row, fmt.Sprint(n))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
