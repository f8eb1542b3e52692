package stamps9

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// tone is a PCM16 WAV file: a little silence, then half a second of a tone at 16 kHz.
func tone(hertz float64) []byte {
	const rate = 16000
	samples := make([]byte, 0, rate)
	for i := range rate / 2 {
		v := 0.0
		if i > 800 {
			v = 20000 * math.Sin(2*math.Pi*hertz*float64(i)/rate)
		}
		samples = binary.LittleEndian.AppendUint16(samples, uint16(int16(v)))
	}
	le := binary.LittleEndian
	out := le.AppendUint32([]byte("RIFF"), uint32(36+len(samples)))
	out = le.AppendUint32(append(out, "WAVEfmt "...), 16)
	for _, v := range []uint16{1, 1, rate, 0, 2 * rate, 0, 2, 16} {
		out = le.AppendUint16(out, v)
	}
	out = le.AppendUint32(append(out, "data"...), uint32(len(samples)))
	return append(out, samples...)
}

func shape(c color.Color) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for x := range 40 {
		for y := range 20 {
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// fixture is a package in small, made by code: in every class 12 items of their own, with recordings in two languages,
// and the traps of the real one. Names are those below the folder stamps.
func fixture() map[string][]byte {
	files := map[string][]byte{}
	for c, class := range classes {
		for i := range 12 {
			stem := fmt.Sprintf("%s/some/%c_thing", class, 'a'+i)
			files[stem+".png"] = shape(color.RGBA{uint8(20 * c), uint8(20 * i), 100, 255})
			files[stem+".txt"] = []byte(fmt.Sprintf("Thing %c of %s.\nfr.utf8=Chose %c, ÉTÉ.\nde.utf8=Ding\n", 'a'+i, class, 'a'+i))
			files[stem+"_desc_fr.wav"] = tone(300 + float64(100*c+7*i))
			files[stem+"_desc_el.wav"] = tone(1500 + float64(100*c+7*i))
		}
	}
	svg := `<svg viewBox="0 0 10 10"><rect width="10" height="10" fill="#00ff00"/></svg>`
	maps.Copy(files, map[string][]byte{
		// Variants by digits.
		"animals/cats/cat.svg": []byte(svg), "animals/cats/cat.txt": []byte("A cat."), "animals/cats/cat_desc_ru.wav": tone(500),
		"animals/cats/cat-2.svg": []byte(svg), "animals/cats/cat-2.txt": []byte("Another cat."), "animals/cats/cat-2_desc_ru.wav": tone(501),
		// The same recording, and the same name, elsewhere.
		"animals/cartoon/tom.svg": []byte(svg), "animals/cartoon/tom.txt": []byte("Tom."), "animals/cartoon/tom_desc_ru.wav": tone(501),
		"animals/old/puss.svg": []byte(svg), "animals/old/puss.txt": []byte("a CAT."), "animals/old/puss_desc_ru.wav": tone(502),
		// A picture of both kinds, its mirrored copies, a sound effect, an English and an unknown recording.
		"town/x.svg": []byte("broken"), "town/x.png": shape(color.RGBA{255, 0, 0, 255}), "town/x.txt": []byte("X\nda.utf8=Iks\n"), "town/x_desc_da.wav": tone(600),
		"town/x_mirror.png": shape(color.White), "town/x_flip.svg": []byte(svg), "town/x_mirrorflip.png": shape(color.White),
		"town/x.wav": tone(100), "town/x_desc.wav": tone(100), "town/x_desc_lt.wav": tone(100),
		// No picture, no name, no recording, not in a class, broken, silent.
		"town/nopicture.txt": []byte("N"), "town/nopicture_desc_fr.wav": tone(601),
		"town/noname.png": shape(color.White), "town/noname_desc_fr.wav": tone(602),
		"town/noclip.png": shape(color.White), "town/noclip.txt": []byte("N"),
		"space/y.png": shape(color.White), "space/y.txt": []byte("Y"), "space/y_desc_fr.wav": tone(603),
		"town/broken.png": shape(color.White), "town/broken.txt": []byte("B"), "town/broken_desc_fr.ogg": []byte("OggS"),
	})
	return files
}

const (
	fixtureItems   = 9*12 + 4 + 1
	fixtureSamples = 2*9*12 + 4 + 1
)

func folderOf(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		file := filepath.Join(dir, "usr/share/tuxpaint/stamps", filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(file), 0o755))
		must(t, os.WriteFile(file, data, 0o644))
	}
	return dir
}

// debOf builds a Debian package of the files and of more tar entries.
func debOf(t testing.TB, files map[string][]byte, more ...*tar.Header) []byte {
	t.Helper()
	var data bytes.Buffer
	packed := gzip.NewWriter(&data)
	w := tar.NewWriter(packed)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		must(t, w.WriteHeader(&tar.Header{Name: "./usr/share/tuxpaint/stamps/" + name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(files[name]))}))
		_, err := w.Write(files[name])
		must(t, err)
	}
	for _, h := range more {
		must(t, w.WriteHeader(h))
		if h.Size > 0 {
			_, err := w.Write(make([]byte, h.Size))
			must(t, err)
		}
	}
	must(t, errors.Join(w.Close(), packed.Close()))
	var deb bytes.Buffer
	deb.WriteString("!<arch>\n")
	for _, m := range []struct {
		name string
		data []byte
	}{{"debian-binary", []byte("2.0\n")}, {"data.tar.gz", data.Bytes()}} {
		fmt.Fprintf(&deb, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", m.name, 0, 0, 0, "100644", len(m.data))
		deb.Write(m.data)
		if len(m.data)%2 == 1 {
			deb.WriteByte('\n')
		}
	}
	return deb.Bytes()
}

// debFile writes a package and returns its path and a getter that accepts its sum.
func debFile(t testing.TB, deb []byte) (string, *getter) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "stamps.deb")
	must(t, os.WriteFile(name, deb, 0o644))
	sum := sha256.Sum256(deb)
	return name, &getter{sum: hex.EncodeToString(sum[:]), fetch: noFetch}
}

func noFetch(context.Context, string) (string, error) { return "", errors.New("no network in tests") }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
