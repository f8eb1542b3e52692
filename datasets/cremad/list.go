package cremad

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// row is one line of train.csv or test.csv.
type row struct {
	id    string
	class int
}

// clipName is actor, sentence, emotion and intensity, as in 1001_IEO_ANG_LO. It also keeps anything that could leave
// the folder out of the paths made of it.
var clipName = regexp.MustCompile(`^(\d{4})_([A-Z]{3})_([A-Z]{3})_([A-Z]{2})$`)

// parseList reads lines such as "1001_IEO_ANG_LO,ANG", or the name alone. Errors name the line.
func parseList(data []byte) ([]row, error) {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	in.FieldsPerRecord = -1
	in.ReuseRecord = true
	var rows []row
	seen := make(map[string]int)
	for {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err // names the line
		}
		line, _ := in.FieldPos(0)
		r, err := parseRow(fields)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		if at, ok := seen[r.id]; ok {
			return nil, fmt.Errorf("line %d: clip %s is in line %d already; keep one of them", line, r.id, at)
		}
		seen[r.id] = line
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		return nil, errors.New("it names no clip; it needs lines such as 1001_IEO_ANG_LO,ANG")
	}
	return rows, nil
}

func parseRow(fields []string) (row, error) {
	id := strings.TrimSpace(fields[0])
	parts := clipName.FindStringSubmatch(id)
	if parts == nil {
		return row{}, fmt.Errorf("%q is no clip; a clip is named as 1001_IEO_ANG_LO", id)
	}
	class := slices.Index(classes, parts[3])
	if class < 0 {
		return row{}, fmt.Errorf("clip %s has emotion %s in its name; there are %s", id, parts[3], strings.Join(classes, ", "))
	}
	if len(fields) > 2 {
		return row{}, fmt.Errorf("%d columns; there are two, clip and label", len(fields))
	}
	if len(fields) == 2 {
		if label := strings.TrimSpace(fields[1]); label != classes[class] {
			return row{}, fmt.Errorf("clip %s is labelled %q, but its name says %s; correct one of them",
				id, label, classes[class])
		}
	}
	return row{id, class}, nil
}

// actor is the number of the person in a clip.
func (c clip) actor() int {
	n := 0
	for _, digit := range c.ID[:4] {
		n = 10*n + int(digit-'0')
	}
	return n
}

var sentences = map[string]string{
	"IEO": "It's eleven o'clock.",
	"TIE": "That is exactly what happened.",
	"IOM": "I'm on my way to the meeting.",
	"IWW": "I wonder what this is about.",
	"TAI": "The airplane is almost full.",
	"MTI": "Maybe tomorrow it will be cold.",
	"IWL": "I would like a new alarm clock.",
	"ITH": "I think I have a doctor's appointment.",
	"DFA": "Don't forget a jacket.",
	"ITS": "I think I've seen this before.",
	"TSI": "The surface is slick.",
	"WSI": "We'll stop in a couple of minutes.",
}

var levels = map[string]string{"LO": ", low", "MD": ", medium", "HI": ", high"}

// caption tells a reader what the clip is: "actor 1001: It's eleven o'clock. (ANG, low)".
func (c clip) caption() string {
	parts := clipName.FindStringSubmatch(c.ID)
	said := sentences[parts[2]]
	if said == "" {
		said = parts[2]
	}
	return fmt.Sprintf("actor %s: %s (%s%s)", parts[1], said, parts[3], levels[parts[4]])
}
