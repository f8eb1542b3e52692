package augkit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	root   = ".." // of the repository, from this package
	module = "github.com/augkit/aug/"
)

// layers lists the packages from top to bottom: each imports only what stands below it. A name ending in / is everything
// in that folder. A package that is not here (a command, a check beside the toolkit) stands above: none of these may import
// it.
var layers = []string{
	"augkit", "augkit/study",
	"augkit/train", "augkit/method", "augkit/encoder", "augkit/boost", "augkit/optim", "augkit/nn",
	"augkit/device/devicetest", "augkit/device",
	"augkit/report", "augkit/runlog", "augkit/assign", "augkit/metric", "augkit/stats", "augkit/experiment",
	"datasets/catalog", "datasets/emoji8/convert", "datasets/emoji8", "datasets/watch7", "datasets/stamps9", "datasets/cremad", "datasets/vectors", "datasets/manifest",
	"datasets/emoji8/internal/", "datasets", "datasets/internal/",
}

// plain packages know no tensors, directly or by what they import.
var plain = []string{"augkit/assign", "augkit/metric", "augkit/stats", "augkit/runlog", "augkit/experiment", "augkit/report", "datasets/", "datasets"}

// display lists the files that may use GoNB, which shows things in a notebook.
var display = []string{"augkit/report/display.go", "augkit/report/live.go", "augkit/report/progress.go"}

// pkg is what `go list -json` says of a package.
type pkg struct {
	ImportPath, Doc string
	Imports, Deps   []string
	GoFiles         []string // without tests
}

func (p pkg) name() string { return strings.TrimPrefix(p.ImportPath, module) }

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Doc,Imports,Deps,GoFiles", "./...")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v: %s", err, stderr.String())
	}
	var all []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// in reports whether a package is the named one, or in the folder.
func in(name, pattern string) bool {
	return name == pattern || strings.HasSuffix(pattern, "/") && strings.HasPrefix(name, pattern)
}

// level is the place of a package in layers, -1 for one that is not there.
func level(name string) int {
	return slices.IndexFunc(layers, func(pattern string) bool { return in(name, pattern) })
}

func TestImportsGoDown(t *testing.T) {
	all := packages(t)
	found := make(map[int]bool)
	for _, p := range all {
		from := level(p.name())
		found[from] = true
		if from < 0 {
			continue
		}
		for _, path := range p.Imports {
			name, ours := strings.CutPrefix(path, module)
			if !ours {
				continue
			}
			if to := level(name); to <= from && !(to == from && strings.HasSuffix(layers[to], "/")) {
				t.Errorf("%s imports %s, which does not stand below it", p.name(), name)
			}
		}
	}
	for i, pattern := range layers {
		if !found[i] {
			t.Errorf("%s is in the list of layers, but there is no such package", pattern)
		}
	}
}

func TestPlainPackagesKnowNoTensors(t *testing.T) {
	for _, p := range packages(t) {
		if !slices.ContainsFunc(plain, func(pattern string) bool { return in(p.name(), pattern) }) {
			continue
		}
		for _, dep := range p.Deps {
			if strings.HasPrefix(dep, "github.com/gomlx/") {
				t.Errorf("%s depends on %s", p.name(), dep)
			}
		}
	}
}

func TestEveryPackageIsDescribed(t *testing.T) {
	for _, p := range packages(t) {
		if p.Doc == "" && len(p.GoFiles) > 0 {
			t.Errorf("%s has no package comment", p.name())
		}
	}
}

func TestFiles(t *testing.T) {
	const longest = 400
	seen := 0
	for _, dir := range []string{"augkit", "datasets", "notebooks"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
				return err
			}
			seen++
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if n := bytes.Count(text, []byte("\n")); n > longest {
				t.Errorf("%s has %d lines, more than %d", path, n, longest)
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly)
			if err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			for _, i := range file.Imports {
				if strings.Contains(i.Path.Value, "janpfeifer/gonb/") && !slices.Contains(display, filepath.ToSlash(name)) {
					t.Errorf("%s imports %s; only %s may", name, i.Path.Value, strings.Join(display, " and "))
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 100 {
		t.Errorf("only %d Go files were found", seen)
	}
}

func TestLicence(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "LICENSE"))
	if err != nil || !bytes.Contains(text, []byte("Apache License")) || !bytes.Contains(text, []byte("Version 2.0")) {
		t.Errorf("LICENSE is not Apache-2.0: %v", err)
	}
	if _, err := os.Stat(filepath.Join(root, "NOTICE")); err != nil {
		t.Error(err)
	}
}
