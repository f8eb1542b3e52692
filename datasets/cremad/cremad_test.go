package cremad

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/datasets"
)

func TestGetAndOpen(t *testing.T) {
	cache, from := t.TempDir(), makeFolder(t)
	var said []string
	req := datasets.GetRequest{From: from, CacheDir: cache, Progress: func(what string, done, total int64) {
		if done > total {
			t.Errorf("%s: %d of %d", what, done, total)
		}
		said = append(said, what)
	}}
	must(t, get(t.Context(), req))
	if last := said[len(said)-1]; !strings.HasPrefix(last, "cremad is made: 30 clips in ") || strings.Contains(last, "lack") {
		t.Errorf("last words: %s", last)
	}
	d := with(t, cache, 0)
	if d.Len() != clips || !slices.Equal(d.Names(), []string{"audio", "image"}) || !slices.IsSorted(d.IDs) {
		t.Fatalf("%d samples of %v", d.Len(), d.Names())
	}
	if got := d.Modalities[0].Shape; !slices.Equal(got, []int{188, 257, 1}) {
		t.Errorf("audio %v", got)
	}
	if got := d.Modalities[1].Shape; !slices.Equal(got, []int{224, 224, 3}) {
		t.Errorf("image %v", got)
	}
	for a := range actors {
		for _, c := range spoken(a) {
			i := at(t, d, idOf(a, c))
			if d.Labels[i] != c {
				t.Errorf("%s is a %s", d.IDs[i], classes[d.Labels[i]])
			}
			if test := d.Parts[i] == datasets.Test; test != listed(a, c) {
				t.Errorf("%s is in the %s part", d.IDs[i], d.Parts[i])
			}
			near(t, d, i, shade(a, c, 0))
			if bin := loudest(d.Modalities[0].Raw(i)); math.Abs(float64(bin)*rate/frame-hertz(c)) > rate/frame {
				t.Errorf("%s is loudest in band %d", d.IDs[i], bin)
			}
		}
	}
	if got := d.Captions[0]; got != "actor 1001: Don't forget a jacket. (DIS)" {
		t.Errorf("caption %q", got)
	}
	if m := d.Modalities[0]; m.Mean != nil || m.Std != nil {
		t.Errorf("spectrograms are scaled by %v, %v", m.Mean, m.Std)
	}
	if m := d.Modalities[1]; !slices.Equal(m.Mean, imageNetMean) || !slices.Equal(m.Std, imageNetStd) {
		t.Errorf("pictures are scaled by %v, %v", m.Mean, m.Std)
	}

	before := stamp(t, cache)
	for _, from := range []string{"", from} { // nothing is made twice, with the folder named or not
		said, req.From = nil, from
		must(t, get(t.Context(), req))
		if len(said) != 1 || !strings.HasPrefix(said[0], "cremad is already there: ") {
			t.Errorf("second call said %q", said)
		}
	}
	if again := with(t, cache, 0); again.Hash != d.Hash || stamp(t, cache) != before {
		t.Error("the second time is not like the first")
	}
	other := t.TempDir()
	must(t, get(t.Context(), datasets.GetRequest{From: from, CacheDir: other}))
	if again := with(t, other, 0); again.Hash != d.Hash {
		t.Error("two caches of one folder differ")
	}
}

// stamp is the names and times of all files of a cache.
func stamp(t testing.TB, cache string) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(cache, "cremad"))
	must(t, err)
	var out []string
	for _, e := range entries {
		info, err := e.Info()
		must(t, err)
		out = append(out, fmt.Sprint(e.Name(), info.Size(), info.ModTime().UnixNano()))
	}
	return strings.Join(out, "\n")
}

// loudest is the band with the largest value in the middle of a spectrogram.
func loudest(x []float32) int {
	t := len(x) / bands / 2
	best := 0
	for k, v := range x[t*bands : (t+1)*bands] {
		if v > x[t*bands+best] {
			best = k
		}
	}
	return best
}

