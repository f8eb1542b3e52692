package stamps9

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/augkit/aug/datasets/internal/mapped"
	"github.com/augkit/aug/datasets/internal/wholefile"
)

// item is one stamp.
type item struct {
	Path    string // animals/birds/eagle
	English string
	Group   int
}

// sample is one recording of an item.
type sample struct {
	Item     int
	Language string
	Text     string // in that language; empty where it is not translated
}

// cache is the content of the cache file: a magic of 8 bytes, the length of the table (uint64, little-endian), the
// table as JSON, the pictures ([items, 32, 32, 3] uint8), the log-mel pictures ([samples, 86, 32] uint8, 0 … 255 for
// −80 … 0 dB), and the SHA-256 of all that.
type cache struct {
	From    string // base name of the source
	Items   []item
	Samples []sample
	Skipped []string

	images []uint8
	audio  []uint8
	file   *mapped.File // that the two are in, if they were loaded
}

const magic = "stamps9\x01"

var errDamaged = errors.New("the cache file is damaged: run `aug data get stamps9` again")

// cacheDir is the folder that holds all cached data sets.
func cacheDir(dir string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("stamps9: no cache folder for this user (%w); set HOME or XDG_CACHE_HOME, or name a folder", err)
	}
	return filepath.Join(base, "augkit"), nil
}

// save writes the cache as a whole or not at all.
func (c *cache) save(ctx context.Context, name string) error {
	table, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("stamps9: encode the cache: %w", err)
	}
	head := binary.LittleEndian.AppendUint64([]byte(magic), uint64(len(table)))
	sum := sha256.New()
	blocks := [][]byte{head, table, c.images, c.audio}
	for _, b := range blocks {
		sum.Write(b)
	}
	return wholefile.Write(ctx, "stamps9", name, func(w io.Writer) error {
		for _, b := range append(blocks, sum.Sum(nil)) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if _, err := w.Write(b); err != nil {
				return fmt.Errorf("stamps9: write the cache: %w", err)
			}
		}
		return nil
	})
}

// load reads and checks the cache. The error is [fs.ErrNotExist] where there is none and errDamaged where its sum,
// its table or its length is wrong.
func load(name string) (*cache, error) {
	file, err := mapped.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("stamps9 is not on this machine: run `aug data get stamps9` (%w)", err)
	}
	if err != nil {
		return nil, fmt.Errorf("stamps9: read the cache: %w", err)
	}
	c, err := parse(file.Bytes)
	if err != nil {
		return nil, fmt.Errorf("stamps9: %s: %w", name, err)
	}
	c.file = file
	return c, nil
}

func parse(data []byte) (*cache, error) {
	if len(data) < len(magic)+8+sha256.Size || string(data[:len(magic)]) != magic {
		return nil, errDamaged
	}
	content, trailer := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	if sum := sha256.Sum256(content); !bytes.Equal(sum[:], trailer) {
		return nil, errDamaged
	}
	length, rest := binary.LittleEndian.Uint64(content[len(magic):]), content[len(magic)+8:]
	if length > uint64(len(rest)) {
		return nil, errDamaged
	}
	c := new(cache)
	if err := json.Unmarshal(rest[:length], c); err != nil {
		return nil, fmt.Errorf("%w (%w)", errDamaged, err)
	}
	rest = rest[length:]
	if len(rest) != len(c.Items)*pixels+len(c.Samples)*cells {
		return nil, errDamaged
	}
	if slices.ContainsFunc(c.Samples, func(s sample) bool { return s.Item < 0 || s.Item >= len(c.Items) }) {
		return nil, errDamaged
	}
	c.images, c.audio = rest[:len(c.Items)*pixels], rest[len(c.Items)*pixels:]
	return c, nil
}
