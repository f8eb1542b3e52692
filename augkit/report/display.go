package report

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Display shows the figure in a notebook, as SVG, with a PNG and its words for viewers that show no SVG; elsewhere it
// prints the words.
func (f Figure) Display() {
	if !gonbui.IsNotebook {
		fmt.Println(f.words())
		return
	}
	show(f.forms())
}

func (f Figure) words() string { return f.Title + "\n" + f.Alt }

// forms are the figure in all the forms that a viewer may choose from.
func (f Figure) forms() map[protocol.MIMEType]any {
	data := map[protocol.MIMEType]any{protocol.MIMEImageSVG: string(f.SVG), protocol.MIMETextPlain: f.words()}
	if png, err := f.PNG(); err == nil { // the SVG is there in any case
		data[protocol.MIMEImagePNG] = png
	}
	return data
}

// Display shows the table in a notebook; elsewhere it prints it.
func (t Table) Display() {
	if !gonbui.IsNotebook {
		fmt.Print(t)
		return
	}
	show(map[protocol.MIMEType]any{protocol.MIMETextHTML: t.HTML(), protocol.MIMETextPlain: t.String()})
}

// show waits until the kernel has the data: a cell is a process of its own, and what is still under way when it ends
// is lost.
func show(data map[protocol.MIMEType]any) {
	gonbui.SendData(&protocol.DisplayData{Data: data})
	gonbui.Sync()
}

// Must ends a notebook cell, or a small program, with the error's own words instead of a stack trace.
func Must(err error) {
	if err == nil {
		return
	}
	words, code := ending(err)
	fmt.Fprintln(os.Stderr, words)
	os.Exit(code)
}

// ending is what to say of an error and the exit status to end with. An interrupt is no fault, and augkit.Context has
// said how to go on.
func ending(err error) (string, int) {
	if errors.Is(err, context.Canceled) {
		return strings.TrimSuffix(err.Error(), ": "+context.Canceled.Error()), 130 // as a shell reports it
	}
	return err.Error(), 1
}
