package report

import (
	"fmt"
	"html"
	"sync"
	"time"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/janpfeifer/gonb/gonbui"
)

// Progress is one line below a notebook cell that says where the work stands. It refreshes in place; a saved notebook
// keeps its last words. Outside a notebook it is silent. It may be used from several goroutines.
type Progress struct {
	mu      sync.Mutex
	title   string
	id      string
	started time.Time
	shown   time.Time
}

// NewProgress begins a line with a title.
func NewProgress(title string) *Progress {
	return &Progress{title: title, id: gonbui.UniqueId(), started: time.Now()}
}

// Epoch shows an epoch; it fits train.Options.OnEpoch of a run of the given number of epochs.
func (p *Progress) Epoch(epochs int) func(runlog.Epoch, runlog.Timing) {
	return func(e runlog.Epoch, t runlog.Timing) {
		if t.Earlier {
			return
		}
		p.show(fmt.Sprintf("epoch %d of %d, validation accuracy %.3f", e.Epoch, epochs, e.Validation.Fused.Accuracy), e.Epoch == epochs)
	}
}

// Run shows a finished run; it fits Study.OnRun.
func (p *Progress) Run(done, total int, _ *runlog.Run) {
	p.show(fmt.Sprintf("run %d of %d", done, total), done == total)
}

func (p *Progress) show(words string, last bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !gonbui.IsNotebook || !last && time.Since(p.shown) < time.Second {
		return
	}
	p.shown = time.Now()
	words = fmt.Sprintf("%s: %s (%s)", p.title, words, time.Since(p.started).Round(time.Second))
	gonbui.UpdateHTML(p.id, "<p>"+html.EscapeString(words)+"</p>")
	if last {
		gonbui.Sync()
	}
}
