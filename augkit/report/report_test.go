package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/color"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/stats"
)

// generated is a run of made-up numbers with n epochs.
func generated(n int) *runlog.Run {
	run := &runlog.Run{Dir: "runs/generated", Experiment: experiment.Experiment{Name: "generated <&>",
		Data: experiment.Data{Name: "watch7", Modalities: []string{"accelerometer", "gyroscope"}}}}
	for i := 1; i <= n; i++ {
		x := float64(i)
		p := runlog.PartRecord{
			Fused: runlog.Score{Accuracy: 0.9 - 0.6*math.Exp(-x/7)},
			Branch: map[string]runlog.Score{
				"accelerometer": {Accuracy: 0.86 - 0.6*math.Exp(-x/8)},
				"gyroscope":     {Accuracy: 0.5 + 0.02*math.Sin(x)},
			},
			Gap: 0.3 + 0.2*math.Exp(-x/9),
		}
		run.Epochs = append(run.Epochs, runlog.Epoch{Epoch: i, Train: p, Validation: p, Best: i == 1 || i == 12,
			Classifiers: map[string]int{"accelerometer": 1, "gyroscope": 1 + (i-1)/5}})
	}
	return run
}

func blocks() []Block {
	iv := stats.Interval{Mean: 0.05, Low: 0.01, High: 0.09, N: 3, Method: "corrected resampled t"}
	no := stats.Interval{Mean: -0.01, Low: -0.05, High: 0.03, N: 3}
	rows := []Row{
		{"joint", []float64{0.6, 0.7, 0.65}, nil},
		{"control", []float64{0.6, 0.69, 0.63}, &no},
		{"AUG", []float64{0.66, 0.74, 0.7}, &iv},
	}
	return []Block{{"accelerometer", rows, 0}, {"gyroscope", rows, 0}, {fusedName, rows[:2], 0}}
}

func figures(run *runlog.Run) map[string]Figure {
	return map[string]Figure{
		"accuracy":  Accuracy(run),
		"staircase": Staircase(run),
		"gap":       Gap(run),
		"study":     Study("Study", "accuracy", "Made-up numbers & protocol.", blocks()),
		"forest":    Forest("Forest", "difference of accuracy", "Made-up numbers.", blocks()[0].Differences()),
		"images": ImageGrid("Images", 2, []Picture{
			{RGB(make([]float32, 4*4*3), 4, 4), "a <word>", "class"},
			{RGB(make([]float32, 3), 1, 1), "b", ""},
			{RGB(make([]float32, 3), 1, 1), strings.Repeat("long ", 30), ""},
		}),
	}
}

// AUG_FIGURES=folder keeps the figures, to look at them.
func TestFiguresAreWellFormed(t *testing.T) {
	for _, n := range []int{0, 1, 2, 20, 300} {
		for name, f := range figures(generated(n)) {
			t.Run(fmt.Sprintf("%s, %d epochs", name, n), func(t *testing.T) { checkSVG(t, f) })
			if dir := os.Getenv("AUG_FIGURES"); dir != "" && n == 20 {
				if err := os.WriteFile(filepath.Join(dir, name+".svg"), f.SVG, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for name, f := range map[string]Figure{
		"study without blocks":    Study("t", "x", "c", nil),
		"study without reference": Study("t", "x", "c", []Block{{Name: "fused", Reference: 1}}),
		"study without values":    Study("t", "x", "c", []Block{{"fused", []Row{{Name: "a", Values: []float64{1}}, {Name: "b"}}, 0}}),
		"study of NaN":            Study("t", "x", "c", []Block{{"fused", []Row{{Name: "a", Values: []float64{math.NaN()}}}, 0}}),
		"forest without rows":     Forest("t", "x", "c", nil),
		"forest of infinity":      Forest("t", "x", "c", []Difference{{"a", "fused", stats.Interval{Low: math.Inf(-1)}}}),
		"no pictures":             ImageGrid("t", 3, nil),
		"no columns":              ImageGrid("t", 0, []Picture{{}}),
	} {
		t.Run(name, func(t *testing.T) {
			checkSVG(t, f)
			if !bytes.Contains(f.SVG, []byte(`viewBox="0 0 640 80"`)) {
				t.Error("want a message instead of a figure")
			}
		})
	}
}

// checkSVG parses the figure and checks its role, text alternative, ids and that it needs nothing from outside.
func checkSVG(t *testing.T, f Figure) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(f.SVG))
	ids := map[string]bool{}
	var role, labelled, open string
	text := map[string]string{}
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not XML: %v\n%s", err, f.SVG)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			open = e.Name.Local
			for _, a := range e.Attr {
				switch a.Name.Local {
				case "id":
					if ids[a.Value] {
						t.Errorf("id %s twice", a.Value)
					}
					ids[a.Value] = true
					open = a.Value
				case "role":
					role = a.Value
				case "aria-labelledby":
					labelled = a.Value
				case "href", "src":
					if !strings.HasPrefix(a.Value, "data:image/png;base64,") {
						t.Errorf("outside reference %.40s", a.Value)
					}
				}
			}
		case xml.CharData:
			text[open] += string(e)
		case xml.EndElement:
			open = ""
		}
	}
	names := strings.Fields(labelled)
	if role != "img" || len(names) != 2 || text[names[0]] != f.Title || text[names[1]] != f.Alt || f.Title == "" || f.Alt == "" {
		t.Errorf("role %q, labelled by %q: %q", role, labelled, text)
	}
	words := regexp.MustCompile(`base64,[^"]*`).ReplaceAll(f.SVG, nil)
	for _, bad := range []string{"NaN", "Inf", "url(", "@import", "Liberation Serif", "<script"} {
		if bytes.Contains(words, []byte(bad)) {
			t.Errorf("holds %q", bad)
		}
	}
}

func TestFiguresUseTheColoursOfModalities(t *testing.T) {
	f := figures(generated(20))
	for _, name := range []string{"accuracy", "study"} {
		for _, m := range []string{"accelerometer", "gyroscope", fusedName} {
			if hex := hexColour(Colour(m)); !bytes.Contains(f[name].SVG, []byte(hex)) {
				t.Errorf("%s lacks %s of %s", name, hex, m)
			}
		}
	}
	if !strings.Contains(f["accuracy"].Alt, "Epoch 12 is selected") {
		t.Errorf("alt text: %s", f["accuracy"].Alt)
	}
	if a, b := Accuracy(generated(20)), Accuracy(generated(20)); !bytes.Equal(a.SVG, b.SVG) {
		t.Error("the same run gave two different figures")
	}
}

func TestColours(t *testing.T) {
	seen := map[color.RGBA]string{}
	for name, l := range looks {
		if other := seen[l.colour]; other != "" {
			t.Errorf("%s and %s have one colour", name, other)
		}
		seen[l.colour] = name
		if c := contrast(l.colour, card); c < 3 {
			t.Errorf("%s: contrast %.2f to the card, want 3", name, c)
		}
	}
	for _, l := range otherLooks {
		if seen[l.colour] != "" || contrast(l.colour, card) < 3 {
			t.Errorf("%v is taken or too light", l.colour)
		}
	}
	for _, c := range []color.RGBA{ink, muted} {
		if contrast(c, card) < 4.5 {
			t.Errorf("text colour %v: contrast %.2f, want 4.5", c, contrast(c, card))
		}
	}
	if _, taken := seen[Colour("lidar")]; taken {
		t.Error("an unknown modality takes the colour of a known one")
	}
}

// contrast is the ratio of WCAG 2, section 1.4.3.
func contrast(a, b color.RGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}
