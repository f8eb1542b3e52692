package stamps9

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/augkit/aug/datasets"
)

// empty fails the test if anything but folders is under dir.
func empty(t testing.TB, dir string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			t.Errorf("%s was left", name)
		}
		return err
	}))
}

func TestGetAndOpen(t *testing.T) {
	files := fixture()
	deb, fromDeb := debFile(t, debOf(t, files, &tar.Header{Name: "./usr/share/tuxpaint/stamps/link", Linkname: "animals", Typeflag: tar.TypeSymlink}))
	var hashes []string
	for name, source := range map[string]struct {
		from string
		g    *getter
	}{
		"deb":    {deb, fromDeb},
		"folder": {folderOf(t, files), &getter{sum: "unused", fetch: noFetch}},
		"stamps": {filepath.Join(folderOf(t, files), "usr/share/tuxpaint/stamps"), &getter{sum: "unused", fetch: noFetch}},
		"fetched": {"", &getter{sum: fromDeb.sum, fetch: func(_ context.Context, dir string) (string, error) {
			data, err := os.ReadFile(deb)
			if err != nil {
				return "", err
			}
			return filepath.Join(dir, "x.deb"), os.WriteFile(filepath.Join(dir, "x.deb"), data, 0o644)
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			var said []string
			req := datasets.GetRequest{From: source.from, CacheDir: home, Progress: func(what string, done, total int64) {
				if done > total {
					t.Errorf("%s: %d of %d", what, done, total)
				}
				said = append(said, what)
			}}
			must(t, source.g.get(t.Context(), req))
			if last := said[len(said)-1]; !strings.Contains(last, fmt.Sprintf("%d samples of %d items", fixtureSamples, fixtureItems)) ||
				!strings.Contains(last, "2 files could not be decoded, the first: ") {
				t.Errorf("last words: %s", last)
			}
			d, err := Source().Open(t.Context(), datasets.Request{CacheDir: home})
			must(t, err)
			check(t, d)
			hashes = append(hashes, d.Hash)

			said = nil
			req.From = "/does/not/exist" // a second call must not look
			must(t, source.g.get(t.Context(), req))
			if len(said) != 1 || !strings.HasPrefix(said[0], "stamps9 is already there: ") {
				t.Errorf("second call said %q", said)
			}
		})
	}
	if len(slices.Compact(hashes)) != 1 {
		t.Errorf("the sources give different data: %v", hashes)
	}
}

// check looks at the data set of the fixture.
func check(t *testing.T, d *datasets.Dataset) {
	t.Helper()
	if d.Len() != fixtureSamples {
		t.Fatalf("%d samples, want %d", d.Len(), fixtureSamples)
	}
	at := func(id string) int {
		i := slices.Index(d.IDs, id)
		if i < 0 {
			t.Fatalf("no sample %s", id)
		}
		return i
	}
	fr, el, tom := at("food/some/c_thing#fr"), at("food/some/c_thing#el"), at("animals/cartoon/tom#ru")
	if got := d.Captions[fr]; got != "Chose c, ÉTÉ." {
		t.Errorf("French name %q", got)
	}
	if got := d.Captions[el]; got != "Thing c of food." {
		t.Errorf("a name that is not translated is %q", got)
	}
	if d.Classes[d.Labels[fr]] != "food" || d.Groups[fr] != d.Groups[el] {
		t.Errorf("label %d, groups %d and %d", d.Labels[fr], d.Groups[fr], d.Groups[el])
	}
	for _, id := range []string{"animals/cats/cat#ru", "animals/cats/cat-2#ru", "animals/old/puss#ru"} {
		if d.Groups[at(id)] != d.Groups[tom] {
			t.Errorf("%s is not in the group of %s", id, d.IDs[tom])
		}
	}
	if d.Groups[fr] == d.Groups[tom] {
		t.Error("unlike items share a group")
	}
	image, audio, text := d.Modalities[0], d.Modalities[1], d.Modalities[2]
	if got := image.Raw(at("town/x#da"))[3*(16*side+16):][:3]; !slices.Equal(got, []float32{1, 0, 0}) {
		t.Errorf("the middle of a red picture is %v", got)
	}
	if got := image.Raw(tom)[3*(16*side+16):][:3]; !slices.Equal(got, []float32{0, 1, 0}) {
		t.Errorf("the middle of a green drawing is %v", got)
	}
	mel := audio.Raw(tom)
	if hi, lo := slices.Max(mel), slices.Min(mel); hi != 0 || lo != -80 {
		t.Errorf("log power from %g to %g dB", lo, hi)
	}
	if want := datasets.HashedNgrams([]string{"chose", "c", "été"}, features); !slices.Equal(text.Raw(fr), want) {
		t.Error("the text features are not those of the lower-cased words")
	}
}

func TestLanguages(t *testing.T) {
	home := t.TempDir()
	must(t, (&getter{fetch: noFetch}).get(t.Context(), datasets.GetRequest{From: folderOf(t, fixture()), CacheDir: home}))
	all, err := Source().Open(t.Context(), datasets.Request{CacheDir: home})
	must(t, err)
	part := make(map[string]datasets.Part)
	heard := make(map[string][]float32)
	audio := all.Modalities[1]
	for i, id := range all.IDs {
		part[id], heard[id] = all.Parts[i], audio.Raw(i)
	}
	for setting, allowed := range map[string]string{"3": "#fr #ro #ru", "1": "#fr"} {
		d, err := Source().Open(t.Context(), datasets.Request{CacheDir: home, Settings: map[string]string{"languages": setting}})
		must(t, err)
		want := 0
		for id := range part {
			if strings.Contains(allowed, id[strings.Index(id, "#"):]) {
				want++
			}
		}
		if d.Len() != want || want == all.Len() {
			t.Errorf("languages=%s: %d samples, want %d of %d", setting, d.Len(), want, all.Len())
		}
		for i, id := range d.IDs {
			if d.Parts[i] != part[id] || !slices.Equal(d.Modalities[1].Raw(i), heard[id]) {
				t.Fatalf("languages=%s: %s is another sample, or in another part, than among all languages", setting, id)
			}
		}
	}
}

func TestOpenSettings(t *testing.T) {
	home := t.TempDir()
	must(t, (&getter{fetch: noFetch}).get(t.Context(), datasets.GetRequest{From: folderOf(t, fixture()), CacheDir: home}))
	d, err := Source().Open(t.Context(), datasets.Request{CacheDir: home, Split: 4, Modalities: []string{"text", "image"}, Settings: map[string]string{"text": "english"}})
	must(t, err)
	if got := d.Names(); !slices.Equal(got, []string{"text", "image"}) {
		t.Errorf("modalities %v", got)
	}
	if got := d.Captions[slices.Index(d.IDs, "food/some/c_thing#fr")]; got != "Thing c of food." {
		t.Errorf("English name %q", got)
	}
	if _, err := Source().Open(t.Context(), datasets.Request{CacheDir: home, Split: 5}); err == nil {
		t.Error("split 5 opened")
	}
}

func TestOpenWithoutCache(t *testing.T) {
	_, err := Source().Open(t.Context(), datasets.Request{CacheDir: t.TempDir()})
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "run `aug data get stamps9`") {
		t.Errorf("got %v", err)
	}
}

