package stamps9

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/augkit/aug/datasets"
)

// TestRealPackage reads the real package, which the repository may not hold, and compares with the counts in README.md.
func TestRealPackage(t *testing.T) {
	deb := os.Getenv("AUG_STAMPS_DEB")
	if deb == "" {
		t.Skip("set AUG_STAMPS_DEB to the path of tuxpaint-stamps-default_2022.06.04-1_all.deb to run this test (about a minute)")
	}
	dir := t.TempDir()
	source := Source()
	start := time.Now()
	last := ""
	err := source.Get(t.Context(), datasets.GetRequest{From: deb, CacheDir: dir, Progress: func(what string, _, _ int64) { last = what }})
	must(t, err)
	t.Logf("Get: %v on %d cores; %s", time.Since(start).Round(time.Millisecond), runtime.NumCPU(), last)
	name, err := cacheFile(dir)
	must(t, err)
	info, err := os.Stat(name)
	must(t, err)
	t.Logf("the cache holds %d bytes", info.Size())
	c, err := load(name)
	must(t, err)
	if len(c.Items) != 832 || len(c.Skipped) != 0 {
		t.Errorf("%d items, want 832; not decoded: %v", len(c.Items), c.Skipped)
	}
	for split := range source.Splits {
		start = time.Now()
		d, err := source.Open(t.Context(), datasets.Request{Split: split, CacheDir: dir})
		must(t, err)
		took := time.Since(start)
		if d.Len() != source.Samples {
			t.Errorf("%d samples, want %d", d.Len(), source.Samples)
		}
		parts, labels, spoken, groups := map[string]int{}, map[string]int{}, map[string]int{}, map[int]bool{}
		for i := range d.Len() {
			_, language, _ := strings.Cut(d.IDs[i], "#")
			parts[d.Parts[i].String()]++
			labels[d.Classes[d.Labels[i]]]++
			spoken[language]++
			groups[d.Groups[i]] = true
		}
		if split == 0 {
			t.Logf("%v %v, %d groups", labels, spoken, len(groups))
		}
		t.Logf("Open split %d: %v; %v", split, took.Round(time.Millisecond), parts)
	}
}
