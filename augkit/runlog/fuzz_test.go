package runlog

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzOpenEpochs: no bytes make the reader panic, and what it accepts survives being written and read again.
func FuzzOpenEpochs(f *testing.F) {
	good, err := line(epoch(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, false)
	f.Add(good[:len(good)/2], true)
	f.Add([]byte("{}\n\n"), false)
	f.Add([]byte("null\n{\"epoch\":1e9}\n"), true)
	f.Fuzz(func(t *testing.T, raw []byte, torn bool) {
		got, err := decodeLines[Epoch]("epochs.jsonl", raw, torn)
		if err != nil {
			return
		}
		var again bytes.Buffer
		for _, e := range got {
			l, err := line(e)
			if err != nil {
				t.Fatalf("accepted an epoch that cannot be written: %v", err)
			}
			again.Write(l)
		}
		back, err := decodeLines[Epoch]("epochs.jsonl", again.Bytes(), false)
		if err != nil {
			t.Fatal(err)
		}
		// An empty list that is left out of JSON comes back as none, so the bytes are compared, not the values.
		var third bytes.Buffer
		for _, e := range back {
			l, _ := line(e)
			third.Write(l)
		}
		if d := cmp.Diff(again.String(), third.String()); d != "" {
			t.Errorf("changed by a round trip:\n%s", d)
		}
	})
}
