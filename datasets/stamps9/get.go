package stamps9

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/augkit/aug/datasets"
)

// getter makes the cache. Tests put another sum and another way to fetch.
type getter struct {
	sum   string // SHA-256 that a .deb must have, hex
	fetch func(ctx context.Context, dir string) (file string, err error)
}

// get decodes the package (or req.From) and writes the cache; with a sound cache it does nothing but say so.
func (g *getter) get(ctx context.Context, req datasets.GetRequest) error {
	progress := req.Progress
	if progress == nil {
		progress = func(string, int64, int64) {}
	}
	name, err := cacheFile(req.CacheDir)
	if err != nil {
		return err
	}
	if _, err := load(name); err == nil {
		progress("stamps9 is already there: "+name, 1, 1)
		return nil
	}
	if err := writable(filepath.Dir(name)); err != nil {
		return err
	}
	from := req.From
	if from == "" {
		dir, err := os.MkdirTemp("", "augkit-stamps9-")
		if err != nil {
			return fmt.Errorf("stamps9: make a folder to download to: %w", err)
		}
		defer os.RemoveAll(dir)
		progress("downloading "+Package+" (161 MB)", 0, 0)
		if from, err = g.fetch(ctx, dir); err != nil {
			return err
		}
	}
	if err := g.checkSum(ctx, from); err != nil {
		return err
	}
	all, err := collect(ctx, from, progress)
	if err != nil {
		return fmt.Errorf("stamps9: %w", err)
	}
	c := all.assemble()
	c.From = filepath.Base(from)
	if len(c.Samples) == 0 {
		return fmt.Errorf("stamps9: %s holds no stamp with name, picture and recording; give the package, or the folder that holds stamps/animals, stamps/town and so on", from)
	}
	if err := c.save(ctx, name); err != nil {
		return err
	}
	done := fmt.Sprintf("stamps9: %d samples of %d items in %s", len(c.Samples), len(c.Items), name)
	if n := len(c.Skipped); n > 0 {
		done += fmt.Sprintf("; %d files could not be decoded, the first: %s", n, c.Skipped[0])
	}
	progress(done, 1, 1)
	return nil
}

// writable finds out before the long work whether its result can be kept.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("stamps9: make the cache folder (%w); name another one", err)
	}
	f, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return fmt.Errorf("stamps9: the cache folder cannot be written (%w); free it or name another one", err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// debMagic starts every Debian package, whatever its file is called.
const debMagic = "!<arch>\n"

// checkSum compares the SHA-256 of a .deb; other sources have none to compare.
func (g *getter) checkSum(ctx context.Context, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("stamps9: open the package, archive or folder: %w", err)
	}
	defer f.Close()
	head := make([]byte, len(debMagic))
	if _, err := io.ReadFull(f, head); err != nil || string(head) != debMagic {
		return nil // a folder, another archive, or nothing that can be read: the walk tells which
	}
	h := sha256.New()
	h.Write(head)
	if _, err := io.Copy(h, reader{ctx, f}); err != nil {
		return fmt.Errorf("stamps9: read the package %s: %w", name, err)
	}
	if sum := hex.EncodeToString(h.Sum(nil)); sum != g.sum {
		return fmt.Errorf("stamps9: %s has SHA-256 %s, but %s %s has %s: it is another version or damaged, and results would not compare; "+
			"to use it all the same, unpack it (dpkg-deb -x FILE FOLDER) and give the folder: aug data get stamps9 --from FOLDER", name, sum, Package, Version, g.sum)
	}
	return nil
}

// reader stops when its context is done.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// fetchPackage has apt-get download the package into dir, without installing anything. It asks for the one version
// whose sum is known, so that another one fails before 161 MB are fetched.
func fetchPackage(ctx context.Context, dir string) (string, error) {
	const mend = "fetch the package elsewhere and run `aug data get stamps9 --from FILE`"
	apt, err := exec.LookPath("apt-get")
	if err != nil {
		return "", fmt.Errorf("stamps9: this machine has no apt-get (%w); %s", err, mend)
	}
	cmd := exec.CommandContext(ctx, apt, "download", Package+"="+Version)
	cmd.Dir = dir
	cmd.WaitDelay = 5 * time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return "", fmt.Errorf("stamps9: download stopped: %w", ctx.Err())
		}
		return "", fmt.Errorf("stamps9: apt-get download %s=%s failed (%w): %s; run apt-get update first, or %s",
			Package, Version, err, strings.TrimSpace(string(out[max(0, len(out)-500):])), mend)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("stamps9: apt-get download left %d packages in %s, not one; %s", len(found), dir, mend)
	}
	return found[0], nil
}
