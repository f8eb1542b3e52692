package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// pictured is a data set of pictures with the ids of walked's test samples.
func pictured() *datasets.Dataset {
	ds := &datasets.Dataset{Name: "generated", Modalities: []*datasets.Modality{{Name: "image", Kind: datasets.Image, Shape: []int{2, 2, 3}}}}
	for i := range 270 {
		ds.IDs, ds.Captions = append(ds.IDs, fmt.Sprintf("s%03d", i)), append(ds.Captions, fmt.Sprintf("no. %d", i))
		for c := range 12 {
			ds.Modalities[0].Data = append(ds.Modalities[0].Data, float32(i+c)/282)
		}
	}
	return ds
}

func TestAgreement(t *testing.T) {
	run := walked("aug", 0) // the accelerometer is right where the gyroscope is wrong, and the surer one
	table, err := Agreement(run)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"right", "right", "0", "0"}, {"right", "wrong", "180", "180"}, {"wrong", "right", "90", "0"}, {"wrong", "wrong", "0", "0"}}
	for i, row := range want {
		if !slices.Equal(table.Rows[i], row) {
			t.Errorf("row %v, want %v", table.Rows[i], row)
		}
	}
	if !strings.Contains(table.Caption, "epoch 12") {
		t.Error(table.Caption)
	}
	if _, err := Agreement(generated(3)); err == nil || !strings.Contains(err.Error(), "not complete") {
		t.Errorf("a run that goes on: %v", err)
	}
}

func TestLogitsOf(t *testing.T) {
	table, err := LogitsOf(walked("aug", 0), 0) // of class 0; the accelerometer says class 1
	if err != nil {
		t.Fatal(err)
	}
	// e² / (e² + e + 7) and e / (e² + e + 7)
	if got := table.Rows[1]; !slices.Equal(got, []string{"clothes", "4.00", "0.00", "2.00", "0.432"}) {
		t.Errorf("row %v", got)
	}
	if got := table.Rows[0]; !slices.Equal(got, []string{"animals", "0.00", "2.00", "1.00", "0.159"}) {
		t.Errorf("row %v", got)
	}
	if want := "its class is animals. Weights: accelerometer 0.5, gyroscope 0.5"; !strings.Contains(table.Caption, want) {
		t.Errorf("caption %q lacks %q", table.Caption, want)
	}
	for _, c := range []struct {
		run *runlog.Run
		i   int
	}{{walked("aug", 0), 270}, {walked("aug", 0), -1}, {generated(3), 0}} {
		if _, err := LogitsOf(c.run, c.i); err == nil {
			t.Errorf("sample %d of %s has logits", c.i, c.run.Dir)
		}
	}
}

func TestDisagreements(t *testing.T) {
	run := walked("aug", 0)
	f := Disagreements(run, pictured(), 3)
	checkSVG(t, f)
	for _, want := range []string{"6 pictures", "(right: accelerometer, fused)", "(right: gyroscope)"} {
		if !strings.Contains(f.Alt, want) {
			t.Errorf("the words lack %q: %s", want, f.Alt)
		}
	}
	if strings.Contains(f.Alt, "gyroscope, fused") {
		t.Errorf("the fused answer follows the accelerometer: %s", f.Alt)
	}
	other, blind := pictured(), pictured()
	other.IDs = other.IDs[:1]
	blind.Modalities = nil
	agree := walked("aug", 0)
	for i := range agree.Predictions {
		p := &agree.Predictions[i]
		p.Logits = map[string][]float32{"accelerometer": p.Logits["accelerometer"], "gyroscope": p.Logits["accelerometer"]}
	}
	for _, c := range []struct {
		name string
		f    Figure
		want string
	}{
		{"other data", Disagreements(run, other, 3), "is not that of the run"},
		{"no pictures", Disagreements(run, blind, 3), "no pictures"},
		{"a run that goes on", Disagreements(generated(3), pictured(), 3), "not complete"},
		{"branches that agree", Disagreements(agree, pictured(), 3), "no pictures to show"},
	} {
		checkSVG(t, c.f)
		if !strings.Contains(c.f.Alt, c.want) || !bytes.Contains(c.f.SVG, []byte(`viewBox="0 0 640 80"`)) {
			t.Errorf("%s: want a message with %q: %s", c.name, c.want, c.f.Alt)
		}
	}
}
