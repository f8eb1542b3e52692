package bundle_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/augkit/aug/datasets/internal/bundle"
)

func packed(t *testing.T) []byte {
	t.Helper()
	var buf bytes.Buffer
	err := bundle.Write(&buf, bundle.Entry{Name: "a", Data: []byte("alpha")}, bundle.Entry{Name: "b", Data: bytes.Repeat([]byte{7}, 1000)})
	if err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestRoundTrip(t *testing.T) {
	data := packed(t)
	if !bytes.Equal(data, packed(t)) {
		t.Error("the same entries give other bytes")
	}
	z, err := bundle.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := z.Read("a", 5); err != nil || string(got) != "alpha" {
		t.Errorf("Read(a) = %q, %v", got, err)
	}
}

func TestReadErrors(t *testing.T) {
	z, err := bundle.Open(packed(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		limit int
		want  string
	}{
		{"c", 10, "no entry c"},
		{"b", 999, "announces 1000 bytes; at most 999"},
	} {
		if _, err := z.Read(tt.name, tt.limit); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Read(%s, %d) gives error %v, want one with %q", tt.name, tt.limit, err, tt.want)
		}
	}
	if _, err := bundle.Open([]byte("no zip")); err == nil {
		t.Error("Open takes bytes that are no zip")
	}
}

// An entry that unpacks to more than it announces must not be read to its end.
func TestReadLyingSize(t *testing.T) {
	data := packed(t)
	// The announced size is 24 bytes into the entry of b in the table of contents at the end.
	at := bytes.LastIndex(data, []byte("PK\x01\x02")) + 24
	data[at], data[at+1] = 10, 0
	z, err := bundle.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := z.Read("b", 100); err == nil {
		t.Errorf("Read gives %d bytes where 10 were announced, and no error", len(got))
	}
}
