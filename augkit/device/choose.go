package device

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// Options says how to choose. The zero value looks at the environment and downloads nothing.
type Options struct {
	Backend  string    // a GoMLX configuration such as "go" or "xla:cpu"; empty: GOMLX_BACKEND
	Download bool      // may fetch a plug-in over the network
	Python   string    // interpreter whose pip fetches the wheel; empty: AUG_PYTHON, then python3
	Log      io.Writer // progress of downloads; nil: quiet

	host *host // nil: this machine
}

// Choice is a backend that was chosen and the reason for it.
type Choice struct {
	Name   string   `json:"name"`             // "xla:cpu", "xla:cuda", "go"
	Config string   `json:"config"`           // for compute.NewWithConfig
	Reason string   `json:"reason"`           // in a few words
	Faster string   `json:"faster,omitempty"` // how to get a faster one; empty when there is none
	Notes  []string `json:"notes,omitempty"`  // what was tried first and failed

	named bool // asked for by name, so nothing may take its place
}

// String is the one line shown to the user.
func (c Choice) String() string {
	s := "backend: " + c.Name + " (" + c.Reason + ")"
	if c.Faster != "" {
		s += "; " + c.Faster
	}
	return s
}

// install puts a plug-in somewhere and says where.
type install func(ctx context.Context) (Plugin, error)

// step is one rung of the ladder: it has a choice, has none, or finds that what the user asked for cannot be had.
type step func(ctx context.Context, h *host, opts Options) (*Choice, error)

// ladder is the order given in the package comment.
var ladder = []step{fromName, fromInstalled, fromDownload, pureGo}

// Choose goes down the ladder. It fails only where a backend asked for by name cannot be had, or ctx ends.
func Choose(ctx context.Context, opts Options) (Choice, error) {
	h := opts.host
	if h == nil {
		h = thisHost()
	}
	var notes []string
	for _, try := range ladder {
		c, err := try(ctx, h, opts)
		if ctx.Err() != nil {
			return Choice{}, ctx.Err()
		}
		var soft *failedDownload
		switch {
		case errors.As(err, &soft):
			notes = append(notes, soft.notes...)
		case err != nil:
			return Choice{}, err
		case c != nil:
			c.Notes = notes
			return *c, nil
		}
	}
	panic("device: the ladder has no last step") // pureGo always chooses.
}

// failedDownload carries what went wrong with downloads, none of which is fatal.
type failedDownload struct{ notes []string }

func (f *failedDownload) Error() string { return strings.Join(f.notes, "; ") }

// fromName takes what the caller or the environment names.
func fromName(ctx context.Context, h *host, opts Options) (*Choice, error) {
	name, why := opts.Backend, "as asked"
	if name == "" {
		name, why = h.getenv(EnvBackend), EnvBackend
	}
	if name == "" {
		return nil, nil
	}
	kind, rest, _ := strings.Cut(name, ":")
	if kind == "go" {
		return &Choice{Name: "go", Config: name, Reason: why + h.simdNote(), Faster: h.fasterThanGo(), named: true}, nil
	}
	if !isXLA(kind) {
		return nil, fmt.Errorf("there is no backend %q (from %s): use go, xla:cpu or xla:cuda", name, why)
	}
	if !h.xla {
		return nil, fmt.Errorf("backend %q is wanted (%s), but this program was built without XLA (tag noxla, or an unsupported platform): build it without that tag, or set %s=go", name, why, EnvBackend)
	}
	plugin, options, _ := strings.Cut(rest, ",")
	if options != "" {
		options = "," + options
	}
	if filepath.IsAbs(plugin) {
		return &Choice{Name: "xla:" + shortName(plugin), Config: name, Reason: why + ", " + plugin, named: true}, nil
	}
	found := h.plugins()
	for _, p := range found {
		if plugin == "" && h.usable(p) || plugin != "" && p.is(plugin) {
			return h.choosePlugin(p, options, why, true), nil
		}
	}
	if plugin == "" || plugin == "cpu" {
		p, err := h.download(ctx, opts)
		if err == nil {
			return h.choosePlugin(p, options, why, true), nil
		}
		if opts.Download {
			// Not wrapped: a backend asked for by name is not passed over like other failed downloads.
			return nil, fmt.Errorf("backend %q is wanted (%s), but its plug-in could not be installed: %v", name, why, err)
		}
	}
	mend := "aug setup"
	if strings.HasPrefix(plugin, "cuda") {
		mend = "aug setup --cuda"
	}
	return nil, fmt.Errorf("backend %q is wanted (%s), but no such plug-in is installed: run `%s`, or set %s=go", name, why, mend, EnvBackend)
}

