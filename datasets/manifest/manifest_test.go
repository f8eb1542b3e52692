package manifest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/augkit/aug/datasets"
)

// made is a new folder with generated samples of all kinds.
func made(t testing.TB, kind ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "mine")
	must(t, New(dir, kind...))
	return filepath.Join(dir, "samples.csv")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func fails(t testing.TB, err error, want ...string) {
	t.Helper()
	for _, w := range want {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("error %v, want one with %q", err, w)
		}
	}
}

func open(t testing.TB, file string, req datasets.Request) (*datasets.Dataset, error) {
	t.Helper()
	s, err := Source(file)
	if err != nil {
		return nil, err
	}
	return s.Open(t.Context(), req)
}

// edit changes a text file beside the CSV.
func edit(t testing.TB, file, name, from, to string) {
	t.Helper()
	file = filepath.Join(filepath.Dir(file), filepath.FromSlash(name))
	text, err := os.ReadFile(file)
	must(t, err)
	if !strings.Contains(string(text), from) {
		t.Fatalf("%s lacks %q", name, from)
	}
	must(t, os.WriteFile(file, []byte(strings.Replace(string(text), from, to, 1)), 0o644))
}

func TestOpen(t *testing.T) {
	file := made(t, "image", "audio", "sensor", "text")
	s, err := Source(file)
	must(t, err)
	if s.Name != Name || s.Classes != 3 || s.Samples != 144 || s.Splits != 5 || !slices.Equal(s.Modalities, []string{"image", "audio", "sensor", "text"}) {
		t.Errorf("source %s of %v: %d classes, %d samples, %d splits", s.Name, s.Modalities, s.Classes, s.Samples, s.Splits)
	}
	d, err := s.Open(t.Context(), datasets.Request{Split: 2})
	must(t, err)
	for i, want := range []struct {
		kind  datasets.Kind
		shape []int
		low   float32
		high  float32
	}{
		{datasets.Image, []int{32, 32, 3}, 0, 1},
		{datasets.Spectrogram, []int{39, 32, 1}, -80, 0},
		{datasets.Sensor, []int{64, 2}, -4, 4},
		{datasets.Text, []int{1024}, 0, 1},
	} {
		m := d.Modalities[i]
		if m.Kind != want.kind || !slices.Equal(m.Shape, want.shape) || s.Kinds[m.Name] != want.kind {
			t.Errorf("%s is %s %v", m.Name, m.Kind, m.Shape)
		}
		if low, high := slices.Min(m.Data), slices.Max(m.Data); low < want.low || high > want.high || low == high {
			t.Errorf("%s lies in %v … %v", m.Name, low, high)
		}
	}
	if !slices.Equal(d.Classes, shapes) || d.IDs[3] != "circle-01b" || d.Groups[2] != d.Groups[3] || d.Groups[1] == d.Groups[2] {
		t.Errorf("classes %v, sample 3 %s, groups %v", d.Classes, d.IDs[3], d.Groups[:4])
	}
	if !strings.HasPrefix(d.Captions[0], "a ") {
		t.Errorf("caption %q", d.Captions[0])
	}
	again, err := open(t, file, datasets.Request{Split: 2})
	must(t, err)
	if again.Hash != d.Hash || &again.Modalities[0].Data[0] != &d.Modalities[0].Data[0] {
		t.Error("the second time is not like the first, or was decoded again")
	}
	one, err := open(t, file, datasets.Request{Modalities: []string{"audio"}})
	must(t, err)
	if len(one.Modalities) != 1 || one.Captions[0] != d.Captions[0] {
		t.Errorf("audio alone has %v and caption %q", one.Names(), one.Captions[0])
	}
}

// What a cell names, by its values.
func TestValues(t *testing.T) {
	file := made(t, "image", "sensor")
	d, err := open(t, file, datasets.Request{})
	must(t, err)
	edit(t, file, "sensor/circle-00a.csv", "x,y\n", "")
	same, err := open(t, file, datasets.Request{})
	must(t, err)
	if same.Hash != d.Hash {
		t.Error("a table without names reads otherwise")
	}
	past := filepath.Join(filepath.Dir(file), "sensor", "circle-00a.csv")
	text, err := os.ReadFile(past)
	must(t, err)
	head, rest, _ := strings.Cut(string(text), ",")
	must(t, os.WriteFile(past, []byte("7.25"+strings.Repeat(" ", len(head)-4)+","+rest), 0o644))
	must(t, os.Chtimes(past, time.Time{}, time.Now().Add(time.Second)))
	other, err := open(t, file, datasets.Request{})
	must(t, err)
	if got := other.Modalities[1].Raw(0)[0]; got != 7.25 || other.Hash == d.Hash {
		t.Errorf("the changed value reads as %v", got)
	}
}

