package parity

import (
	_ "embed"
	"strings"
)

//go:embed schema.go
var schemaSource string

// SchemaText is the part of this package's documentation that says how a case file is laid out, as plain text.
func SchemaText() string {
	var out strings.Builder
	for line := range strings.Lines(schemaSource) {
		text, ok := strings.CutPrefix(line, "//")
		if !ok {
			break
		}
		if code, ok := strings.CutPrefix(text, "\t"); ok {
			text = "   " + code
		}
		text = strings.TrimPrefix(text, " ")
		if title, ok := strings.CutPrefix(text, "# "); ok {
			text = strings.ToUpper(title)
		}
		out.WriteString(text)
	}
	return strings.TrimSpace(out.String())
}
