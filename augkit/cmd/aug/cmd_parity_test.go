package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/parity"
)

const parityCases = "../../parity/testdata/"

func TestParity(t *testing.T) {
	dir := t.TempDir()
	raw, err := os.ReadFile(parityCases + "dense_seed1.npz")
	if err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(dir, "broken.npz")
	if err := os.WriteFile(broken, raw[:len(raw)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	wrong := filepath.Join(dir, "wrong.npz")
	if err := os.WriteFile(wrong, changed(t, raw, "want/out.npy"), 0o600); err != nil {
		t.Fatal(err)
	}
	single, err := os.ReadFile(parityCases + "sgd_single_none_seed1.npz")
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(dir, "bad.npz")
	if err := os.WriteFile(bad, respelt(t, single, `"single_loss": 2`, `"single_loss": 3`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args   string
		code   int
		stdout string
		stderr string
	}{
		{"", exitUsage, "", "at least one"},
		{"--nope", exitUsage, "", "nope"},
		{"--help", exitOK, "SUMMARIES", ""},
		{"nothing.npz", exitUsage, "", "nothing.npz: no such file"},
		{dir, exitUsage, "", "not a regular file"},
		{broken, exitUsage, "", "broken.npz: is not an NPZ"},
		{bad, exitUsage, "", "single_loss is 3; use 1 or 2"},
		{wrong, exitFailed, "OUT OF TOLERANCE", ""},
		{parityCases + "dense_seed1.npz", exitOK, "4 arrays of 1 cases compared, 0 out of tolerance", ""},
		{"--brief " + parityCases + "dense_seed1.npz " + parityCases + "schedule_tenths.npz", exitOK, "schedule_tenths", ""},
		{"--brief " + parityCases + "dense_seed1.npz " + parityCases + "schedule_tenths.npz", exitOK, "rate      schedules         1      1 ", ""},
		{parityCases + "gate_two_seed1.npz", exitOK, "loss/gate", ""},
	} {
		code, stdout, stderr := aug(t, append([]string{"parity"}, strings.Fields(c.args)...)...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
			t.Errorf("aug parity %s: code %d, want %d; stdout %q; stderr %q", c.args, code, c.code, stdout, stderr)
		}
	}
	code, stdout, _ := aug(t, "parity", "--json", parityCases+"dense_seed1.npz")
	var rep parity.Report
	if err := json.Unmarshal([]byte(stdout), &rep); err != nil || code != exitOK || len(rep.Arrays) != 4 || !rep.OK() {
		t.Errorf("aug parity --json: code %d, %v, %q", code, err, stdout)
	}
}

// changed is an NPZ file with the last number of one array replaced by 0.
func changed(t *testing.T, raw []byte, member string) []byte {
	return rewritten(t, raw, member, func(data []byte) []byte {
		copy(data[len(data)-4:], "\x00\x00\x00\x00")
		return data
	})
}

// respelt is an NPZ file with a part of its settings replaced by one of the same length.
func respelt(t *testing.T, raw []byte, from, to string) []byte {
	wide := func(s string) []byte { // as NumPy writes strings
		var out []byte
		for _, r := range s {
			out = binary.LittleEndian.AppendUint32(out, uint32(r))
		}
		return out
	}
	return rewritten(t, raw, "case.npy", func(data []byte) []byte {
		if !bytes.Contains(data, wide(from)) {
			t.Errorf("the settings have no %s", from)
		}
		return bytes.Replace(data, wide(from), wide(to), 1)
	})
}

// rewritten is an NPZ file with one member changed.
func rewritten(t *testing.T, raw []byte, member string, change func([]byte) []byte) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range in.File {
		data, err := fs.ReadFile(in, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == member {
			data = change(data)
		}
		w, err := z.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(data)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
