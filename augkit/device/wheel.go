package device

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// The CPU plug-in's wheel: Apache-2.0, taken without its dependencies because only the shared library in it is used.
const (
	wheelName   = "lammps-jax-pjrt-cpu 0.11.2"
	wheelSpec   = "lammps-jax-pjrt-cpu==0.11.2"
	wheelSHA256 = "1319390d948b39f69f7dade496b7c385149d9ca6097a6b62114da113216d9ad1"
	wheelLimit  = 1 << 30 // no file in it may unpack to more
)

// wheelInstaller fetches the wheel with pip into a temporary folder beside dir and unpacks the plug-in into dir.
func wheelInstaller(dir string, opts Options) install {
	return func(ctx context.Context) (Plugin, error) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return Plugin{}, fmt.Errorf("%w; choose another folder with %s", err, EnvPluginDir)
		}
		tmp, err := os.MkdirTemp(dir, ".wheel-")
		if err != nil {
			return Plugin{}, fmt.Errorf("%w; choose another folder with %s", err, EnvPluginDir)
		}
		defer os.RemoveAll(tmp)
		if opts.Log != nil {
			fmt.Fprintf(opts.Log, "fetching %s (XLA's CPU plug-in) with pip …\n", wheelName)
		}
		if err := pipDownload(ctx, opts.python(), tmp, wheelSpec, wheelSHA256); err != nil {
			return Plugin{}, err
		}
		wheels, _ := filepath.Glob(filepath.Join(tmp, "*.whl"))
		if len(wheels) != 1 {
			return Plugin{}, fmt.Errorf("pip left %d wheels, want 1", len(wheels))
		}
		return InstallWheel(wheels[0], dir)
	}
}

// python is the interpreter whose pip is used.
func (o Options) python() string {
	if o.Python != "" {
		return o.Python
	}
	if p := os.Getenv("AUG_PYTHON"); p != "" {
		return p
	}
	return "python3"
}

// pipDownload fetches one package at one hash into dir.
func pipDownload(ctx context.Context, python, dir, spec, sha string) error {
	lock := filepath.Join(dir, "requirements.txt") // pip takes hashes from a file only
	if err := os.WriteFile(lock, []byte(spec+" --hash=sha256:"+sha+"\n"), 0o644); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-cache-dir",
		"--no-deps", "--only-binary=:all:", "--require-hashes", "--dest", dir, "-r", lock)
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%s not found: install Python 3.10 or newer with pip, or name one in AUG_PYTHON", python)
	}
	return fmt.Errorf("pip download %s: %w: %s", spec, err, lastLine(out))
}

// InstallWheel checks a wheel file of the CPU plug-in against its known hash and unpacks the plug-in and its licences
// into dir. Each file appears whole or not at all.
func InstallWheel(wheel, dir string) (Plugin, error) {
	return installWheel(wheel, dir, wheelSHA256)
}

func installWheel(wheel, dir, sha string) (Plugin, error) {
	if err := checkSum(wheel, sha); err != nil {
		return Plugin{}, err
	}
	archive, err := zip.OpenReader(wheel)
	if err != nil {
		return Plugin{}, fmt.Errorf("opening %s: %w", wheel, err)
	}
	defer archive.Close()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Plugin{}, err
	}
	plugin := Plugin{Name: "cpu", Path: filepath.Join(dir, pluginFileName), Origin: wheelName}
	var library *zip.File
	for _, f := range archive.File {
		base := path.Base(f.Name)
		switch {
		case base == pluginFileName:
			library = f
		case strings.Contains(f.Name, "/licenses/"):
			if err := unpack(f, filepath.Join(dir, base+".lammps-jax-pjrt-cpu")); err != nil {
				return Plugin{}, err
			}
		}
	}
	if library == nil {
		return Plugin{}, fmt.Errorf("%s holds no %s", wheel, pluginFileName)
	}
	// The note first: a plug-in without its note would count as someone else's.
	if err := os.WriteFile(originFile(plugin.Path), []byte(wheelName+"\n"), 0o644); err != nil {
		return Plugin{}, err
	}
	if err := unpack(library, plugin.Path); err != nil {
		os.Remove(originFile(plugin.Path))
		return Plugin{}, err
	}
	return plugin, nil
}

// checkSum compares a file with its SHA-256.
func checkSum(file, want string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return fmt.Errorf("reading %s: %w", file, err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		return fmt.Errorf("%s has SHA-256 %s, want %s: the download is damaged or not what it claims to be; run `aug setup` again", file, got, want)
	}
	return nil
}

// unpack writes one file of an archive under a temporary name and renames it.
func unpack(f *zip.File, dst string) (err error) {
	if f.UncompressedSize64 > wheelLimit {
		return fmt.Errorf("%s in the wheel is absurdly large (%d bytes)", f.Name, f.UncompressedSize64)
	}
	in, err := f.Open()
	if err != nil {
		return fmt.Errorf("unpacking %s: %w", f.Name, err)
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(dst), ".unpack-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(out.Name())
		}
	}()
	if _, err = io.Copy(out, io.LimitReader(in, wheelLimit)); err != nil {
		out.Close()
		return fmt.Errorf("unpacking %s: %w", f.Name, err)
	}
	if err = out.Chmod(0o644); err != nil {
		out.Close()
		return err
	}
	if err = out.Close(); err != nil {
		return err
	}
	return os.Rename(out.Name(), dst)
}

// lastLine is the last line of a program's output that says something; pip's own hints about itself do not.
func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if line := strings.TrimSpace(lines[i]); line != "" && !strings.HasPrefix(line, "[notice]") {
			return line
		}
	}
	return "no output"
}
