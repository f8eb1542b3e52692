package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"
)

// entry is one member of an archive made for a test.
type entry struct {
	name, content, link string
	kind                byte // as in tar; 0: a regular file
}

var plainEntries = []entry{
	{name: "./", kind: tar.TypeDir},
	{name: "./a/b.txt", content: "hello"},
	{name: "a/c.txt", content: "world"},
	{name: "a/link", link: "b.txt", kind: tar.TypeSymlink},
	{name: "a/hard", link: "a/b.txt", kind: tar.TypeLink},
}

var plainWant = map[string]string{"a/b.txt": "hello", "a/c.txt": "world"}

func tarOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Linkname: e.link, Mode: 0o644, Size: int64(len(e.content))}
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		must(t, w.WriteHeader(h))
		_, err := w.Write([]byte(e.content))
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

func gz(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	must(t, err)
	must(t, w.Close())
	return b.Bytes()
}

func xzOf(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := xz.NewWriter(&b)
	must(t, err)
	_, err = w.Write(data)
	must(t, err)
	must(t, w.Close())
	return b.Bytes()
}

// debOf wraps a data part as dpkg does.
func debOf(name string, data []byte) []byte {
	var b bytes.Buffer
	b.WriteString(arMagic)
	for _, m := range []struct {
		name string
		data []byte
	}{{"debian-binary", []byte("2.0\n")}, {"control.tar.xz", []byte("odd")}, {name, data}} {
		fmt.Fprintf(&b, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", m.name, 0, 0, 0, "100644", len(m.data))
		b.Write(m.data)
		if len(m.data)%2 == 1 {
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

func zipOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		content := e.content
		switch e.kind {
		case tar.TypeSymlink:
			h.SetMode(0o777 | os.ModeSymlink)
			content = e.link
		case tar.TypeLink:
			continue // zip has none
		}
		f, err := w.CreateHeader(h)
		must(t, err)
		_, err = f.Write([]byte(content))
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// write puts data into a file of a fresh folder.
func write(t testing.TB, data []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "source")
	must(t, os.WriteFile(name, data, 0o644))
	return name
}

// read walks a source and returns the content of every file.
func read(ctx context.Context, name string, lim Limits) (map[string]string, error) {
	out := make(map[string]string)
	err := Walk(ctx, name, lim, func(f File) error {
		data, err := io.ReadAll(f.Body)
		out[f.Name] = string(data)
		if err == nil && int64(len(data)) != f.Size {
			return fmt.Errorf("%s: %d bytes, want %d", f.Name, len(data), f.Size)
		}
		if f.Done > f.Total {
			return fmt.Errorf("%s: %d of %d bytes done", f.Name, f.Done, f.Total)
		}
		return err
	})
	return out, err
}

func TestWalkFormats(t *testing.T) {
	plain := tarOf(t, plainEntries...)
	for name, data := range map[string][]byte{
		"tar": plain, "tar.gz": gz(t, plain), "tar.xz": xzOf(t, plain), "zip": zipOf(t, plainEntries...),
		"deb xz": debOf("data.tar.xz", xzOf(t, plain)), "deb gz": debOf("data.tar.gz/", gz(t, plain)), "deb": debOf("data.tar", plain),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(t.Context(), write(t, data), Default)
			if err != nil || !maps.Equal(got, plainWant) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	t.Run("folder", func(t *testing.T) {
		dir := t.TempDir()
		must(t, os.Mkdir(filepath.Join(dir, "a"), 0o755))
		for name, content := range plainWant {
			must(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
		}
		must(t, os.Symlink("b.txt", filepath.Join(dir, "a", "link")))
		got, err := read(t.Context(), dir, Default)
		if err != nil || !maps.Equal(got, plainWant) {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

func TestWalkRefuses(t *testing.T) {
	zeros := strings.Repeat("\x00", 8<<20)
	small := Limits{Entries: 3, Entry: 1000, Total: 1500, Ratio: 200}
	wide := Limits{Entries: 10, Entry: 1 << 30, Total: 1 << 30, Ratio: 200}
	kilo := strings.Repeat("x", 900)
	tests := []struct {
		name string
		data []byte
		lim  Limits
		want error
	}{
		{"parent", tarOf(t, entry{name: "../evil"}), Default, ErrUnsafe},
		{"parent inside", tarOf(t, entry{name: "a/../../evil"}), Default, ErrUnsafe},
		{"absolute", tarOf(t, entry{name: "/etc/evil"}), Default, ErrUnsafe},
		{"backslash", tarOf(t, entry{name: `..\evil`}), Default, ErrUnsafe},
		{"symlink out", tarOf(t, entry{name: "a/l", link: "../../etc", kind: tar.TypeSymlink}), Default, ErrUnsafe},
		{"symlink absolute", tarOf(t, entry{name: "l", link: "/etc", kind: tar.TypeSymlink}), Default, ErrUnsafe},
		{"hard link out", tarOf(t, entry{name: "a/l", link: "../x", kind: tar.TypeLink}), Default, ErrUnsafe},
		{"device", tarOf(t, entry{name: "null", kind: tar.TypeChar}), Default, ErrUnsafe},
		{"zip parent", zipOf(t, entry{name: "../evil"}), Default, ErrUnsafe},
		{"zip symlink out", zipOf(t, entry{name: "l", link: "../x", kind: tar.TypeSymlink}), Default, ErrUnsafe},
		{"entry size", tarOf(t, entry{name: "a", content: kilo + kilo}), small, ErrTooLarge},
		{"zip entry size", zipOf(t, entry{name: "a", content: kilo + kilo}), small, ErrTooLarge},
		{"total size", tarOf(t, entry{name: "a", content: kilo}, entry{name: "b", content: kilo}), small, ErrTooLarge},
		{"zip total size", zipOf(t, entry{name: "a", content: kilo}, entry{name: "b", content: kilo}), small, ErrTooLarge},
		{"entries", tarOf(t, entry{name: "a"}, entry{name: "b"}, entry{name: "c"}, entry{name: "d"}), small, ErrTooLarge},
		{"gzip bomb", gz(t, tarOf(t, entry{name: "a", content: zeros})), wide, ErrTooLarge},
		{"xz bomb", xzOf(t, tarOf(t, entry{name: "a", content: zeros})), wide, ErrTooLarge},
		{"zip bomb", zipOf(t, entry{name: "a", content: zeros}), wide, ErrTooLarge},
		{"bomb after the end", gz(t, append(tarOf(t, plainEntries...), zeros...)), wide, ErrTooLarge},
		{"zstd", debOf("data.tar.zst", nil), Default, ErrFormat},
		{"no data", debOf("other", nil), Default, ErrFormat},
		{"text", []byte("hello"), Default, ErrFormat},
		{"empty", nil, Default, ErrFormat},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := read(t.Context(), write(t, test.data), test.lim)
			if !errors.Is(err, test.want) || !strings.HasPrefix(err.Error(), "source: ") {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
	t.Run("folder symlink out", func(t *testing.T) {
		dir := t.TempDir()
		must(t, os.Symlink(os.TempDir(), filepath.Join(dir, "out")))
		if _, err := read(t.Context(), dir, Default); !errors.Is(err, ErrUnsafe) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("folder entry size", func(t *testing.T) {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, "a"), []byte(kilo+kilo), 0o644))
		if _, err := read(t.Context(), dir, small); !errors.Is(err, ErrTooLarge) {
			t.Errorf("got %v", err)
		}
	})
	if _, err := read(t.Context(), filepath.Join(t.TempDir(), "none"), Default); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

// TestWalkTruncated cuts archives everywhere; only a cut that removes nothing but filler may pass.
func TestWalkTruncated(t *testing.T) {
	plain := tarOf(t, plainEntries...)
	for name, data := range map[string][]byte{
		"tar.gz": gz(t, plain), "tar.xz": xzOf(t, plain), "zip": zipOf(t, plainEntries...),
		"deb": debOf("data.tar.xz", xzOf(t, plain)),
	} {
		t.Run(name, func(t *testing.T) {
			for n := 8; n < len(data)-1; n += 7 {
				_, err := read(t.Context(), write(t, data[:n]), Default)
				if !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrFormat) {
					t.Fatalf("cut to %d of %d bytes: %v", n, len(data), err)
				}
			}
		})
	}
	t.Run("tar", func(t *testing.T) {
		if _, err := read(t.Context(), write(t, plain[:1024+512+3]), Default); !errors.Is(err, ErrTruncated) {
			t.Errorf("got %v", err)
		}
	})
}

func TestWalkCancelled(t *testing.T) {
	name := write(t, gz(t, tarOf(t, plainEntries...)))
	ctx, cancel := context.WithCancel(t.Context())
	seen := 0
	err := Walk(ctx, name, Default, func(File) error { seen++; cancel(); return nil })
	if !errors.Is(err, context.Canceled) || seen != 1 {
		t.Errorf("%d files, %v", seen, err)
	}
}

func FuzzAr(f *testing.F) {
	f.Add(debOf("data.tar.xz", []byte("abc")))
	f.Add([]byte(arMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := members(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		for _, m := range all {
			if m.offset < 0 || m.size < 0 || m.offset+m.size > int64(len(data)) {
				t.Errorf("member %q at %d with %d bytes in %d", m.name, m.offset, m.size, len(data))
			}
		}
	})
}

func FuzzWalk(f *testing.F) {
	plain := tarOf(f, plainEntries...)
	for _, seed := range [][]byte{plain, gz(f, plain), xzOf(f, plain), zipOf(f, plainEntries...), debOf("data.tar", plain)} {
		f.Add(seed)
	}
	lim := Limits{Entries: 100, Entry: 1 << 20, Total: 4 << 20, Ratio: 200}
	f.Fuzz(func(t *testing.T, data []byte) {
		var total int64
		w := &walker{ctx: t.Context(), lim: lim, visit: func(f File) error {
			if strings.HasPrefix(f.Name, "/") || strings.Contains("/"+f.Name+"/", "/../") {
				t.Errorf("name %q", f.Name)
			}
			n, err := io.Copy(io.Discard, f.Body)
			if total += n; n > f.Size || total > lim.Total+1<<16 {
				t.Errorf("%d bytes of %d, %d in all", n, f.Size, total)
			}
			return err
		}}
		_ = w.file(bytes.NewReader(data), int64(len(data))) // any error will do, a panic or a hang will not
	})
}

func ExampleWalk() {
	dir, err := os.MkdirTemp("", "walk")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "note.txt"), []byte("hello"), 0o644); err != nil {
		panic(err)
	}
	err = Walk(context.Background(), dir, Default, func(f File) error {
		text, err := io.ReadAll(f.Body)
		fmt.Println(f.Name, f.Size, string(text))
		return err
	})
	fmt.Println(err)
	// Output:
	// note.txt 5 hello
	// <nil>
}
