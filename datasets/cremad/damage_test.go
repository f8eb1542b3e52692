package cremad

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/augkit/aug/datasets"
)

func TestMissing(t *testing.T) {
	cache, from := t.TempDir(), makeFolder(t)
	wav := filepath.Join(from, "AudioWAV", idOf(1, 1)+".wav")
	sound, err := os.ReadFile(wav)
	must(t, err)
	must(t, os.Remove(wav))
	must(t, os.RemoveAll(filepath.Join(from, "Image-01-FPS", idOf(2, 2))))
	empty := filepath.Join(from, "Image-01-FPS", idOf(3, 3))
	must(t, os.RemoveAll(empty))
	must(t, os.Mkdir(empty, 0o755))
	must(t, os.RemoveAll(filepath.Join(from, "Image-01-FPS", idOf(9, 5))))

	var last string
	req := datasets.GetRequest{From: from, CacheDir: cache, Progress: func(what string, _, _ int64) { last = what }}
	must(t, get(t.Context(), req))
	parts := []string{
		"4 of the 30 clips of the lists lack a file: ", "1002_DFA_HAP_XX has no AudioWAV/1002_DFA_HAP_XX.wav",
		"1003_DFA_SAD_XX has no picture in Image-01-FPS/1003_DFA_SAD_XX", "1004_DFA_FEA_XX", "missing=drop",
	}
	fails(t, errors.New(last), parts...)
	_, err = open(t.Context(), request(cache, 0, "size=64"))
	fails(t, err, append(parts, "aug data get cremad --from "+from)...)
	if strings.Contains(err.Error(), "1010_DFA") {
		t.Errorf("more than the first three are named: %v", err)
	}
	d := with(t, cache, 0, "size=64", "missing=drop")
	if d.Len() != clips-4 || slices.Contains(d.IDs, idOf(2, 2)) {
		t.Errorf("%d samples", d.Len())
	}

	// Once the files are there, Get takes them in.
	must(t, os.WriteFile(wav, sound, 0o644))
	for _, id := range []string{idOf(2, 2), idOf(3, 3), idOf(9, 5)} {
		put(t, from, "Image-01-FPS/"+id+"/00000.JPG", drawing(shade(0, 0, 0)))
	}
	must(t, get(t.Context(), req))
	if strings.Contains(last, "lack") {
		t.Errorf("Get said %s", last)
	}
	if d := with(t, cache, 0, "size=64"); d.Len() != clips { // its file of other clips is not taken
		t.Errorf("%d samples", d.Len())
	}
}

