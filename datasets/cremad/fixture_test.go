package cremad

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/datasets"
)

const (
	actors  = 10
	perClip = 3 // pictures
	clips   = actors * 3
)

// hertz is the tone of a clip: each emotion has its own.
func hertz(class int) float64 { return 400 * float64(class+1) }

// tone is a PCM16 WAV file of a quarter of a second at 16 kHz.
func tone(hertz float64) []byte {
	const rate = 16000
	samples := make([]byte, 0, rate/2)
	for i := range rate / 4 {
		v := 16000 * math.Sin(2*math.Pi*hertz*float64(i)/rate)
		samples = binary.LittleEndian.AppendUint16(samples, uint16(int16(v)))
	}
	return wav(samples)
}

func wav(samples []byte) []byte {
	const rate = 16000
	le := binary.LittleEndian
	out := le.AppendUint32([]byte("RIFF"), uint32(36+len(samples)))
	out = le.AppendUint32(append(out, "WAVEfmt "...), 16)
	for _, v := range []uint16{1, 1, rate, 0, 2 * rate, 0, 2, 16} {
		out = le.AppendUint16(out, v)
	}
	out = le.AppendUint32(append(out, "data"...), uint32(len(samples)))
	return append(out, samples...)
}

// shade is the colour of picture k of a clip.
func shade(actor, class, k int) color.RGBA {
	return color.RGBA{uint8(60 + 10*actor), uint8(40 * class), uint8(80 * k), 255}
}

func drawing(c color.Color) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 48, 36))
	for x := range 48 {
		for y := range 36 {
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// spoken are the emotions of an actor.
func spoken(actor int) []int { return []int{actor % 2, actor%2 + 2, actor%2 + 4} }

// listed tells the clips of the test list.
func listed(actor, class int) bool { return actor%3 == 0 && class < 2 }

func idOf(actor, class int) string { return fmt.Sprintf("%d_DFA_%s_XX", 1001+actor, classes[class]) }

// makeFolder writes the layout in small: ten actors, each with clips of three emotions.
func makeFolder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	var train, test strings.Builder
	for a := range actors {
		for _, c := range spoken(a) {
			id := idOf(a, c)
			put(t, dir, "AudioWAV/"+id+".wav", tone(hertz(c)))
			for k := range perClip {
				put(t, dir, fmt.Sprintf("Image-01-FPS/%s/%05d.jpg", id, 29*k), drawing(shade(a, c, k)))
			}
			list := &train
			if listed(a, c) {
				list = &test
			}
			fmt.Fprintf(list, "%s,%s\r\n", id, classes[c])
		}
	}
	put(t, dir, "train.csv", []byte(train.String()))
	put(t, dir, "test.csv", []byte("\ufeff"+test.String()))
	put(t, dir, "Image-01-FPS/"+idOf(0, 0)+"/.DS_Store", nil) // what else lies there is passed over
	return dir
}

func put(t testing.TB, dir, name string, data []byte) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	must(t, os.MkdirAll(filepath.Dir(file), 0o755))
	must(t, os.WriteFile(file, data, 0o644))
}

// home is a cache folder that holds the data set of a new folder.
func home(t testing.TB) (cache, from string) {
	t.Helper()
	cache, from = t.TempDir(), makeFolder(t)
	must(t, get(t.Context(), datasets.GetRequest{From: from, CacheDir: cache}))
	return cache, from
}

// with opens the data set with settings written a=b.
func with(t testing.TB, cache string, split int, set ...string) *datasets.Dataset {
	t.Helper()
	d, err := open(t.Context(), request(cache, split, set...))
	must(t, err)
	return d
}

func request(cache string, split int, set ...string) datasets.Request {
	req := datasets.Request{CacheDir: cache, Split: split, Settings: map[string]string{}}
	for _, s := range set {
		name, value, _ := strings.Cut(s, "=")
		req.Settings[name] = value
	}
	return req
}

func at(t testing.TB, d *datasets.Dataset, id string) int {
	t.Helper()
	i := slices.Index(d.IDs, id)
	if i < 0 {
		t.Fatalf("no sample %s", id)
	}
	return i
}

// temporary fails the test if a temporary file was left under dir.
func temporary(t testing.TB, dir string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".tmp") {
			t.Errorf("%s was left", name)
		}
		return err
	}))
}

// fails checks that an error says all of that.
func fails(t testing.TB, err error, want ...string) {
	t.Helper()
	for _, w := range want {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("error %v, want one with %q", err, w)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
