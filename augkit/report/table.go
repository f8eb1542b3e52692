package report

import (
	"html"
	"strings"
	"unicode/utf8"
)

// Table is text in rows and columns. The caption names the protocol behind its numbers. The first column is set left,
// the others right.
type Table struct {
	Caption string
	Header  []string
	Rows    [][]string // each as long as Header; what is missing is shown empty
}

// Markdown writes a pipe table with the caption below.
func (t Table) Markdown() string {
	var b strings.Builder
	write := func(cells []string) {
		b.WriteByte('|')
		for i := range t.Header {
			b.WriteString(" " + markdownCell(at(cells, i)) + " |")
		}
		b.WriteByte('\n')
	}
	write(t.Header)
	for i := range t.Header {
		if i == 0 {
			b.WriteString("| :--- |")
		} else {
			b.WriteString(" ---: |")
		}
	}
	b.WriteByte('\n')
	for _, r := range t.Rows {
		write(r)
	}
	if t.Caption != "" {
		b.WriteString("\n" + markdownCell(t.Caption) + "\n")
	}
	return b.String()
}

// markdownCell keeps a bar or a line break from ending the cell, and HTML from being read as such.
func markdownCell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(s)
}

// HTML writes a table element in a box that scrolls sideways where the page is narrower. Colours come from the page, so
// it follows the notebook's theme.
func (t Table) HTML() string {
	var b strings.Builder
	b.WriteString("<div style=\"overflow-x:auto;font-size:0.9em\"><table>\n")
	if t.Caption != "" {
		b.WriteString(`<caption style="caption-side:bottom;text-align:left">` + html.EscapeString(t.Caption) + "</caption>\n")
	}
	row := func(tag string, cells []string) {
		b.WriteString("<tr>")
		wrap := ""
		if tag == "td" { // "0.743 ± 0.048" in three lines is hard to read
			wrap = ";white-space:nowrap"
		}
		for i := range t.Header {
			name, align := tag, "right"
			if i == 0 {
				name, align = `th scope="row"`, "left"
			}
			if tag == "th" {
				name = `th scope="col"`
			}
			end, _, _ := strings.Cut(name, " ")
			b.WriteString("<" + name + ` style="text-align:` + align + wrap + `">` + html.EscapeString(at(cells, i)) + "</" + end + ">")
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("<thead>\n")
	row("th", t.Header)
	b.WriteString("</thead>\n<tbody>\n")
	for _, r := range t.Rows {
		row("td", r)
	}
	b.WriteString("</tbody>\n</table></div>\n")
	return b.String()
}

// String writes columns of equal width for a terminal, with the caption below.
func (t Table) String() string {
	width := make([]int, len(t.Header))
	for i := range width {
		width[i] = utf8.RuneCountInString(t.Header[i])
		for _, r := range t.Rows {
			width[i] = max(width[i], utf8.RuneCountInString(at(r, i)))
		}
	}
	var b strings.Builder
	write := func(cells []string) {
		var l strings.Builder
		for i, w := range width {
			c := at(cells, i)
			space := strings.Repeat(" ", w-utf8.RuneCountInString(c))
			if i == 0 {
				l.WriteString(c + space)
			} else {
				l.WriteString("  " + space + c)
			}
		}
		b.WriteString(strings.TrimRight(l.String(), " ") + "\n")
	}
	write(t.Header)
	rule := make([]string, len(width))
	for i, w := range width {
		rule[i] = strings.Repeat("─", w)
	}
	write(rule)
	for _, r := range t.Rows {
		write(r)
	}
	if t.Caption != "" {
		b.WriteString(t.Caption + "\n")
	}
	return b.String()
}

// at is cell i, empty where the row is short.
func at(cells []string, i int) string {
	if i < len(cells) {
		return cells[i]
	}
	return ""
}
