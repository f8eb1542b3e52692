package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// counter draws the progress of a long step: a bar that stays in its line on a terminal, one line a step elsewhere.
type counter struct {
	w        io.Writer
	terminal bool
	what     string
	drawn    time.Time
	open     bool // a line has been begun
}

// update is called as often as the work likes; total 0 means unknown.
func (c *counter) update(what string, done, total int64) {
	if what != c.what {
		c.end()
		c.what, c.drawn = what, time.Time{}
		if !c.terminal {
			fmt.Fprintln(c.w, what)
		}
	}
	if !c.terminal || time.Since(c.drawn) < 100*time.Millisecond && done != total {
		return
	}
	c.drawn, c.open = time.Now(), true
	const width = 30
	if total <= 0 {
		fmt.Fprintf(c.w, "\r\x1b[K%s %d", what, done)
		return
	}
	full := int(min(done, total) * width / total)
	fmt.Fprintf(c.w, "\r\x1b[K%-28s %s%s %3d %%", what, strings.Repeat("█", full), strings.Repeat("░", width-full), min(done, total)*100/total)
}

// end closes the line.
func (c *counter) end() {
	if c.open {
		fmt.Fprintln(c.w)
		c.open = false
	}
}

// isTerminal reports whether w is a terminal, so that logs and pipes get no bar.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}
