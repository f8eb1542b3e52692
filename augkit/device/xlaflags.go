package device

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// EnvXLAFlags is XLA's own variable, read once, when the first program is compiled. What it already says stands.
const EnvXLAFlags = "XLA_FLAGS"

// cpuFlags make XLA's CPU plug-in fast at what we do; measured with `make bench` (BENCHMARKS.md). Sums go to YNNPACK, which
// divides them between threads, and convolutions and matrix products to oneDNN, which is up to three times faster at
// products over many samples. The scheduler is the one that holds less memory.
var cpuFlags = []struct{ name, value string }{
	{"xla_cpu_experimental_ynn_fusion_type", "LIBRARY_FUSION_TYPE_REDUCE"},
	{"xla_cpu_use_onednn", "true"},
	{"xla_cpu_experimental_onednn_custom_call", "true"},
	{"xla_cpu_scheduler_type", "CPU_SCHEDULER_TYPE_MEMORY_OPTIMIZED"},
}

// setCPUFlags adds cpuFlags to EnvXLAFlags if the plug-in in the file knows all of them: XLA ends the process at a flag
// that it does not know.
func setCPUFlags(plugin string) error {
	file, err := os.Open(plugin)
	if err != nil {
		return fmt.Errorf("reading the plug-in: %w", err)
	}
	defer file.Close()
	words := []string{"__onednn$convolution"}
	for _, flag := range cpuFlags {
		words = append(words, flag.name, flag.value)
	}
	known, err := containsAll(file, words)
	if err != nil {
		return fmt.Errorf("reading the plug-in: %w", err)
	}
	if !known {
		return nil
	}
	return os.Setenv(EnvXLAFlags, withCPUFlags(os.Getenv(EnvXLAFlags)))
}

// withCPUFlags appends those of cpuFlags that the text does not set.
func withCPUFlags(text string) string {
	flags := strings.Fields(text)
	for _, flag := range cpuFlags {
		if !strings.Contains(text, "--"+flag.name+"=") {
			flags = append(flags, "--"+flag.name+"="+flag.value)
		}
	}
	return strings.Join(flags, " ")
}

// containsAll reports whether every word is somewhere in what r reads. It stops at the last one it looks for.
func containsAll(r io.Reader, words []string) (bool, error) {
	longest := 0
	for _, word := range words {
		longest = max(longest, len(word))
	}
	buffer := make([]byte, longest+4<<20)
	kept := 0 // bytes of the last block that a word may begin in
	for len(words) > 0 {
		n, err := io.ReadFull(r, buffer[kept:])
		block := buffer[:kept+n]
		missing := words[:0:0]
		for _, word := range words {
			if !bytes.Contains(block, []byte(word)) {
				missing = append(missing, word)
			}
		}
		words = missing
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return len(words) == 0, nil
		case err != nil:
			return false, err
		}
		kept = copy(buffer, block[len(block)-longest:])
	}
	return true, nil
}
