package main

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/image/draw"

	"github.com/augkit/aug/datasets/emoji8/internal/pack"
)

// readPackage checks the sum of an npm package and returns the files whose path starts with one of the prefixes.
func readPackage(path, sum string, prefixes ...string) (map[string][]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if got := sha256.Sum256(data); hex.EncodeToString(got[:]) != sum {
		return nil, fmt.Errorf("%s has SHA-256 %x, not %s; get the version that -help names", path, got, sum)
	}
	zr, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	files := make(map[string][]byte)
	tr := tar.NewReader(zr)
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(h.Name, p) }) {
			continue
		}
		if files[h.Name], err = io.ReadAll(tr); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, h.Name, err)
		}
	}
}

// emoji is what we read of an entry of emoji.json.
type emoji struct {
	Name        string `json:"name"`
	Unified     string `json:"unified"`
	Image       string `json:"image"`
	Category    string `json:"category"`
	Subcategory string `json:"subcategory"`
	Order       int    `json:"sort_order"`
	Google      bool   `json:"has_img_google"`
	Twitter     bool   `json:"has_img_twitter"`
}

// build makes the block, without groups and split, of all emoji that both sets draw; skin tones are left out.
func build(google, twitter, lib map[string][]byte) (*pack.Block, error) {
	var list []emoji
	if err := json.Unmarshal(google["package/emoji.json"], &list); err != nil {
		return nil, fmt.Errorf("emoji.json: %w", err)
	}
	var keywords map[string][]string
	if err := json.Unmarshal(lib["package/dist/emoji-en-US.json"], &keywords); err != nil {
		return nil, fmt.Errorf("emoji-en-US.json: %w", err)
	}
	plain := make(map[string][]string, len(keywords))
	for k, words := range keywords {
		plain[strings.ReplaceAll(k, "\ufe0f", "")] = words
	}
	slices.SortFunc(list, func(a, b emoji) int { return cmp.Compare(a.Order, b.Order) })

	b := &pack.Block{Size: size, Drawings: []string{"google", "twitter"}}
	for _, e := range list {
		if e.Category == "Component" || !e.Google || !e.Twitter {
			continue
		}
		text, err := characters(e.Unified)
		if err != nil {
			return nil, err
		}
		words, ok := plain[text]
		if !ok {
			return nil, fmt.Errorf("emojilib has no keywords for %s (%s)", e.Unified, e.Name)
		}
		b.Items = append(b.Items, pack.Item{
			Code: strings.ToLower(e.Unified), Name: strings.ToLower(e.Name), Keywords: words,
			Category: e.Category, Subcategory: e.Subcategory,
		})
		for _, p := range [][]byte{google["package/img/google/64/"+e.Image], twitter["package/img/twitter/64/"+e.Image]} {
			pixels, err := thumbnail(p)
			if err != nil {
				return nil, fmt.Errorf("picture %s: %w", e.Image, err)
			}
			b.Pixels = append(b.Pixels, pixels...)
		}
	}
	return b, nil
}

// characters turns "1F468-200D-2695-FE0F" into the characters it names, without the presentation mark.
func characters(unified string) (string, error) {
	var out strings.Builder
	for _, hexCode := range strings.Split(unified, "-") {
		var r rune
		if _, err := fmt.Sscanf(hexCode, "%x", &r); err != nil {
			return "", fmt.Errorf("code %s: %w", unified, err)
		}
		if r != 0xfe0f {
			out.WriteRune(r)
		}
	}
	return out.String(), nil
}

// thumbnail lays a PNG over white and returns size×size×3 bytes.
func thumbnail(data []byte) ([]byte, error) {
	src, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	full := image.NewRGBA(src.Bounds())
	draw.Draw(full, full.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(full, full.Bounds(), src, src.Bounds().Min, draw.Over)
	small := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.CatmullRom.Scale(small, small.Bounds(), full, full.Bounds(), draw.Src, nil)
	out := make([]byte, 0, size*size*3)
	for k := 0; k < len(small.Pix); k += 4 {
		out = append(out, small.Pix[k:k+3]...)
	}
	return out, nil
}