// fromInstalled takes a plug-in that is there, a CUDA one first where there is a GPU.
func fromInstalled(_ context.Context, h *host, _ Options) (*Choice, error) {
	if !h.xla {
		return nil, nil
	}
	var best *Plugin
	for _, p := range h.plugins() {
		if h.usable(p) && (best == nil || p.is("cuda") && !best.is("cuda")) {
			best = &p
		}
	}
	if best == nil {
		return nil, nil
	}
	return h.choosePlugin(*best, "", "", false), nil
}

// fromDownload fetches the CPU plug-in if the caller allows it.
func fromDownload(ctx context.Context, h *host, opts Options) (*Choice, error) {
	if !h.xla || !opts.Download {
		return nil, nil
	}
	p, err := h.download(ctx, opts)
	if err != nil {
		return nil, err
	}
	return h.choosePlugin(p, "", "", false), nil
}

// pureGo is the last step.
func pureGo(_ context.Context, h *host, _ Options) (*Choice, error) {
	reason := "no PJRT plug-in found"
	if !h.xla {
		reason = "built without XLA"
	}
	return &Choice{Name: "go", Config: "go", Reason: reason + h.simdNote(), Faster: h.fasterThanGo()}, nil
}

// download tries the wheel, then go-xla's installer. Its error is always a *failedDownload.
func (h *host) download(ctx context.Context, opts Options) (Plugin, error) {
	if !opts.Download {
		return Plugin{}, &failedDownload{notes: []string{"no download was asked for"}}
	}
	dir, err := h.pluginDir()
	if err != nil {
		return Plugin{}, &failedDownload{notes: []string{fmt.Sprintf("no plug-in folder: %v; set %s", err, EnvPluginDir)}}
	}
	failed := &failedDownload{}
	for _, with := range []struct {
		name string
		make func(string, Options) install
	}{{"wheel " + wheelName, h.wheel}, {"go-xla's installer", h.goxla}} {
		p, err := with.make(dir, opts)(ctx)
		if err == nil {
			return p, nil
		}
		failed.notes = append(failed.notes, with.name+": "+err.Error())
		if ctx.Err() != nil {
			break
		}
	}
	return Plugin{}, failed
}

// usable reports whether the plug-in may be taken without being named: one for CUDA only where there is a GPU.
func (h *host) usable(p Plugin) bool {
	return p.is("cpu") || strings.HasPrefix(p.Name, "cuda") && h.nvidia()
}

func (h *host) choosePlugin(p Plugin, options, why string, named bool) *Choice {
	where := p.Path
	if p.Origin != "" {
		where = p.Origin + " in " + h.shortPath(filepath.Dir(p.Path))
	}
	if why != "" {
		where = why + ", " + where
	}
	c := &Choice{Name: "xla:" + shortName(p.Name), Config: "xla:" + p.Path + options, Reason: where, named: named}
	if p.is("cpu") {
		c.Faster = "faster on an NVIDIA GPU: aug setup --cuda"
	}
	return c
}

// shortPath writes a folder of the clone relative to its root.
func (h *host) shortPath(path string) string {
	if root, ok := h.projectRoot(); ok {
		if rel, err := filepath.Rel(root, path); err == nil && filepath.IsLocal(rel) {
			return rel
		}
	}
	return path
}

func (h *host) simdNote() string {
	if h.simd {
		return ", with SIMD kernels"
	}
	return ", without SIMD kernels"
}

func (h *host) fasterThanGo() string {
	switch {
	case h.xla:
		return "faster: aug setup (installs XLA's CPU plug-in)"
	case h.simd:
		return "faster: XLA (leave out BACKEND=go, or build without the tag noxla)"
	default:
		return "faster: build with GOEXPERIMENT=simd"
	}
}

// isXLA reports whether a configuration's first part is one of XLA's registered names.
func isXLA(kind string) bool {
	return kind == "xla" || kind == "stablehlo" || kind == "hlo" || kind == "shlo"
}

// shortName turns a plug-in's path or versioned name into "cpu" or "cuda" where it is one.
func shortName(name string) string {
	for _, known := range []string{"cuda", "cpu"} {
		if strings.Contains(strings.ToLower(filepath.Base(name)), known) {
			return known
		}
	}
	return name
}
