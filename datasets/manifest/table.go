package manifest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/augkit/aug/datasets"
)

// table is what the CSV says.
type table struct {
	names   []string // of the modalities, in the order of the columns
	classes []string // in alphabetical order
	parts   bool     // the CSV says in which part each sample is
	rows    []row
}

// row is one sample.
type row struct {
	line  int // in the CSV, from 1
	id    string
	class int
	group int
	part  datasets.Part
	given bool     // the part, by the CSV
	cells []string // one a modality
}

const maxRows = 1 << 20

// parse reads the CSV; its name is for errors.
func parse(name string, data []byte, about Description) (*table, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // spreadsheets write a byte order mark
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%s is not UTF-8; save it as UTF-8", name)
	}
	in := csv.NewReader(bytes.NewReader(data))
	in.FieldsPerRecord = -1 // our own error says more
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s is empty; begin with a line such as id,label,%s", name, strings.Join(slices.Sorted(maps.Keys(about.Modalities)), ","))
	}
	if err != nil {
		return nil, badCSV(name, err)
	}
	at, err := columns(name, header, about)
	if err != nil {
		return nil, err
	}
	t := &table{}
	for _, column := range header {
		if column = strings.TrimSpace(column); about.Modalities[column].Kind != "" {
			t.names = append(t.names, column)
		}
	}
	b := builder{table: t, name: name, at: at, ids: make(map[string]int), groups: make(map[string]int)}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, badCSV(name, err)
		}
		line, _ := in.FieldPos(0)
		if len(record) != len(header) {
			return nil, fmt.Errorf("%s, line %d: %d cells, but the header has %d; put a text that holds a comma in quotes", name, line, len(record), len(header))
		}
		if err := b.add(line, record); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", name, line, err)
		}
	}
	return t, b.finish()
}

func badCSV(name string, err error) error {
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		return fmt.Errorf("%s, line %d: %w; a cell that holds a quote is put in quotes and the quote is doubled", name, bad.Line, bad.Err)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// columns finds every column and refuses what nobody would read.
func columns(name string, header []string, about Description) (map[string]int, error) {
	at := make(map[string]int)
	for i, column := range header {
		column = strings.TrimSpace(column)
		if _, twice := at[column]; twice {
			return nil, fmt.Errorf("%s: the column %q is there twice; name each once", name, column)
		}
		at[column] = i
		if _, described := about.Modalities[column]; !described && !slices.Contains([]string{"id", "label", "group", "part"}, column) {
			mend := "describe it in the JSON, or take it out"
			if len(header) == 1 && strings.ContainsAny(column, ";\t") {
				mend = "separate columns with commas"
			}
			return nil, fmt.Errorf("%s: the column %q is none of id, label, group, part and the modalities; %s", name, column, mend)
		}
	}
	for _, column := range append([]string{"id", "label"}, slices.Sorted(maps.Keys(about.Modalities))...) {
		if _, ok := at[column]; !ok {
			return nil, fmt.Errorf("%s: there is no column %q; add it", name, column)
		}
	}
	return at, nil
}

// builder adds up a table.
type builder struct {
	*table
	name   string
	at     map[string]int // column by name
	ids    map[string]int // line by id
	groups map[string]int // number by name
	labels []string
	where  []int // row that first was in the group
}

func (b *builder) add(line int, record []string) error {
	if len(b.rows) == maxRows {
		return fmt.Errorf("there are more than %d samples; that is the limit", maxRows)
	}
	cell := func(column string) string {
		if i, ok := b.at[column]; ok {
			return strings.TrimSpace(record[i])
		}
		return ""
	}
	r := row{line: line, id: cell("id"), group: len(b.where)}
	if r.id == "" {
		return errors.New("the id is empty; give each sample its own")
	}
	if first, ok := b.ids[r.id]; ok {
		return fmt.Errorf("the id %q is that of line %d; give each sample its own", r.id, first)
	}
	b.ids[r.id] = line
	label := cell("label")
	if label == "" {
		return errors.New("the label is empty; name the class of the sample, or leave the line out")
	}
	b.labels = append(b.labels, label)
	for _, name := range b.names {
		text := cell(name)
		if text == "" {
			return fmt.Errorf("%s is empty; a sample needs all modalities, so fill it in or leave the line out", name)
		}
		r.cells = append(r.cells, text)
	}
	if err := b.place(&r, cell("group"), cell("part")); err != nil {
		return err
	}
	b.rows = append(b.rows, r)
	return nil
}

// place gives a sample its group, a new one where none is named, and its part where the CSV has parts.
func (b *builder) place(r *row, group, part string) error {
	_, has := b.at["part"]
	b.parts = has && (part != "" || b.parts)
	if b.parts {
		i := slices.IndexFunc(datasets.Parts, func(p datasets.Part) bool { return p.String() == part })
		if i < 0 || len(b.rows) > 0 && !b.rows[0].given {
			return fmt.Errorf("part is %q; write train, validation or test on every line, or leave the column out for %d splits by group", part, splits)
		}
		r.part, r.given = datasets.Parts[i], true
	}
	if group != "" {
		if known, ok := b.groups[group]; ok {
			first := b.rows[b.where[known]]
			if first.part != r.part {
				return fmt.Errorf("group %q is in the %s part here and in the %s part on line %d; a group must not be torn, or the test flatters", group, r.part, first.part, first.line)
			}
			r.group = known
			return nil
		}
		b.groups[group] = r.group
	}
	b.where = append(b.where, len(b.rows))
	return nil
}

// finish numbers the classes and checks what only the whole tells.
func (b *builder) finish() error {
	b.classes = slices.Compact(slices.Sorted(slices.Values(b.labels)))
	if len(b.classes) < 2 {
		return fmt.Errorf("%s: there are %d samples of %d classes; classifying needs two classes or more", b.name, len(b.rows), len(b.classes))
	}
	seen := make(map[datasets.Part]bool)
	for i, label := range b.labels {
		b.rows[i].class, _ = slices.BinarySearch(b.classes, label)
		seen[b.rows[i].part] = true
	}
	for _, p := range datasets.Parts {
		if b.parts && !seen[p] {
			return fmt.Errorf("%s: no line is in the %s part; every part needs samples, or leave the column out for %d splits by group", b.name, p, splits)
		}
	}
	return nil
}
