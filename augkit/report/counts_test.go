package report

import (
	"strings"
	"testing"

	"github.com/augkit/aug/datasets"
)

func TestCounts(t *testing.T) {
	ds := &datasets.Dataset{Name: "generated", Classes: []string{"dark", "bright"}, Labels: []int{0, 1, 1, 1, 0}, Groups: []int{7, 2, 2, 3, 7},
		Parts:      []datasets.Part{datasets.Train, datasets.Train, datasets.Train, datasets.Test, datasets.Train},
		Modalities: []*datasets.Modality{{Name: "lux", Shape: []int{4, 1}}, {Name: "text", Shape: []int{8}}}}
	for _, c := range []struct{ got, want string }{
		{Counts(ds, ds).Markdown(), "| generated | lux [4 1], text [8] | 5 | 2 | 60.0 % | 3 | 4 | 0 | 1 |"},
		{Counts(&datasets.Dataset{Name: "empty"}).Markdown(), "| empty |  | 0 | 0 | 0.0 % | 0 | 0 | 0 | 0 |"},
		{ClassCounts(ds).Markdown(), "| dark | 2 | 1 | 2 | 0 | 0 |\n| bright | 3 | 2 | 2 | 0 | 1 |"},
	} {
		if !strings.Contains(c.got, c.want) {
			t.Errorf("the table lacks %q:\n%s", c.want, c.got)
		}
	}
}
