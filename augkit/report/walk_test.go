package report

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// walked is a complete run of made-up numbers with epochs that grow the gyroscope, and predictions for nine classes: of
// the test samples with label k the accelerometer gets two of three right, the gyroscope one of three, and it is less
// sure.
func walked(method string, split int) *runlog.Run {
	run := complete(method, split, 0, 0.7+0.01*float64(split))
	run.Meta.Classes = []string{"animals", "clothes", "food", "household goods of all kinds", "plants", "seasonal", "symbols", "town", "vehicles"}
	run.Result.Weights = map[string]float64{"accelerometer": 0.5, "gyroscope": 0.5}
	run.Result.Epoch = 12
	for i := 1; i <= 20; i++ {
		e := generated(i).Epochs[i-1]
		e.Train.Gap = 0.6 / (1 + 0.2*float64(i-1)*0.6) // c = 0.2
		e.Validation.Gap = 0.3 + 0.01*float64(i+split)
		if e.Classifiers["gyroscope"] > 1 {
			s := e.Validation.Branch["gyroscope"]
			s.Accuracy -= 0.02
			e.Validation.Previous = map[string]runlog.Score{"gyroscope": s}
		}
		if i%5 == 0 {
			e.Grown = []string{"gyroscope"}
		}
		run.Epochs = append(run.Epochs, e)
	}
	one := func(class, n int, sure float32) []float32 {
		z := make([]float32, n)
		z[class%n] = sure
		return z
	}
	for i := range 270 {
		k := i % 9
		p := runlog.Prediction{ID: fmt.Sprintf("s%03d", i), Part: "test", Label: k, Logits: map[string][]float32{
			"accelerometer": one(k, 9, 4), "gyroscope": one(k+1, 9, 2)}}
		if i/9%3 == 0 {
			p.Logits["accelerometer"], p.Logits["gyroscope"] = one(k+1, 9, 4), one(k, 9, 2)
		}
		run.Predictions = append(run.Predictions, p, runlog.Prediction{ID: p.ID + "v", Part: "validation", Label: 8 - k, Logits: p.Logits})
	}
	return run
}

func sensor() *datasets.Modality {
	m := &datasets.Modality{Name: "gyroscope", Kind: datasets.Sensor, Shape: []int{150, 3}}
	for i := range 3 * 150 * 3 {
		m.Data = append(m.Data, float32(math.Sin(float64(i)/20)+float64(i%3)))
	}
	return m
}

func speech() *datasets.Modality {
	m := &datasets.Modality{Name: "audio", Kind: datasets.Spectrogram, Shape: []int{86, 32, 1}}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 4 * 86 * 32 {
		m.Data = append(m.Data, float32(-80*rng.Float64()))
	}
	return m
}

