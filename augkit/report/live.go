package report

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Live is a panel below a notebook cell that follows a run while it trains: accuracy by epoch, losses, scores,
// classifiers, the gap and the time left, in one figure of fixed size that refreshes in place about once a second. A
// saved notebook keeps its last state. In a terminal it is a line an epoch, at most one a second, on standard error;
// elsewhere it is silent. It may be used from several goroutines.
type Live struct {
	mu    sync.Mutex
	trace trace
	shown time.Time
	every time.Duration
	show  func() // shows the state; nil: silent
}

// NewLive begins a panel for a run of the experiment. Nothing is shown before its first epoch, so a run that is done and
// only read again shows none.
func NewLive(exp experiment.Experiment) *Live {
	l := &Live{trace: newTrace(exp), every: time.Second}
	switch {
	case gonbui.IsNotebook:
		l.show = l.notebook(gonbui.UniqueId())
	case terminal(os.Stderr):
		l.show = l.lines(os.Stderr)
	}
	return l
}

// Epoch shows an epoch; it fits train.Options.OnEpoch.
func (l *Live) Epoch(e runlog.Epoch, t runlog.Timing) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trace.add(e, t, time.Now())
	if l.show == nil || t.Earlier || !l.trace.last() && time.Since(l.shown) < l.every {
		return
	}
	l.show()
	l.shown = time.Now() // after drawing, so that a slow machine is left time to train
}

// Figure is the panel as it stands.
func (l *Live) Figure() Figure {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.trace.figure()
}

// notebook shows the panel in one output of the cell. While it changes it is SVG inside HTML, which a browser replaces
// without a blank moment; the last state is a plain figure, which viewers keep that strip SVG from HTML.
func (l *Live) notebook(id string) func() {
	return func() {
		f := l.trace.figure()
		data := map[protocol.MIMEType]any{protocol.MIMETextPlain: f.words(),
			protocol.MIMETextHTML: fmt.Sprintf(`<div style="min-height:%gpx">%s</div>`, f.height, f.SVG)}
		if l.trace.last() {
			data = f.forms()
		}
		gonbui.SendData(&protocol.DisplayData{Data: data, DisplayID: id})
		if l.trace.last() {
			gonbui.Sync()
		}
	}
}

func (l *Live) lines(out io.Writer) func() {
	return func() {
		e, t := l.trace.now()
		fmt.Fprintln(out, EpochLine(l.trace.exp, e, t))
	}
}

// terminal reports whether a person reads the file as it is written.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull) // a device too
	return err != nil || !os.SameFile(info, null)
}