func TestParts(t *testing.T) {
	file := made(t, "image", "sensor")
	text, err := os.ReadFile(file)
	must(t, err)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for i := range lines {
		part := []string{"train", "train", "train", "train", "validation", "validation", "test", "test"}[max(0, i-1)%8]
		if i == 0 {
			part = "part"
		}
		lines[i] += "," + part
	}
	must(t, os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o644))
	s, err := Source(file)
	must(t, err)
	d, err := open(t, file, datasets.Request{})
	must(t, err)
	if s.Splits != 1 || d.Parts[0] != datasets.Train || d.Parts[4] != datasets.Validation || d.Parts[7] != datasets.Test {
		t.Errorf("%d splits, parts %v", s.Splits, d.Parts[:8])
	}
	_, err = open(t, file, datasets.Request{Split: 1})
	fails(t, err, "no split 1")
	edit(t, file, "samples.csv", "circle-00b.csv,train", "circle-00b.csv,test")
	_, err = Source(file)
	fails(t, err, "samples.csv, line 3", `group "circle-00"`, "test part here and in the train part on line 2")
}

func TestOpenErrors(t *testing.T) {
	for _, test := range []struct {
		name, file, from, to string
		want                 []string
	}{
		{"no such picture", "samples.csv", "image/circle-01a.png", "image/none.png", []string{"samples.csv, line 4, image", "no file image/none.png", "mend the path"}},
		{"an absolute path", "samples.csv", "image/circle-01a.png", "/image/none.png", []string{"line 4, image", "absolute path"}},
		{"a folder", "samples.csv", "image/circle-01a.png", "image", []string{"line 4, image", "is no file"}},
		{"not a picture", "samples.csv", "image/circle-01a.png", "audio/circle-01a.wav", []string{"line 4, image", "not a readable picture", "PNG and JPEG"}},
		{"not a recording", "samples.csv", "audio/circle-02a.wav", "image/circle-02a.png", []string{"line 6, audio", "neither Ogg nor WAV", "ffmpeg"}},
		{"words among numbers", "sensor/circle-00a.csv", ",", ",seven\n1,", []string{"line 2, sensor", "sensor/circle-00a.csv"}},
		{"a third column", "sensor/circle-00a.csv", "x,y", "x,y,z", []string{"line 1 has 3 columns", "2 channels"}},
		{"too short", "samples.json", `"steps": 64`, `"steps": 65`, []string{"line 2, sensor", "64 rows of numbers, 65 steps", "lower steps"}},
		{"too large", "samples.json", `"steps": 64`, `"steps": 640000`, []string{"samples.json", "steps is 640000; use 2 to 65536"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := made(t, "image", "audio", "sensor")
			edit(t, file, test.file, test.from, test.to)
			_, err := open(t, file, datasets.Request{})
			fails(t, err, append(test.want, "data set manifest")...)
		})
	}
	for name, want := range map[string]string{
		"": "data.settings.file is missing", "nowhere/samples.csv": "there is no file nowhere/samples.csv", "samples.json": "name the CSV beside it",
	} {
		_, err := Source(name)
		fails(t, err, want)
	}
	file := made(t, "image", "text")
	must(t, os.Remove(strings.TrimSuffix(file, ".csv")+".json"))
	_, err := Source(file)
	fails(t, err, "there is no file", "samples.json", "what the columns of samples.csv are")
	file = made(t, "image", "text")
	s, err := Source(file)
	must(t, err)
	_, err = s.Resolve(datasets.Request{Settings: map[string]string{"file": "other.csv"}})
	fails(t, err, "other.csv")
}

func TestSilence(t *testing.T) {
	file := made(t, "image", "audio")
	silent := WAV(make([]float32, 8000), 8000)
	must(t, os.WriteFile(filepath.Join(filepath.Dir(file), "audio", "circle-00a.wav"), silent, 0o644))
	_, err := open(t, file, datasets.Request{})
	fails(t, err, "line 2, audio", "silent")
}

func TestNew(t *testing.T) {
	a, b := made(t, "image", "audio", "sensor", "text"), made(t, "image", "audio", "sensor", "text")
	for _, name := range []string{"samples.csv", "samples.json", "README.md", "image/square-03b.png", "audio/triangle-23a.wav", "sensor/circle-10a.csv"} {
		x, err := os.ReadFile(filepath.Join(filepath.Dir(a), filepath.FromSlash(name)))
		must(t, err)
		y, err := os.ReadFile(filepath.Join(filepath.Dir(b), filepath.FromSlash(name)))
		must(t, err)
		if name != "README.md" && !slices.Equal(x, y) { // it names its folder
			t.Errorf("%s differs from one time to the next", name)
		}
	}
	for want, kind := range map[string][]string{
		"two kinds or more": {"image"}, `kind "smell"`: {"image", "smell"}, `kind "text" is unknown or named twice`: {"text", "text"},
	} {
		dir := filepath.Join(t.TempDir(), "never")
		fails(t, New(dir, kind...), want)
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%v leaves a folder", kind)
		}
	}
	fails(t, New(filepath.Dir(a), "image", "text"), "is not empty; name a new folder")
	fails(t, Generate(t.TempDir(), "text"), `no files of kind "text"`)
}

func TestWAV(t *testing.T) {
	data := WAV([]float32{0, 1, -1, 2}, 8000)
	if len(data) != 44+8 || string(data[:4]) != "RIFF" || data[46] != 0xff || data[47] != 0x7f || data[50] != 0xff || data[51] != 0x7f {
		t.Errorf("%d bytes: % x", len(data), data[44:])
	}
}
