package device

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// Names of the environment variables that steer the choice.
const (
	EnvBackend     = "GOMLX_BACKEND"            // GoMLX's own: "go", "xla:cpu", "xla:cuda,tf32=false", …
	EnvPluginPath  = "PJRT_PLUGIN_LIBRARY_PATH" // go-xla's own: folders with plug-ins, separated by ":"
	EnvPluginDir   = "AUG_PJRT_DIR"             // our plug-in folder, where setup installs
	modulePath     = "github.com/augkit/aug"
	pluginFileName = "pjrt_c_api_cpu_plugin.so"
)

// Plugin is a PJRT plug-in file found on this machine.
type Plugin struct {
	Name   string `json:"name"`             // "cpu", "cuda", …
	Path   string `json:"path"`             // absolute
	Origin string `json:"origin,omitempty"` // package and version, if we installed it
}

// pluginFile holds the two file names that go-xla recognises; the first group is the plug-in's name.
var pluginFile = []*regexp.Regexp{
	regexp.MustCompile(`^pjrt_c_api_(.+)_plugin\.so$`),
	regexp.MustCompile(`^pjrt[-_]plugin[-_](.+)\.so$`),
}

// is reports whether the plug-in answers to the name, so that "cpu" also finds "cpu_v0.114.0".
func (p Plugin) is(name string) bool {
	return p.Name == name || strings.HasPrefix(p.Name, name+"_v")
}

// host is what the choice looks at outside the program; tests put another in its place.
type host struct {
	getenv   func(string) string
	listDir  func(dir string) []string // file names; nil when the folder cannot be read
	readFile func(path string) ([]byte, error)
	workDir  func() (string, error)
	exePath  func() (string, error)
	homeDir  func() (string, error)
	cacheDir func() (string, error)
	nvidia   func() bool // an NVIDIA device is present
	xla      bool        // XLA is compiled in
	simd     bool        // the pure-Go backend has its SIMD kernels
	platform string      // GOOS/GOARCH
	wheel    func(dir string, opts Options) install
	goxla    func(dir string, opts Options) install
}

func thisHost() *host {
	return &host{
		getenv: os.Getenv,
		listDir: func(dir string) []string {
			entries, err := os.ReadDir(dir)
			if err != nil {
				return nil // A search folder that does not exist is the normal case.
			}
			names := make([]string, len(entries))
			for i, e := range entries {
				names[i] = e.Name()
			}
			return names
		},
		readFile: os.ReadFile,
		workDir:  os.Getwd,
		exePath:  os.Executable,
		homeDir:  os.UserHomeDir,
		cacheDir: os.UserCacheDir,
		nvidia: func() bool {
			found, _ := filepath.Glob("/dev/nvidia[0-9]*")
			return len(found) > 0
		},
		xla:      xlaBuilt,
		simd:     simdBuilt,
		platform: runtime.GOOS + "/" + runtime.GOARCH,
		wheel:    wheelInstaller,
		goxla:    goxlaInstaller,
	}
}

// PluginDir returns the folder in which setup installs plug-ins and where they are looked for first of our own: AUG_PJRT_DIR
// if set, else .tools/pjrt of the clone we work in, else augkit/pjrt in the user's cache folder.
func PluginDir() (string, error) { return thisHost().pluginDir() }

func (h *host) pluginDir() (string, error) {
	if dir := h.getenv(EnvPluginDir); dir != "" {
		return filepath.Abs(dir)
	}
	if root, ok := h.projectRoot(); ok {
		return filepath.Join(root, ".tools", "pjrt"), nil
	}
	cache, err := h.cacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "augkit", "pjrt"), nil
}

// projectRoot looks upwards from the working directory for this module's go.mod, so that tests and notebooks in a clone
// find what `make` installed there.
func (h *host) projectRoot() (string, bool) {
	dir, err := h.workDir()
	if err != nil {
		return "", false
	}
	for {
		if data, err := h.readFile(filepath.Join(dir, "go.mod")); err == nil {
			if strings.HasPrefix(string(data), "module "+modulePath+"\n") {
				return dir, true
			}
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

// searchDirs lists the folders with plug-ins, best first.
func (h *host) searchDirs() []string {
	var dirs []string
	if path := h.getenv(EnvPluginPath); path != "" {
		dirs = append(dirs, filepath.SplitList(path)...)
	}
	if home, err := h.homeDir(); err == nil {
		lib := filepath.Join(home, ".local", "lib")
		dirs = append(dirs, filepath.Join(lib, "go-xla"), filepath.Join(lib, "go-xla", "nvidia"), filepath.Join(lib, "gomlx", "pjrt"))
	}
	dirs = append(dirs, "/usr/local/lib/go-xla", "/usr/local/lib/go-xla/nvidia", "/usr/local/lib/gomlx/pjrt")
	dirs = append(dirs, filepath.SplitList(h.getenv("LD_LIBRARY_PATH"))...)
	if dir, err := h.pluginDir(); err == nil {
		dirs = append(dirs, dir, filepath.Join(dir, "nvidia"), filepath.Join(dir, "go-xla"))
	}
	if exe, err := h.exePath(); err == nil {
		dirs = append(dirs, filepath.Join(filepath.Dir(exe), "pjrt")) // .tools/aug called from another folder
	}
	return dirs
}

// plugins lists every plug-in in the search folders, in their order, each file once.
func (h *host) plugins() []Plugin {
	var found []Plugin
	seen := map[string]bool{}
	for _, dir := range h.searchDirs() {
		if !filepath.IsAbs(dir) {
			continue // A relative folder would mean another plug-in for each working directory.
		}
		for _, file := range h.listDir(dir) {
			path := filepath.Join(dir, file)
			for _, re := range pluginFile {
				m := re.FindStringSubmatch(file)
				if m == nil || seen[path] {
					continue
				}
				seen[path] = true
				p := Plugin{Name: m[1], Path: path}
				if origin, err := h.readFile(originFile(path)); err == nil {
					p.Origin = strings.TrimSpace(string(origin))
				}
				found = append(found, p)
			}
		}
	}
	return found
}

// Plugins lists the PJRT plug-ins that are installed where we look for them, best first.
func Plugins() []Plugin { return thisHost().plugins() }

// originFile is the note beside a plug-in that says which package it came from.
func originFile(plugin string) string { return strings.TrimSuffix(plugin, ".so") + ".origin" }