func TestDamagedCache(t *testing.T) {
	home := t.TempDir()
	from := folderOf(t, fixture())
	g := &getter{fetch: noFetch}
	must(t, g.get(t.Context(), datasets.GetRequest{From: from, CacheDir: home}))
	name, err := cacheFile(home)
	must(t, err)
	sound, err := os.ReadFile(name)
	must(t, err)
	flipped := bytes.Clone(sound)
	flipped[len(flipped)/2] ^= 1
	for what, data := range map[string][]byte{"cut": sound[:len(sound)-100], "flipped": flipped, "empty": nil, "foreign": []byte("hello")} {
		must(t, os.WriteFile(name, data, 0o644))
		if _, err := Source().Open(t.Context(), datasets.Request{CacheDir: home}); !errors.Is(err, errDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, g.get(t.Context(), datasets.GetRequest{From: from, CacheDir: home}))
	if mended, err := os.ReadFile(name); err != nil || !bytes.Equal(mended, sound) {
		t.Errorf("a second Get did not mend the cache: %v", err)
	}
}

func TestGetCancelled(t *testing.T) {
	from, g := debFile(t, debOf(t, fixture()))
	home := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	err := g.get(ctx, datasets.GetRequest{From: from, CacheDir: home, Progress: func(string, int64, int64) {
		if calls++; calls == 50 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	empty(t, home)
	name, err := cacheFile(home)
	must(t, err)
	if err := new(cache).save(ctx, name); !errors.Is(err, context.Canceled) {
		t.Errorf("save: %v", err)
	}
	empty(t, home)
}

func TestGetRefuses(t *testing.T) {
	small := map[string][]byte{"animals/a.txt": []byte("A")}
	sound := debOf(t, fixture())
	for _, test := range []struct {
		name, want string
		deb        []byte
	}{
		{"parent", "leaves the tree", debOf(t, small, &tar.Header{Name: "../evil", Typeflag: tar.TypeReg})},
		{"link", "links to", debOf(t, small, &tar.Header{Name: "l", Linkname: "../../x", Typeflag: tar.TypeSymlink})},
		{"bomb", "bomb", debOf(t, small, &tar.Header{Name: "zeros", Typeflag: tar.TypeReg, Size: 16 << 20})},
		{"truncated", "get", sound[:len(sound)/2]},
		{"nothing", "holds no stamp", debOf(t, small)},
	} {
		t.Run(test.name, func(t *testing.T) {
			from, g := debFile(t, test.deb)
			home := t.TempDir()
			err := g.get(t.Context(), datasets.GetRequest{From: from, CacheDir: home})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "stamps.deb") {
				t.Errorf("got %v", err)
			}
			empty(t, home)
		})
	}
	t.Run("wrong sum", func(t *testing.T) {
		from, _ := debFile(t, sound)
		home := t.TempDir()
		err := Source().Get(t.Context(), datasets.GetRequest{From: from, CacheDir: home})
		if err == nil || !strings.Contains(err.Error(), "another version") || !strings.Contains(err.Error(), "--from FOLDER") {
			t.Errorf("got %v", err)
		}
		empty(t, home)
	})
	t.Run("missing", func(t *testing.T) {
		err := Source().Get(t.Context(), datasets.GetRequest{From: filepath.Join(t.TempDir(), "none.deb"), CacheDir: t.TempDir()})
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("unwritable", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file") // a file in the place of the folder stops root as well
		must(t, os.WriteFile(file, nil, 0o644))
		from, g := debFile(t, sound)
		if err := g.get(t.Context(), datasets.GetRequest{From: from, CacheDir: file}); err == nil || !strings.Contains(err.Error(), "cache folder") {
			t.Errorf("got %v", err)
		}
	})
}

// TestFetch puts a shell script in the place of apt-get.
func TestFetch(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	script := func(body string) {
		dir := t.TempDir()
		if body != "" {
			must(t, os.WriteFile(filepath.Join(dir, "apt-get"), []byte("#!/bin/sh\n"+body+"\n"), 0o755))
		}
		t.Setenv("PATH", dir)
	}
	script("")
	if _, err := fetchPackage(t.Context(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "no apt-get") || !strings.Contains(err.Error(), "--from FILE") {
		t.Errorf("without apt-get: %v", err)
	}
	script("echo E: no such package; exit 100")
	if _, err := fetchPackage(t.Context(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "no such package") || !strings.Contains(err.Error(), "apt-get update first") {
		t.Errorf("failing apt-get: %v", err)
	}
	script("exit 0")
	if _, err := fetchPackage(t.Context(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "0 packages") {
		t.Errorf("apt-get that leaves nothing: %v", err)
	}
	script(`[ "$1 $2" = "download ` + Package + "=" + Version + `" ] && echo x > x.deb`)
	if got, err := fetchPackage(t.Context(), t.TempDir()); err != nil || filepath.Base(got) != "x.deb" {
		t.Errorf("%s, %v", got, err)
	}
	script("while :; do :; done")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := fetchPackage(ctx, t.TempDir()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("stopped: %v", err)
	}
}

func TestClassify(t *testing.T) {
	for name, want := range map[string]struct {
		item, language string
		kind           kind
	}{
		"usr/share/tuxpaint/stamps/animals/birds/owl.png": {"animals/birds/owl", "", pngFile},
		"animals/birds/owl_desc_fr.ogg":                   {"animals/birds/owl", "fr", clipFile},
		"x-1/stamps/town/a.svg":                           {"town/a", "", svgFile},
		"x-1/stamps/town/stamps/town/a.txt":               {"town/stamps/town/a", "", namesFile},
		"animals/birds/owl_desc_pt.ogg":                   {},
		"animals/birds/owl_desc.ogg":                      {},
		"animals/birds/owl_mirror.png":                    {},
		"space/a.png":                                     {},
		"animals":                                         {},
		"usr/share/animals/a.png":                         {},
	} {
		if item, language, k := classify(name); item != want.item || language != want.language || k != want.kind {
			t.Errorf("%s: %q %q %d", name, item, language, k)
		}
	}
}

func ExampleSource() {
	s := Source()
	fmt.Println(s.Name, s.Modalities, s.Classes, "classes,", s.Splits, "splits")
	// Output: stamps9 [image audio text] 9 classes, 5 splits
}
