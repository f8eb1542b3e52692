package cremad

import (
	"fmt"
	"runtime"
	"testing"
)

// BenchmarkLoad opens the features of 1,000 clips, of the 7,442 there are, and then reads a mini-batch of eight; heap is what
// stays in memory between the two, beside the pages of the file.
func BenchmarkLoad(b *testing.B) {
	x := &index{From: "nowhere"}
	for i := range 1000 {
		x.Clips = append(x.Clips, clip{ID: fmt.Sprintf("1%03d_IEO_ANG_HI", i), Frames: []string{"1"}})
	}
	dir := b.TempDir()
	for _, f := range features(map[string]string{"audio_seconds": "3", "frame": "middle", "size": "224"}, 0) {
		b.Run(f.name, func(b *testing.B) {
			f.encode = func(*decoder, string, clip) ([]byte, error) {
				record := make([]byte, f.values()*f.bytes)
				for i := range record {
					record[i] = byte(i * 2654435761 >> 9)
				}
				return record, nil
			}
			if err := f.build(b.Context(), dir, x, func(int64, int64) {}); err != nil {
				b.Fatal(err)
			}
			dst := make([]float32, f.values())
			for b.Loop() {
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				m, err := f.load(b.Context(), dir, x)
				if err != nil {
					b.Fatal(err)
				}
				runtime.GC()
				runtime.ReadMemStats(&after)
				for i := range 8 {
					m.Read(dst, i*100)
				}
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "heap-MB")
			}
		})
	}
}
