package cremad

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"
	"time"

	"github.com/augkit/aug/datasets"
)

// TestRealFolder reads the real data set, which the repository may not hold, and compares with the counts in README.md.
func TestRealFolder(t *testing.T) {
	from := os.Getenv("AUG_CREMAD_FOLDER")
	if from == "" {
		t.Skip("set AUG_CREMAD_FOLDER to a folder with AudioWAV, Image-01-FPS and the lists to run this test (minutes, 2 GB)")
	}
	cache := t.TempDir()
	start := time.Now()
	last := ""
	progress := func(what string, _, _ int64) { last = what }
	must(t, get(t.Context(), datasets.GetRequest{From: from, CacheDir: cache, Progress: progress}))
	t.Logf("Get: %v on %d cores; %s", time.Since(start).Round(time.Millisecond), runtime.NumCPU(), last)
	for _, file := range []string{indexFile, "audio-3s-v1.bin", "image-first-224-v1.bin"} {
		info, err := os.Stat(filepath.Join(cache, "cremad", file))
		must(t, err)
		t.Logf("%s holds %d bytes", file, info.Size())
	}
	x, err := loadIndex(filepath.Join(cache, "cremad"))
	must(t, err)
	if lacks := x.lacks(); lacks != "" {
		t.Error(lacks)
	}
	var train, test [6]int
	for _, c := range x.Clips {
		if c.Test {
			test[c.Class]++
		} else {
			train[c.Class]++
		}
	}
	if want := [6]int{973, 1148, 1131, 1138, 1142, 1166}; !reflect.DeepEqual(train, want) {
		t.Errorf("train: %v of the classes, want %v", train, want)
	}
	if want := [6]int{114, 123, 140, 133, 129, 105}; !reflect.DeepEqual(test, want) {
		t.Errorf("test: %v of the classes, want %v", test, want)
	}
	start = time.Now()
	d := with(t, cache, 0)
	t.Logf("Open: %v; hash %s", time.Since(start).Round(time.Millisecond), d.Hash)
	if d.Len() != Source().Samples {
		t.Errorf("%d samples, want %d", d.Len(), Source().Samples)
	}
}
