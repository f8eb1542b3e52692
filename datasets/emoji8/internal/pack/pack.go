// Package pack is the file of the emoji8 data set: what it holds ([Block]), how it is written and read, and which items
// are variants of one another ([Groups]). The converter and the data set share it.
//
// The file is a zip with two entries. items.json is a JSON object (see [Block]); pixels.bin holds one byte a value: for
// each item in order and each drawing in order, Size×Size pixels row by row, red, green, blue.
package pack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/augkit/aug/datasets"
	"github.com/augkit/aug/datasets/internal/bundle"
)

const (
	itemsEntry  = "items.json"
	pixelsEntry = "pixels.bin"
	format      = 1

	maxItemsBytes = 8 << 20
	maxItems      = 1 << 14
	maxDrawings   = 8
	maxSize       = 64
)

// Block is the content of the file.
type Block struct {
	Format   int      `json:"format"`
	Size     int      `json:"size"`     // height and width of a picture
	Drawings []string `json:"drawings"` // who drew the pictures
	Items    []Item   `json:"items"`
	Pixels   []byte   `json:"-"`
}

// Item is one emoji.
type Item struct {
	Code        string   `json:"code"` // code points in hex, joined by "-"
	Name        string   `json:"name"` // Unicode's name
	Keywords    []string `json:"keywords"`
	Category    string   `json:"category"`
	Subcategory string   `json:"subcategory"`
	Group       int      `json:"group"` // the same for variants of one item
	Part        string   `json:"part"`  // of split 0: "train", "validation" or "test"
}

// Picture returns the pixels of a drawing of an item, Size×Size×3 bytes. The slice aliases the block.
func (b *Block) Picture(item, drawing int) []byte {
	n := b.Size * b.Size * 3
	k := item*len(b.Drawings) + drawing
	return b.Pixels[k*n : (k+1)*n : (k+1)*n]
}

// Subcategories returns the subcategory of every item as a number, counted from 0 in order of first appearance. Splits
// are spread by it.
func (b *Block) Subcategories() []int {
	number := make(map[string]int)
	out := make([]int, len(b.Items))
	for i, it := range b.Items {
		if _, ok := number[it.Subcategory]; !ok {
			number[it.Subcategory] = len(number)
		}
		out[i] = number[it.Subcategory]
	}
	return out
}

// Encode writes the file.
func Encode(w io.Writer, b *Block) error {
	b.Format = format
	if err := b.check(); err != nil {
		return fmt.Errorf("emoji8 file: %w", err)
	}
	if len(b.Pixels) != b.pixelBytes() {
		return fmt.Errorf("emoji8 file: %d bytes of pixels; %d items need %d", len(b.Pixels), len(b.Items), b.pixelBytes())
	}
	items, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("emoji8 file: %w", err)
	}
	// One item a line, so that two versions of the list can be compared.
	items = bytes.ReplaceAll(items, []byte(`{"code"`), []byte("\n"+`{"code"`))
	return bundle.Write(w, bundle.Entry{Name: itemsEntry, Data: items}, bundle.Entry{Name: pixelsEntry, Data: b.Pixels})
}

// Decode reads the file. Cut-off, damaged or foreign bytes give an error; no more memory is taken than the checked
// counts allow.
func Decode(data []byte) (*Block, error) {
	b, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("emoji8 file: %w; make it again with datasets/emoji8/convert", err)
	}
	return b, nil
}

func decode(data []byte) (*Block, error) {
	z, err := bundle.Open(data)
	if err != nil {
		return nil, err
	}
	items, err := z.Read(itemsEntry, maxItemsBytes)
	if err != nil {
		return nil, err
	}
	b := new(Block)
	if err := json.Unmarshal(items, b); err != nil {
		return nil, fmt.Errorf("entry %s: %w", itemsEntry, err)
	}
	if err := b.check(); err != nil {
		return nil, fmt.Errorf("entry %s: %w", itemsEntry, err)
	}
	if b.Pixels, err = z.Read(pixelsEntry, b.pixelBytes()); err != nil {
		return nil, err
	}
	if len(b.Pixels) != b.pixelBytes() {
		return nil, fmt.Errorf("entry %s holds %d bytes; %d items need %d", pixelsEntry, len(b.Pixels), len(b.Items), b.pixelBytes())
	}
	return b, nil
}

func (b *Block) pixelBytes() int { return len(b.Items) * len(b.Drawings) * b.Size * b.Size * 3 }

func (b *Block) check() error {
	switch {
	case b.Format != format:
		return fmt.Errorf("format %d; this program reads format %d", b.Format, format)
	case b.Size < 1 || b.Size > maxSize:
		return fmt.Errorf("pictures of %d pixels a side; 1 to %d are allowed", b.Size, maxSize)
	case len(b.Drawings) < 1 || len(b.Drawings) > maxDrawings:
		return fmt.Errorf("%d drawings; 1 to %d are allowed", len(b.Drawings), maxDrawings)
	case len(b.Items) < 1 || len(b.Items) > maxItems:
		return fmt.Errorf("%d items; 1 to %d are allowed", len(b.Items), maxItems)
	}
	seen := make(map[string]bool, len(b.Items))
	for i, it := range b.Items {
		if it.Code == "" || it.Name == "" || it.Category == "" || it.Subcategory == "" {
			return fmt.Errorf("item %d (%q) lacks code, name, category or subcategory", i, it.Code)
		}
		if seen[it.Code] {
			return fmt.Errorf("item %s occurs twice", it.Code)
		}
		seen[it.Code] = true
		if it.Group < 0 {
			return fmt.Errorf("item %s is in group %d; groups count from 0", it.Code, it.Group)
		}
		if _, err := PartOf(it.Part); err != nil {
			return fmt.Errorf("item %s: %w", it.Code, err)
		}
	}
	return nil
}

// ErrPart marks a part name that is none of train, validation and test.
var ErrPart = errors.New("unknown part")

// PartOf reads the name of a part.
func PartOf(name string) (datasets.Part, error) {
	for _, p := range datasets.Parts {
		if p.String() == name {
			return p, nil
		}
	}
	return 0, fmt.Errorf("%w %q; use train, validation or test", ErrPart, name)
}
