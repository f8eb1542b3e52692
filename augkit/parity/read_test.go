package parity

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/device/devicetest"
)

// member is one array of a file that a test makes.
type member struct {
	name, descr, shape string
	data               any // slice of numbers, or bytes
}

func floats(name, shape string, values ...float32) member { return member{name, "<f4", shape, values} }

func text(name, s string) member {
	var raw []byte
	for _, r := range s {
		raw = binary.LittleEndian.AppendUint32(raw, uint32(r))
	}
	return member{name, fmt.Sprintf("<U%d", len([]rune(s))), "()", raw}
}

func (m member) npy(t testing.TB) []byte {
	t.Helper()
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", m.descr, m.shape)
	raw := append([]byte("\x93NUMPY\x01\x00"), byte(len(head)), byte(len(head)>>8))
	raw = append(raw, head...)
	raw, err := binary.Append(raw, binary.LittleEndian, m.data)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func archive(t testing.TB, members ...member) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, m := range members {
		w, err := z.Create(m.name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		w.Write(m.npy(t))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const denseCase = `{"schema": 1, "kind": "layer", "layer": "dense", "width": 1, "name": "λ"}`

// dense is a good case: x·w + b = 1·3 + 2·4 + 5 = 16.
func dense() []member {
	return []member{
		text("case", denseCase), floats("x", "(1, 2)", 1, 2), floats("cotangent", "(1, 1)", 2),
		floats("w/weights", "(2, 1)", 3, 4), floats("w/biases", "(1,)", 5),
		floats("want/out", "(1, 1)", 16), floats("want/grad_x", "(1, 2)", 6, 8),
	}
}

// with is the good case with some members replaced or, where the name is new, added.
func with(changes ...member) []member {
	out := dense()
	for _, m := range changes {
		if i := slices.IndexFunc(out, func(o member) bool { return o.name == m.name }); i >= 0 {
			out[i] = m
		} else {
			out = append(out, m)
		}
	}
	return out
}

func without(name string) []member {
	return slices.DeleteFunc(dense(), func(m member) bool { return m.name == name })
}

func runBytes(t *testing.T, raw []byte) (*Report, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "case.npz")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Read(path)
	if err != nil {
		return nil, err
	}
	runner := NewRunner(devicetest.Backend(t))
	defer runner.Close()
	return runner.Run(c)
}

func TestGoodCase(t *testing.T) {
	rep, err := runBytes(t, archive(t, dense()...))
	if err != nil || !rep.OK() || len(rep.Arrays) != 2 || rep.Name != "λ" {
		t.Fatalf("report %+v, %v", rep, err)
	}
	rep, err = runBytes(t, archive(t, with(floats("want/out", "(1, 1)", 16.001))...))
	if err != nil || rep.OK() || rep.Worst().Array != "out" || math.Abs(rep.Worst().Abs-0.001) > 1e-5 {
		t.Errorf("a wrong output is not found: %+v, %v", rep, err)
	}
	rep, err = runBytes(t, archive(t, with(floats("want/out", "(1, 1)", 16.001), floats("scale/out", "()", 1000))...))
	if err != nil || !rep.OK() || rep.Worst().Scale != 1000 {
		t.Errorf("a larger scale is not used: %+v, %v", rep, err)
	}
}

func TestBadFiles(t *testing.T) {
	nan := float32(math.NaN())
	setting := func(s string) []byte { return archive(t, with(text("case", s))...) }
	big := append([]byte("\x93NUMPY\x02\x00\xff\xff\xff\x7f"), "{'descr'"...)
	for _, c := range []struct {
		name  string
		raw   []byte
		parts []string
	}{
		{"empty", nil, []string{"not an NPZ", "numpy.savez"}},
		{"text", []byte("hello"), []string{"not an NPZ"}},
		{"cut off", archive(t, dense()...)[:300], []string{"not an NPZ"}},
		{"no case", archive(t, without("case")...), []string{`"case"`, "missing", "json.dumps"}},
		{"case is a number", archive(t, with(floats("case", "()", 1))...), []string{`"case"`, "float32, not a string"}},
		{"not JSON", setting("dense"), []string{"not the JSON"}},
		{"unknown field", setting(`{"schema": 1, "kind": "layer", "lamda": 1}`), []string{"lamda"}},
		{"two objects", setting(denseCase + "{}"), []string{"goes on"}},
		{"schema 2", setting(`{"schema": 2}`), []string{"schema 2"}},
		{"no kind", setting(`{"schema": 1}`), []string{"layer, network or schedule"}},
		{"unknown layer", setting(`{"schema": 1, "kind": "layer", "layer": "lstm"}`), []string{"lstm", "conv, dense"}},
		{"even kernel", setting(`{"schema": 1, "kind": "layer", "layer": "conv", "kernel": 2, "stride": 1, "width": 1}`), []string{"odd"}},
		{"no width", setting(`{"schema": 1, "kind": "layer", "layer": "dense"}`), []string{"width is 0"}},
		{"missing input", archive(t, without("x")...), []string{`"x"`, "missing"}},
		{"missing weight", archive(t, without("w/biases")...), []string{`"w/biases"`, "missing"}},
		{"misspelt weight", archive(t, with(floats("w/bias", "(1,)", 1))...), []string{`"w/bias"`, "biases, weights"}},
		{"misspelt array", archive(t, with(floats("wnat/out", "(1,)", 1))...), []string{`"wnat/out"`, "schema"}},
		{"unknown expected array", archive(t, with(floats("want/loss", "()", 1))...), []string{`"want/loss"`, "grad_x, out"}},
		{"nothing expected", archive(t, dense()[:5]...), []string{"no expected array"}},
		{"scale of nothing", archive(t, with(floats("scale/grad/biases", "()", 1))...), []string{"scale of nothing"}},
		{"wrong shape of a weight", archive(t, with(floats("w/weights", "(1, 2)", 3, 4))...), []string{`"w/weights"`, "[1 2]", "[2 1]", "transposed"}},
		{"wrong shape of a result", archive(t, with(floats("want/out", "(1,)", 16))...), []string{`"want/out"`, "[1]", "[1 1]"}},
		{"wrong rank of x", archive(t, with(floats("x", "(2,)", 1, 2))...), []string{`"x"`, "axes"}},
		{"cotangent that does not fit", archive(t, with(floats("cotangent", "(3, 7)", make([]float32, 21)...))...), []string{"do not fit", "[3 7]", "[1 1]"}},
		{"float64 input", archive(t, with(member{"x", "<f8", "(1, 2)", []float64{1, 2}})...), []string{`"x"`, "float64, not float32", "astype"}},
		{"integers expected", archive(t, with(member{"want/out", "<i8", "(1, 1)", []int64{16}})...), []string{`"want/out"`, "int64"}},
		{"booleans", archive(t, with(member{"x", "|b1", "(2,)", []byte{1, 0}})...), []string{`"|b1"`, "astype"}},
		{"objects", archive(t, with(member{"x", "|O", "(2,)", []byte{1, 0}})...), []string{`"|O"`}},
		{"NaN", archive(t, with(floats("x", "(1, 2)", 1, nan))...), []string{`"x"`, "NaN", "entry 1"}},
		{"infinity expected", archive(t, with(floats("want/out", "(1, 1)", float32(math.Inf(1))))...), []string{"infinity"}},
		{"short data", archive(t, with(floats("x", "(1, 3)", 1, 2))...), []string{`"x"`, "promises 12 bytes", "8"}},
		{"long data", archive(t, with(floats("x", "(1, 1)", 1, 2))...), []string{`"x"`, "more"}},
		{"no entries", archive(t, with(floats("x", "(0, 2)"))...), []string{"no entries"}},
		{"huge shape", archive(t, with(floats("x", "(99999, 99999, 99999)", 1))...), []string{"memory"}},
		{"overflowing shape", archive(t, with(floats("x", "(2147483647, 2147483647, 2147483647)", 1))...), []string{"memory"}},
		{"negative shape", archive(t, with(floats("x", "(-1, 2)", 1))...), []string{`"-1"`}},
		{"twice", archive(t, append(dense(), floats("x", "(1, 2)", 1, 2))...), []string{"twice"}},
		{"huge header", rawMember(t, big), []string{"header claims"}},
		{"no array", rawMember(t, []byte("hello, world")), []string{"no NumPy array"}},
		{"records", rawMember(t, []byte("\x93NUMPY\x01\x00\x05\x00{'a'}")), []string{"plain arrays"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := runBytes(t, c.raw)
			if _, ok := errors.AsType[*FileError](err); !ok {
				t.Fatalf("error %v is not a FileError", err)
			}
			for _, part := range append(c.parts, "case.npz") {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q lacks %q", err, part)
				}
			}
		})
	}
}

func rawMember(t testing.TB, raw []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create("case.npy")
	if err != nil {
		t.Fatal(err)
	}
	w.Write(raw)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// FuzzRead: no bytes make the reader panic or take much memory, and every error names the file.
func FuzzRead(f *testing.F) {
	f.Add(archive(f, dense()...))
	f.Add(archive(f, with(text("case", `{"schema": 1, "kind": "network", "classes": 2, "modalities": [{"name": "a", "encoder": "none", "classifiers": 1}]}`))...))
	f.Add(archive(f, with(text("case", `{"schema": 1, "kind": "network", "classes": 2, "modalities": [{"name": "a", "encoder": "none", "classifiers": 1},
		{"name": "b", "encoder": "mlp", "classifiers": 3}], "training": true, "steps": 2, "optimizer": {"name": "sgd", "learning_rate": 1},
		"residual": "probabilities", "single_loss": 2, "trained_classifiers": "first", "terms": ["all"], "step": "alternating-legacy", "gate": true}`),
		floats("ratio", "(3, 2)", 1, 2, 3, 4, 5, 6), floats("target", "(2, 2)", 1, 0, 0, 1))...))
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		arrays, err := decodeNPZ("f.npz", bytes.NewReader(raw), int64(len(raw)))
		if err == nil {
			_, err = newCase("f.npz", arrays)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "f.npz: ") {
			t.Errorf("error %q does not name the file", err)
		}
	})
}

