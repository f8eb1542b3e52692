package report

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// stages are made-up features of nine classes that part more from panel to panel.
func stages(n int) (rows [][]Panel, labels []int, classes []string) {
	rng := rand.New(rand.NewPCG(4, 4))
	for k := range 9 {
		classes = append(classes, fmt.Sprintf("class %c", 'a'+k))
	}
	for i := range n {
		labels = append(labels, i%9)
	}
	for _, modality := range []string{"image", "text"} {
		var row []Panel
		for stage := range 3 {
			p := Panel{Words: fmt.Sprintf("%s, stage %d", modality, stage)}
			for _, k := range labels {
				p.Points = append(p.Points, []float64{float64(stage*(k%3)) + rng.NormFloat64(), float64(stage*(k/3)) + 0.1*rng.NormFloat64()})
			}
			row = append(row, p)
		}
		rows = append(rows, row)
	}
	return rows, labels, classes
}

func TestEmbeddings(t *testing.T) {
	rows, labels, classes := stages(1300)
	f := Embeddings("Nine clouds in three stages", "Made up.", rows, labels, classes)
	checkSVG(t, f)
	for _, want := range []string{"1300 samples of 9 classes", "6 panels: image, stage 0;", "of 1300 samples are drawn"} {
		if !strings.Contains(f.Alt, want) {
			t.Errorf("the words lack %q: %s", want, f.Alt)
		}
	}
	for _, want := range []string{"first component", "second component", "class i", "text, stage 2"} {
		if !bytes.Contains(f.SVG, []byte(">"+want)) {
			t.Errorf("the picture lacks %q", want)
		}
	}
	png, err := f.PNG()
	if err != nil {
		t.Fatal(err)
	}
	if len(f.SVG) > 120_000 || len(png) > 90_000 {
		t.Errorf("%d bytes of SVG and %d of PNG are too many for a notebook", len(f.SVG), len(png))
	}
	if dir := os.Getenv("AUG_FIGURES"); dir != "" {
		for ext, b := range map[string][]byte{".svg": f.SVG, ".png": png} {
			if err := os.WriteFile(filepath.Join(dir, "embeddings"+ext), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	again, labels, classes := stages(1300)
	if !bytes.Equal(f.SVG, Embeddings("Nine clouds in three stages", "Made up.", again, labels, classes).SVG) {
		t.Error("the same numbers gave two different figures")
	}
}

func TestEmbeddingsSayWhatIsMissing(t *testing.T) {
	rows, labels, classes := stages(18)
	ragged := [][]Panel{rows[0], rows[1][:2]}
	nan := [][]Panel{{{"x", [][]float64{{0, math.NaN()}}}}}
	for name, c := range map[string]struct {
		f    Figure
		want string
	}{
		"nothing":          {Embeddings("t", "", nil, labels, classes), "no panels"},
		"ragged rows":      {Embeddings("t", "", ragged, labels, classes), "different numbers of panels"},
		"too few labels":   {Embeddings("t", "", rows, labels[1:], classes), "18 points with 17 labels"},
		"an unknown class": {Embeddings("t", "", rows, labels, classes[:2]), "none of 2 classes"},
		"NaN":              {Embeddings("t", "", nan, []int{0}, classes), "x: Point 0 is not two finite numbers"},
	} {
		checkSVG(t, c.f)
		if !strings.Contains(c.f.Alt, c.want) {
			t.Errorf("%s: want %q in %s", name, c.want, c.f.Alt)
		}
	}
	one := [][]Panel{{{"one", [][]float64{{1, 1}}}}}
	checkSVG(t, Embeddings("t", "", one, []int{0}, classes))
}