// walk are the figures of the walk-through notebooks, each with what its words and its picture must say.
func walk() []struct {
	name string
	f    Figure
	want []string // in the alt text
	axes []string // in the picture
} {
	run := walked("aug", 0)
	alone := complete("alone", 0, 0, 0.6)
	alone.Experiment.Data.Modalities, alone.Result.Test.Branch = []string{"gyroscope"}, map[string]runlog.Score{"gyroscope": {Accuracy: 0.4}}
	aug, joint := Method{"aug", []*runlog.Run{run, walked("aug", 1)}}, Method{"joint", []*runlog.Run{walked("joint", 0), walked("joint", 1)}}
	own := Method{"a method with a name that is long", []*runlog.Run{walked("own", 0)}}
	var runs []*runlog.Run
	for i, lambda := range []float64{0.1, 0.2, 0.33, 1} {
		for split := range 3 {
			r := walked("aug", split)
			r.Experiment.Method.Lambda = lambda
			r.Result.Test.Fused.Accuracy += 0.01 * float64(i)
			runs = append(runs, r)
		}
	}
	xs, series := BySetting(runs, func(e experiment.Experiment) float64 { return e.Method.Lambda })
	var cloud [][]float64
	var labels []int
	rng := rand.New(rand.NewPCG(2, 2))
	for i := range 1300 {
		k := i % 9
		cloud, labels = append(cloud, []float64{float64(k%3)*4 + rng.NormFloat64(), float64(k/3)*4 + rng.NormFloat64()}), append(labels, k)
	}
	return []struct {
		name string
		f    Figure
		want []string
		axes []string
	}{
		{"gap-fit", GapFit(run, datasets.Train, 1), []string{"c = 0.2 per nat and epoch", "R² = 1.00", "G₀ = 0.600 nats at epoch 1", "obeys the bound up to c = 0.2"}, []string{"G [nats]", "residual [nats]", "epoch"}},
		{"gap-grows", GapFit(run, datasets.Validation, 3), []string{"The gap does not close: c = 0 fits best", "at epoch 3", "no c &gt; 0"}, []string{"G [nats]"}},
		{"gaps", Gaps(aug, joint, own), []string{"On training: aug: 0.600 in epoch 1", "On validation: aug: 0.315 in epoch 1", "2 splits"}, []string{"gap G [nats]", "training", "validation"}},
		{"bars", Bars("Accuracy by modality", Method{"alone", []*runlog.Run{alone}}, aug, joint, own),
			[]string{"alone: gyroscope 0.400;", "aug: accelerometer 0.605 ± 0.007, gyroscope 0.505 ± 0.007, fused 0.705 ± 0.007", "protocol honest"}, []string{"test accuracy", "fused", "0.40"}},
		{"confusion", Confusion(run, "fused"), []string{"270 test samples, accuracy 0.667", "animals 67 % of 30", "animals taken for clothes, 10 times"}, []string{"true class", "predicted class", "100 %", "67 %", "33 %"}},
		{"confusion-branch", Confusion(run, "gyroscope"), []string{"accuracy 0.333", "animals 33 % of 30"}, nil},
		// softmax of 4 against eight zeros: e⁴/(e⁴+8) = 0.872; two of three are right.
		{"calibration", Calibration(run), []string{"accelerometer: ECE 0.206, mean confidence 0.872, accuracy 0.667", "gyroscope: ECE 0.147", "15 bins"}, []string{"confidence", "accuracy", "fused, ECE"}},
		{"missing", MissingModality("", aug, joint), []string{"aug: 0.667 with none missing", "at 100 %", "20 draws"}, []string{"test accuracy", "share of the test samples that lack a modality [%]"}},
		{"missing-one", MissingModality("accelerometer", aug, own), []string{"aug: 0.667 with none missing", "0.333 at 100 %"}, nil},
		{"newest", Newest(run, "gyroscope", datasets.Validation), []string{"at least as accurate in 15 of 15 epochs", "+2.00 points", "1 at first, 4 in the last epoch"}, []string{"accuracy on validation", "classifiers", "all but the newest"}},
		{"embedding", Embedding("Nine clouds", "Made up.", cloud, labels, run.Meta.Classes), []string{"1300 samples", "animals, 145, around (", "samples are drawn"}, []string{"first component", "second component", "vehicles"}},
		{"spectrograms", SpectrogramGrid("Speech", speech(), 0.02, []int{0, 3, 1}, []string{"one <&>", "two", strings.Repeat("long ", 20)}), []string{"3 spectrograms of audio: 1.72 s in 86 frames and 32 bands", "−80 to 0 dB"}, []string{"time [s]", "band", "0 dB", "power: −80"}},
		{"traces", Traces("Rotation", sensor(), 0.02, "rad/s", []string{"x", "y", "z"}, []int{0, 1, 2}, nil), []string{"3 samples of gyroscope, 3.00 s each, channels x, y, z", "rad/s: sample 0; sample 1"}, []string{"time [s]", "rad/s"}},
		{"sweep", Sweep("Accuracy against λ", "smoothing factor λ", xs, series...), []string{"fused: 0.710 at 0.1, 0.720 at 0.2, 0.730 at 0.33, 0.740 at 1", "gyroscope: 0.510 at 0.1", "up to 3 splits"}, []string{"smoothing factor λ", "test accuracy", "0.33"}},
		{"sweep-even", Sweep("Accuracy against τ", "threshold τ", []float64{0, 0.001, 0.01, 1}, Series{"fused", [][]float64{{0.7}, {0.8}, {}, {0.6}}}), []string{"0.700 at 0, 0.800 at 0.001, 0.600 at 1", "1 run a setting", "not to scale"}, []string{"0.001"}},
	}
}

