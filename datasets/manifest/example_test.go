package manifest_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/augkit/aug/datasets"
	"github.com/augkit/aug/datasets/manifest"
)

// A folder of one's own files, here generated ones, opened as a data set.
func ExampleSource() {
	dir, err := os.MkdirTemp("", "manifest-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := manifest.New(dir, "image", "text"); err != nil {
		fmt.Println(err)
		return
	}
	source, err := manifest.Source(filepath.Join(dir, "samples.csv"))
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := source.Open(context.Background(), datasets.Request{Split: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range d.Modalities {
		fmt.Println(m.Name, m.Kind, m.Shape)
	}
	fmt.Println(d.Len(), "samples of", d.Classes)
	// Output:
	// image image [32 32 3]
	// text text [1024]
	// 144 samples of [circle square triangle]
}
