package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCharacters(t *testing.T) {
	if got, err := characters("1F468-200D-2695-FE0F"); err != nil || got != "👨\u200d⚕" {
		t.Errorf("characters = %q, %v", got, err)
	}
	if _, err := characters("1F468-zz"); err == nil {
		t.Error("zz is taken for a code")
	}
}

// What is transparent becomes white, what is opaque keeps its colour.
func TestThumbnail(t *testing.T) {
	src := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for y := range 64 {
		for x := 32; x < 64; x++ {
			src.Set(x, y, color.NRGBA{R: 200, G: 100, A: 255})
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, src); err != nil {
		t.Fatal(err)
	}
	got, err := thumbnail(buf.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != size*size*3 {
		t.Fatalf("%d bytes, want %d", len(got), size*size*3)
	}
	if left := got[:3]; !bytes.Equal(left, []byte{255, 255, 255}) {
		t.Errorf("the transparent side is %v, want white", left)
	}
	if right := got[(size-1)*3 : size*3]; !bytes.Equal(right, []byte{200, 100, 0}) {
		t.Errorf("the opaque side is %v, want 200 100 0", right)
	}
}

func TestReadPackageChecksSum(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.tgz")
	if err := os.WriteFile(path, []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readPackage(path, googleSum); err == nil || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("error %v, want one about SHA-256", err)
	}
}
