// Package wholefile writes the caches of data sets so that no reader ever sees half a file.
package wholefile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Write makes the cache file of a data set under a temporary name, makes it durable and gives it its name; folders are made
// as needed. When fill fails or ctx has ended, what was there before stays, and the error is theirs; the others begin with
// the data set.
func Write(ctx context.Context, dataset, name string, fill func(io.Writer) error) (err error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("%s: make the cache folder (%w); name another one", dataset, err)
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+dataset+"-*.tmp")
	if err != nil {
		return fmt.Errorf("%s: write the cache (%w); free the folder or name another one", dataset, err)
	}
	defer func() {
		f.Close() // a second Close does nothing
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := fill(f); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("%s: write the cache: %w", dataset, err)
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return fmt.Errorf("%s: name the cache: %w", dataset, err)
	}
	return nil
}
