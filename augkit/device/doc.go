// Package device chooses where the numbers are computed and opens it as a [compute.Backend].
//
// The choice goes down a ladder and stops at the first step that holds:
//
//  1. what the environment names in GOMLX_BACKEND (or [Options].Backend);
//  2. a PJRT plug-in that is already installed: in PJRT_PLUGIN_LIBRARY_PATH, in go-xla's default folders, or in
//     our own plug-in folder (see [PluginDir]);
//  3. the CPU plug-in wheel, fetched by pip and checked against its hash;
//  4. go-xla's own installer;
//  5. the pure-Go backend, which needs nothing and always works.
//
// Steps 3 and 4 use the network, so only a caller who asks for it ([Options].Download, as `aug setup` does) takes
// them. Opening a backend in a test or a notebook never downloads anything.
//
// A program built with the tag noxla knows only the pure-Go backend; built with GOEXPERIMENT=simd that backend
// multiplies matrices about twenty times faster.
//
// [compute.Backend]: https://pkg.go.dev/github.com/gomlx/compute#Backend
package device