func TestGetRefuses(t *testing.T) {
	none := func(testing.TB, string) {}
	for _, test := range []struct {
		name   string
		change func(t testing.TB, from string)
		want   []string
	}{
		{"no list", func(t testing.TB, from string) { must(t, os.Remove(filepath.Join(from, "test.csv"))) },
			[]string{"no test.csv", "annotations", "OGM-GE"}},
		{"bad list", func(t testing.TB, from string) { put(t, from, "train.csv", []byte(idOf(0, 0)+",NEU\nx,NEU\n")) },
			[]string{"train.csv: line 2"}},
		{"list is a folder", func(t testing.TB, from string) {
			must(t, os.Remove(filepath.Join(from, "test.csv")))
			must(t, os.Mkdir(filepath.Join(from, "test.csv"), 0o755))
		}, []string{"read the list", "test.csv"}},
		{"clip in both lists", func(t testing.TB, from string) { put(t, from, "test.csv", []byte(idOf(1, 1)+"\n")) },
			[]string{idOf(1, 1), "train.csv and ", "test.csv"}},
		{"no recordings", func(t testing.TB, from string) { must(t, os.RemoveAll(filepath.Join(from, "AudioWAV"))) },
			[]string{"no folder AudioWAV"}},
		{"no pictures", func(t testing.TB, from string) { must(t, os.RemoveAll(filepath.Join(from, "Image-01-FPS"))) },
			[]string{"no folder Image-01-FPS", "ffmpeg"}},
		{"nothing in the folders", func(t testing.TB, from string) {
			must(t, os.RemoveAll(filepath.Join(from, "AudioWAV")))
			must(t, os.Mkdir(filepath.Join(from, "AudioWAV"), 0o755))
		}, []string{"none of the 30 clips", "1001_DFA_DIS_XX has no AudioWAV/"}},
		{"recording is a folder", func(t testing.TB, from string) {
			put(t, from, "AudioWAV/"+idOf(0, 4)+".wav", nil)
			must(t, os.Remove(filepath.Join(from, "AudioWAV", idOf(0, 4)+".wav")))
			must(t, os.Mkdir(filepath.Join(from, "AudioWAV", idOf(0, 4)+".wav"), 0o755))
		}, []string{idOf(0, 4) + ".wav is no file"}},
		{"pictures are a file", func(t testing.TB, from string) {
			must(t, os.RemoveAll(filepath.Join(from, "Image-01-FPS", idOf(0, 4))))
			put(t, from, "Image-01-FPS/"+idOf(0, 4), nil)
		}, []string{idOf(0, 4)}},
		{"broken picture", func(t testing.TB, from string) {
			put(t, from, "Image-01-FPS/"+idOf(5, 1)+"/00000.jpg", []byte("no picture"))
			put(t, from, "Image-01-FPS/"+idOf(5, 3)+"/00000.jpg", drawing(shade(0, 0, 0))[:300])
		}, []string{filepath.Join(idOf(5, 3), "00000.jpg"), "missing=drop"}}, // FEA comes before HAP
		{"huge picture", func(t testing.TB, from string) {
			data := drawing(shade(0, 0, 0))
			i := bytes.Index(data, []byte{0xff, 0xc0}) // height and width in the frame header
			binary.BigEndian.PutUint32(data[i+5:], 0xfff0_fff0)
			put(t, from, "Image-01-FPS/"+idOf(5, 1)+"/00000.jpg", data)
		}, []string{"65520×65520 pixels"}},
		{"broken recording", func(t testing.TB, from string) { put(t, from, "AudioWAV/"+idOf(7, 3)+".wav", []byte("RIFF")) },
			[]string{idOf(7, 3) + ".wav", "no RIFF WAVE header"}},
		{"odd rate", func(t testing.TB, from string) {
			data := tone(440)
			binary.LittleEndian.PutUint32(data[24:], 191_999)
			put(t, from, "AudioWAV/"+idOf(7, 3)+".wav", data)
		}, []string{idOf(7, 3) + ".wav", "taps", "16000 Hz"}},
		{"pointer", func(t testing.TB, from string) {
			put(t, from, "AudioWAV/"+idOf(7, 3)+".wav", []byte("version https://git-lfs.example/spec/v1\noid sha256:00\nsize 5\n"))
		}, []string{idOf(7, 3) + ".wav", "git lfs pull"}},
		{"empty folder", func(t testing.TB, from string) {
			must(t, os.RemoveAll(from))
			must(t, os.Mkdir(from, 0o755))
		}, []string{"no train.csv"}},
		{"no folder", func(t testing.TB, from string) { must(t, os.RemoveAll(from)) }, []string{"--from"}},
		{"a file", func(t testing.TB, from string) {
			must(t, os.RemoveAll(from))
			must(t, os.WriteFile(from, nil, 0o644))
		}, []string{"is a file"}},
		{"cache is a file", none, []string{"cache"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			cache, from := t.TempDir(), makeFolder(t)
			test.change(t, from)
			if test.name == "cache is a file" {
				cache = filepath.Join(cache, "file")
				must(t, os.WriteFile(cache, nil, 0o644))
			}
			fails(t, get(t.Context(), datasets.GetRequest{From: from, CacheDir: cache}), append(test.want, "cremad: ")...)
			if test.name != "cache is a file" {
				temporary(t, cache)
			}
		})
	}
}