// FuzzArray: as FuzzRead, for one array without the archive around it.
func FuzzArray(f *testing.F) {
	for _, m := range dense() {
		f.Add(m.npy(f))
	}
	f.Add([]byte("\x93NUMPY\x01\x00\x05\x00{'a'}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := bytes.NewReader(raw)
		h, err := readHeader(r)
		if err != nil {
			return
		}
		n, err := h.bytes(1 << 20)
		if err != nil || n > int64(r.Len()) {
			return
		}
		a, err := h.decode(raw[len(raw)-r.Len():][:n])
		if err == nil && a.dtype != "str" && len(a.f32)+len(a.f64)+len(a.ints) != a.size() {
			t.Errorf("%d entries for shape %v", len(a.f32)+len(a.f64)+len(a.ints), a.shape)
		}
	})
}

func TestFortranOrder(t *testing.T) {
	h := &header{descr: "<f4", fortran: true, shape: []int{2, 3}, width: 4}
	raw, err := binary.Append(nil, binary.LittleEndian, []float32{1, 4, 2, 5, 3, 6})
	if err != nil {
		t.Fatal(err)
	}
	a, err := h.decode(raw)
	if err != nil || !slices.Equal(a.f32, []float32{1, 2, 3, 4, 5, 6}) {
		t.Errorf("%v, %v", a, err)
	}
}