func TestSettings(t *testing.T) {
	cache, _ := home(t)
	first := with(t, cache, 0, "size=64")
	if got := first.Modalities[1].Shape; !slices.Equal(got, []int{64, 64, 3}) {
		t.Errorf("size 64: %v", got)
	}
	if got := with(t, cache, 0, "size=112").Modalities[1].Shape; !slices.Equal(got, []int{112, 112, 3}) {
		t.Errorf("size 112: %v", got)
	}
	middle := with(t, cache, 0, "size=64", "frame=middle")
	for a := range actors {
		c := spoken(a)[1]
		near(t, middle, at(t, middle, idOf(a, c)), shade(a, c, 1))
	}

	req := request(cache, 0, "audio_seconds=20")
	req.Modalities = []string{"audio"}
	long, err := open(t.Context(), req)
	must(t, err)
	if m := long.Modalities[0]; !slices.Equal(m.Shape, []int{1250, 257, 1}) || len(long.Modalities) != 1 {
		t.Errorf("20 seconds: %v", m.Shape)
	}
	// The clip is repeated: the tone is there at the end too, as loud as before.
	i := at(t, long, idOf(0, 0))
	short, end := first.Modalities[0].Raw(i), long.Modalities[0].Raw(i)[1200*bands:]
	if a, b := slices.Max(short), slices.Max(end); math.Abs(float64(a-b)) > 0.1 {
		t.Errorf("the loudest of 3 s is %g, of the last of 20 s %g", a, b)
	}

	scaled := with(t, cache, 0, "size=64", "scale=train")
	for _, m := range scaled.Modalities {
		if len(m.Mean) != m.Shape[2] || slices.Equal(m.Mean, imageNetMean) {
			t.Errorf("scale=train: %s is scaled by %v", m.Name, m.Mean)
		}
	}
	if scaled.Hash != first.Hash {
		t.Error("the scaling changes the data")
	}
	for _, bad := range []string{"audio_seconds=5", "size=32", "frame=last", "split_by=line", "missing=no", "scale=1", "fps=1"} {
		if _, err := open(t.Context(), request(cache, 0, bad)); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
	if _, err := open(t.Context(), request(cache, splits)); err == nil {
		t.Errorf("split %d is taken", splits)
	}
}

func TestRandomFrame(t *testing.T) {
	cache, _ := home(t)
	drawn := func(split int) string {
		d := with(t, cache, split, "size=64", "frame=random")
		var out strings.Builder
		for i := range d.Len() {
			blue := d.Modalities[1].Raw(i)[3*(32*64+32)+2]
			fmt.Fprint(&out, int(math.Round(float64(blue)*255/80)))
		}
		return out.String()
	}
	zero, one := drawn(0), drawn(1)
	if zero == one {
		t.Error("two splits draw the same pictures")
	}
	for _, k := range []string{"0", "1", "2"} {
		if n := strings.Count(zero, k); n < clips/6 || n > clips/2 {
			t.Errorf("picture %s is drawn %d times in %d", k, n, clips)
		}
	}
	if zero != drawn(0) {
		t.Error("the draw is not reproducible")
	}
}

func TestSplits(t *testing.T) {
	cache, _ := home(t)
	for _, by := range []string{"list", "actor"} {
		tested, validated := map[string]int{}, map[string]int{}
		for split := range splits {
			req := request(cache, split, "size=64", "split_by="+by)
			req.Modalities = []string{"image"}
			d, err := open(t.Context(), req)
			must(t, err)
			where := map[string]map[datasets.Part]bool{} // parts of each actor
			for i, id := range d.IDs {
				switch d.Parts[i] {
				case datasets.Test:
					tested[id]++
				case datasets.Validation:
					validated[id]++
				}
				if where[id[:4]] == nil {
					where[id[:4]] = map[datasets.Part]bool{}
				}
				where[id[:4]][d.Parts[i]] = true
			}
			for actor, parts := range where {
				if by == "list" {
					delete(parts, datasets.Test) // the lists have them there whatever we do
				}
				if len(parts) != 1 {
					t.Errorf("%s, split %d: actor %s is in %v", by, split, actor, parts)
				}
			}
		}
		for a := range actors {
			for _, c := range spoken(a) {
				id, inTest := idOf(a, c), by == "list" && listed(a, c)
				wantTest, wantValidation := 1, 1
				if by == "list" {
					wantTest = 0
				}
				if inTest {
					wantTest, wantValidation = splits, 0
				}
				if tested[id] != wantTest || validated[id] != wantValidation {
					t.Errorf("%s: %s is tested %d times, validated %d times", by, id, tested[id], validated[id])
				}
			}
		}
	}
}

func ExampleSource() {
	s := Source()
	fmt.Println(s.Name, s.Modalities, s.Classes, "classes,", s.Samples, "samples,", s.Splits, "splits")
	// Output: cremad [audio image] 6 classes, 7442 samples, 10 splits
}
