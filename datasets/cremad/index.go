package cremad

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/augkit/aug/datasets/internal/wholefile"
)

// index is what Get found in the folder. It is kept as JSON; the files with features name its sum, so that features of
// other clips are never taken for its own.
type index struct {
	From    string // the folder, absolute; not in the sum, since a folder may be moved
	Clips   []clip // in the order of ids
	Missing []string
	Sum     string // SHA-256 of clips and missing, hex
}

// clip is one clip whose files are all there.
type clip struct {
	ID     string
	Class  int
	Test   bool     // named by test.csv
	Frames []string // names of its pictures, in order
}

const indexFile = "clips-v1.json"

var errDamaged = errors.New("the file is damaged")

func (x *index) sum() [sha256.Size]byte {
	text, err := json.Marshal([]any{x.Clips, x.Missing})
	if err != nil {
		panic(err) // strings, numbers and truth values always encode
	}
	return sha256.Sum256(text)
}

func (x *index) save(ctx context.Context, dir string) error {
	sum := x.sum()
	x.Sum = hex.EncodeToString(sum[:])
	return wholefile.Write(ctx, "cremad", filepath.Join(dir, indexFile), func(w io.Writer) error {
		return json.NewEncoder(w).Encode(x)
	})
}

// loadIndex reads and checks the index. The error is [fs.ErrNotExist] where there is none.
func loadIndex(dir string) (*index, error) {
	name := filepath.Join(dir, indexFile)
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cremad is not on this machine: run `aug data get cremad --from FOLDER` (%w)", err)
	}
	if err != nil {
		return nil, fmt.Errorf("cremad: read the cache: %w", err)
	}
	x := new(index)
	err = json.Unmarshal(text, x)
	if sum := x.sum(); err != nil || x.Sum != hex.EncodeToString(sum[:]) {
		return nil, fmt.Errorf("cremad: %s: %w: run `aug data get cremad --from FOLDER` again", name, errDamaged)
	}
	return x, nil
}

// lacks says how many clips lack a file and names the first three; empty where none does.
func (x *index) lacks() string {
	if len(x.Missing) == 0 {
		return ""
	}
	first := strings.Join(x.Missing[:min(3, len(x.Missing))], "; ")
	return fmt.Sprintf("%d of the %d clips of the lists lack a file: %s", len(x.Missing), len(x.Clips)+len(x.Missing), first)
}

// same reports whether both found the same in the same folder.
func (x *index) same(o *index) bool {
	return o != nil && x.From == o.From && x.sum() == o.sum()
}