func TestGetWithoutFolder(t *testing.T) {
	err := get(t.Context(), datasets.GetRequest{CacheDir: t.TempDir()})
	fails(t, err, "CheyneyComputerScience/CREMA-D", "git lfs pull", "ffmpeg", "OGM-GE", "--from FOLDER")
	_, err = open(t.Context(), datasets.Request{CacheDir: t.TempDir()})
	if fails(t, err, "run `aug data get cremad --from FOLDER`"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestAnnotationsFolder(t *testing.T) {
	cache, from := t.TempDir(), makeFolder(t)
	must(t, os.Mkdir(filepath.Join(from, "annotations"), 0o755))
	for _, list := range []string{"train.csv", "test.csv"} {
		must(t, os.Rename(filepath.Join(from, list), filepath.Join(from, "annotations", list)))
	}
	must(t, get(t.Context(), datasets.GetRequest{From: from, CacheDir: cache}))
	if d := with(t, cache, 0, "size=64"); d.Len() != clips {
		t.Errorf("%d samples", d.Len())
	}
}

func TestDamagedCache(t *testing.T) {
	cache, _ := home(t)
	hash := with(t, cache, 0).Hash
	for _, file := range []string{indexFile, "audio-3s-v1.bin", "image-first-224-v1.bin"} {
		name := filepath.Join(cache, "cremad", file)
		sound, err := os.ReadFile(name)
		must(t, err)
		flipped := bytes.Clone(sound)
		flipped[len(flipped)/2] ^= 1
		for what, data := range map[string][]byte{
			"cut": sound[:len(sound)-100], "half": sound[:len(sound)/2], "flipped": flipped, "empty": nil,
			"foreign": []byte("hello"), "longer": append(bytes.Clone(sound), 'x'),
		} {
			must(t, os.WriteFile(name, data, 0o644))
			_, err := open(t.Context(), request(cache, 0))
			if !errors.Is(err, errDamaged) || !strings.Contains(err.Error(), file) {
				t.Errorf("%s, %s: %v", file, what, err)
			}
		}
		req := datasets.GetRequest{CacheDir: cache}
		if file == indexFile {
			fails(t, get(t.Context(), req), "damaged", "--from FOLDER")
			must(t, os.WriteFile(name, sound, 0o644))
		}
		must(t, get(t.Context(), req))
		if mended, err := os.ReadFile(name); err != nil || !bytes.Equal(mended, sound) {
			t.Errorf("%s: Get did not mend it: %v", file, err)
		}
	}
	if with(t, cache, 0).Hash != hash {
		t.Error("the mended cache differs")
	}
}

func TestMovedFolder(t *testing.T) {
	cache, from := home(t)
	moved := filepath.Join(t.TempDir(), "moved")
	must(t, os.Rename(from, moved))
	hash := with(t, cache, 0).Hash // what is made needs no folder
	_, err := open(t.Context(), request(cache, 0, "size=64"))
	fails(t, err, from, "run `aug data get cremad --from FOLDER` again")
	temporary(t, cache)
	before := stamp(t, cache)
	must(t, get(t.Context(), datasets.GetRequest{From: moved, CacheDir: cache}))
	if stamp(t, cache) == before {
		t.Error("the new place of the folder is not kept")
	}
	with(t, cache, 0, "size=64")
	if with(t, cache, 0).Hash != hash {
		t.Error("the moved folder differs")
	}
}

func TestOtherLists(t *testing.T) {
	cache, from := home(t)
	put(t, from, "test.csv", []byte(idOf(0, 0)+"\n"+idOf(3, 1)+"\n"))
	must(t, get(t.Context(), datasets.GetRequest{From: from, CacheDir: cache}))
	if d := with(t, cache, 0); len(d.Indices(datasets.Test)) != 2 {
		t.Errorf("%d samples in the test part", len(d.Indices(datasets.Test)))
	}
}

func TestCancelled(t *testing.T) {
	cache, from := t.TempDir(), makeFolder(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := get(ctx, datasets.GetRequest{From: from, CacheDir: cache, Progress: func(string, int64, int64) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Get: %v", err)
	}
	temporary(t, cache)
	if _, err := os.Stat(filepath.Join(cache, "cremad", "audio-3s-v1.bin")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file was made: %v", err)
	}
	if err := get(ctx, datasets.GetRequest{From: from, CacheDir: cache}); !errors.Is(err, context.Canceled) {
		t.Errorf("Get with a cancelled context: %v", err)
	}
	if _, err := open(ctx, datasets.Request{CacheDir: cache}); !errors.Is(err, context.Canceled) {
		t.Errorf("Open: %v", err)
	}
	x, err := loadIndex(filepath.Join(cache, "cremad"))
	must(t, err)
	if err := imageFeature("first", 64, 0).ensure(ctx, filepath.Join(cache, "cremad"), x); !errors.Is(err, context.Canceled) {
		t.Errorf("ensure: %v", err)
	}
}

// TestSideBySide opens settings that have no file yet from several goroutines.
func TestSideBySide(t *testing.T) {
	cache, _ := home(t)
	hashes := make([]string, 4)
	var group sync.WaitGroup
	for i := range hashes {
		group.Go(func() {
			d, err := open(t.Context(), request(cache, i, "size=64", "frame=middle"))
			if err != nil {
				t.Error(err)
				return
			}
			d.Parts = make([]datasets.Part, d.Len()) // splits differ
			d.Seal()
			hashes[i] = d.Hash
		})
	}
	group.Wait()
	if len(slices.Compact(hashes)) != 1 {
		t.Errorf("hashes %v", hashes)
	}
	temporary(t, cache)
}