func TestWalk(t *testing.T) {
	for _, c := range walk() {
		t.Run(c.name, func(t *testing.T) {
			checkSVG(t, c.f)
			if bytes.Contains(c.f.SVG, []byte(`viewBox="0 0 640 80"`)) {
				t.Fatalf("a message instead of a figure: %s", c.f.Alt)
			}
			for _, w := range c.want {
				if !strings.Contains(strings.ReplaceAll(c.f.Alt, ">", "&gt;"), w) {
					t.Errorf("the words lack %q: %s", w, c.f.Alt)
				}
			}
			for _, w := range c.axes {
				if !bytes.Contains(c.f.SVG, []byte(">"+w)) {
					t.Errorf("the picture lacks %q", w)
				}
			}
			if len(c.f.SVG) > 60_000 {
				t.Errorf("%d bytes of SVG, more than 60,000", len(c.f.SVG))
			}
			png, err := c.f.PNG()
			if err != nil {
				t.Fatal(err)
			}
			if dir := os.Getenv("AUG_FIGURES"); dir != "" {
				for ext, b := range map[string][]byte{".svg": c.f.SVG, ".png": png} {
					if err := os.WriteFile(filepath.Join(dir, c.name+ext), b, 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
	first, again := walk(), walk()
	for i, c := range first {
		if !bytes.Equal(c.f.SVG, again[i].f.SVG) {
			t.Errorf("%s: the same numbers gave two different figures", c.name)
		}
	}
}

func TestWalkSaysWhatIsMissing(t *testing.T) {
	run, empty := walked("aug", 0), generated(0)
	single := complete("alone", 0, 0, 0.6)
	single.Experiment.Data.Modalities = []string{"gyroscope"}
	without := walked("aug", 0)
	without.Predictions = nil // and its folder is not there
	damaged := walked("aug", 0)
	damaged.Predictions[2].Logits = map[string][]float32{"accelerometer": make([]float32, 9), "gyroscope": make([]float32, 60)}
	flat := generated(20)
	for i := range flat.Epochs {
		flat.Epochs[i].Train.Gap = 0
	}
	short := sensor()
	nan := sensor()
	nan.Data[7] = float32(math.NaN())
	for _, c := range []struct {
		name string
		f    Figure
		want string
	}{
		{"gap of no epochs", GapFit(empty, datasets.Train, 1), "three or more"},
		{"gap of one modality", GapFit(single, datasets.Train, 1), "this run has one"},
		{"gap of zero", GapFit(flat, datasets.Train, 1), "the gap of epoch 1 is 0"},
		{"gap on a part not measured", GapFit(run, datasets.Test, 1), "three or more"},
		{"gap from beyond the end", GapFit(run, datasets.Train, 50), "three or more"},
		{"gaps of nothing", Gaps(Method{"aug", []*runlog.Run{nil}}), "None of these runs"},
		{"gaps of one modality", Gaps(Method{"alone", []*runlog.Run{single}}), "None of these runs"},
		{"bars of nothing", Bars("t"), "no complete runs"},
		{"bars of a run that goes on", Bars("t", Method{"aug", []*runlog.Run{generated(3), nil}}), "no complete runs"},
		{"confusion of a run that goes on", Confusion(generated(3), "fused"), "not complete"},
		{"confusion of an unknown modality", Confusion(run, "lidar"), `no modality "lidar"; ask for accelerometer, gyroscope or fused`},
		{"confusion without predictions", Confusion(without, "fused"), "no run in runs/aug"},
		{"confusion of a damaged record", Confusion(damaged, "fused"), "sample s001 has 60 logits of gyroscope, not 9"},
		{"calibration without predictions", Calibration(without), "no run in runs/aug"},
		{"missing in nothing", MissingModality(""), "no complete runs"},
		{"missing in one modality", MissingModality("", Method{"alone", []*runlog.Run{single}}), "no complete runs with two"},
		{"missing an unknown modality", MissingModality("lidar", Method{"aug", []*runlog.Run{run}}), `no modality "lidar"`},
		{"newest of no epochs", Newest(empty, "gyroscope", datasets.Train), "No epoch has the branch"},
		{"newest of an unknown modality", Newest(run, "lidar", datasets.Train), "No epoch has the branch"},
		{"newest where nothing grew", Newest(run, "accelerometer", datasets.Validation), "never had a second classifier"},
		{"embedding of nothing", Embedding("t", "", nil, nil, nil), "0 points"},
		{"embedding of NaN", Embedding("t", "", [][]float64{{math.NaN(), 0}}, []int{0}, []string{"a"}), "not two finite numbers"},
		{"embedding in one dimension", Embedding("t", "", [][]float64{{1}}, []int{0}, []string{"a"}), "not two finite numbers"},
		{"embedding of an unknown class", Embedding("t", "", [][]float64{{1, 2}}, []int{3}, []string{"a"}), "none of 1 classes"},
		{"spectrogram of a sensor", SpectrogramGrid("t", short, 0.02, []int{0}, nil), "kind spectrogram"},
		{"spectrogram of nothing", SpectrogramGrid("t", nil, 0.02, []int{0}, nil), "kind spectrogram"},
		{"no spectrograms", SpectrogramGrid("t", speech(), 0.02, nil, nil), "no samples"},
		{"spectrogram without time", SpectrogramGrid("t", speech(), 0, []int{0}, nil), "step of 0 s"},
		{"traces of speech", Traces("t", speech(), 0.02, "g", nil, []int{0}, nil), "kind sensor"},
		{"traces without names", Traces("t", short, 0.02, "g", nil, []int{0}, nil), "3 channels; 0 names"},
		{"traces beyond the end", Traces("t", short, 0.02, "g", []string{"x", "y", "z"}, []int{3}, nil), "no sample 3"},
		{"traces with words for others", Traces("t", short, 0.02, "g", []string{"x", "y", "z"}, []int{1}, []string{"a", "b"}), "2 words for 1 samples"},
		{"traces of NaN", Traces("t", nan, 0.02, "g", []string{"x", "y", "z"}, []int{0}, nil), "not finite"},
		{"sweep of one setting", Sweep("t", "λ", []float64{1}, Series{}), "two settings or more"},
		{"sweep backwards", Sweep("t", "λ", []float64{2, 1}, Series{"fused", [][]float64{{1}, {1}}}), "must be finite and ascend"},
		{"sweep over NaN", Sweep("t", "λ", []float64{1, math.NaN()}, Series{"fused", [][]float64{{1}, {1}}}), "must be finite and ascend"},
		{"sweep with values left out", Sweep("t", "λ", []float64{1, 2}, Series{"fused", [][]float64{{1}}}), "1 of 2 settings"},
		{"sweep of NaN", Sweep("t", "λ", []float64{1, 2}, Series{"fused", [][]float64{{1}, {math.NaN()}}}), "not finite"},
		{"sweep without values", Sweep("t", "λ", []float64{1, 2}, Series{"fused", [][]float64{{}, {}}}), "no values"},
	} {
		t.Run(c.name, func(t *testing.T) {
			checkSVG(t, c.f)
			if !strings.Contains(c.f.Alt, c.want) || !bytes.Contains(c.f.SVG, []byte(`viewBox="0 0 640 80"`)) {
				t.Errorf("want a message with %q: %s", c.want, c.f.Alt)
			}
		})
	}
}

func TestWalkOfFewNumbers(t *testing.T) {
	one := walked("aug", 0)
	one.Epochs, one.Predictions = one.Epochs[:1], one.Predictions[:2] // one sample of the test part
	for name, f := range map[string]Figure{
		"gaps": Gaps(Method{"aug", []*runlog.Run{one}}), "bars": Bars("t", Method{"aug", []*runlog.Run{one}}),
		"confusion": Confusion(one, "fused"), "calibration": Calibration(one), "missing": MissingModality("", Method{"aug", []*runlog.Run{one}}),
		"embedding": Embedding("t", "", [][]float64{{1, 1}}, []int{0}, []string{"a"}),
		"constant":  SpectrogramGrid("t", &datasets.Modality{Name: "audio", Kind: datasets.Spectrogram, Shape: []int{2, 2, 1}, Data: make([]float32, 4)}, 1, []int{0}, nil),
	} {
		t.Run(name, func(t *testing.T) { checkSVG(t, f) })
	}
	many := walked("aug", 0) // a set of many classes has cells without numbers
	for i := range many.Predictions {
		p := &many.Predictions[i]
		p.Logits = map[string][]float32{"accelerometer": make([]float32, 60), "gyroscope": make([]float32, 60)}
		p.Label = i / 2 % 60
		p.Logits["gyroscope"][(p.Label*7)%60] = 1
	}
	f := Confusion(many, "gyroscope")
	checkSVG(t, f)
	if len(f.SVG) > 400_000 || !strings.Contains(f.Alt, "class 59") {
		t.Errorf("60 classes: %d bytes, %s", len(f.SVG), f.Alt)
	}
}

func TestWords(t *testing.T) {
	ds := &datasets.Dataset{Name: "generated", Classes: []string{"dark", "bright"}, Labels: []int{0, 1}, IDs: []string{"a", "b"}, Captions: []string{"night", "noon"},
		Modalities: []*datasets.Modality{{Name: "text", Kind: datasets.Text, Shape: []int{3}, Data: []float32{0, 0.6, 0.8, 1, 0, 0}}}}
	got := Words(ds, 1, 0, 2).Markdown()
	for _, want := range []string{"| b | bright | noon | 1 |", "| a | dark | night | 2 |", "there is no sample 2 of 2", "3 hashed features"} {
		if !strings.Contains(got, want) {
			t.Errorf("the table lacks %q:\n%s", want, got)
		}
	}
	ds.Modalities = nil
	if got := Words(ds, 0).Markdown(); !strings.Contains(got, "| a | dark | night |\n") {
		t.Errorf("without a text modality:\n%s", got)
	}
}

func TestLooksOfMethodsAndClasses(t *testing.T) {
	taken := map[color.RGBA]bool{}
	for _, l := range looks {
		taken[l.colour] = true
	}
	for _, c := range tol {
		if taken[c] || contrast(c, card) < 3 {
			t.Errorf("%v is a modality's, or its contrast of %.2f to the card is below 3", c, contrast(c, card))
		}
		taken[c] = true
	}
	seen := map[string]bool{}
	for k := range 63 {
		c, s := classLook(k)
		key := fmt.Sprint(c, s)
		if seen[key] {
			t.Errorf("class %d looks like another", k)
		}
		seen[key] = true
	}
	ls := methodLooks([]Method{{Name: "mine"}, {Name: "aug"}, {Name: "yours"}})
	if ls[1].colour != methodLooks([]Method{{Name: "aug"}})[0].colour || ls[0].colour == ls[2].colour || ls[0].colour == ls[1].colour {
		t.Errorf("looks %v", ls)
	}
	previous := 2.0
	for i := range 101 { // the one scale falls in lightness, and text on it can be read
		c := shade(float64(i) / 100)
		if l := luminance(c); l >= previous {
			t.Errorf("shade %d %% is not darker than the one before", i)
		} else {
			previous = l
		}
		if r := contrast(c, inkOn(c)); r < 3.9 {
			t.Errorf("text on shade %d %% has a contrast of %.2f", i, r)
		}
	}
}
