package watch7

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/augkit/aug/datasets"
)

func open(t *testing.T, req datasets.Request) *datasets.Dataset {
	t.Helper()
	d, err := Source().Open(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestContent(t *testing.T) {
	s, d := Source(), open(t, datasets.Request{})
	if s.Samples != d.Len() || s.Classes != len(d.Classes) || !slices.Equal(s.Modalities, d.Names()) {
		t.Errorf("%d samples, %d classes, modalities %v differ from the source's", d.Len(), len(d.Classes), d.Names())
	}
	if want := []string{"PEN", "ABD", "FEL", "IR", "ER", "TRAP", "ROW"}; !slices.Equal(d.Classes, want) {
		t.Errorf("classes %q, want %q", d.Classes, want)
	}
	// The first values of the source's first recording, ±half a step of the stored counts.
	for k, want := range []float64{-1.083608, -0.018609, -0.02726} {
		if got := float64(d.Modalities[0].Raw(0)[k]); got < want-0.00011 || got > want+0.00011 {
			t.Errorf("acceleration %d is %v, want %v", k, got, want)
		}
	}
	for k, want := range []float64{0.41141, -1.603097, -2.488642} {
		if got := float64(d.Modalities[1].Raw(0)[k]); got < want-0.00051 || got > want+0.00051 {
			t.Errorf("angular velocity %d is %v, want %v", k, got, want)
		}
	}
	for _, m := range d.Modalities {
		if !slices.Equal(m.Shape, []int{150, 3}) || m.Kind != datasets.Sensor || len(m.Mean) != 3 {
			t.Errorf("modality %s: shape %v, kind %s, %d means", m.Name, m.Shape, m.Kind, len(m.Mean))
		}
		// Windows overlap by half.
		if a, b := m.Raw(0), m.Raw(1); !slices.Equal(a[75*3:], b[:75*3]) {
			t.Errorf("modality %s: the second window does not begin in the middle of the first", m.Name)
		}
	}
	if d.IDs[1] != "r000/w01" || d.Captions[1] != "PEN, person 7, right arm, from 1.5 s" {
		t.Errorf("sample 1 is %s: %s", d.IDs[1], d.Captions[1])
	}
}

func TestSplits(t *testing.T) {
	tested, validated := make(map[int]int), make(map[int]int)
	together := make(map[[2]int]int)
	for split := range Source().Splits {
		d := open(t, datasets.Request{Split: split, Modalities: []string{"gyroscope"}})
		persons := make([]map[int]bool, len(datasets.Parts))
		classes := make([]map[int]bool, len(datasets.Parts))
		for p := range persons {
			persons[p], classes[p] = make(map[int]bool), make(map[int]bool)
		}
		for i, p := range d.Parts {
			persons[p][d.Groups[i]] = true
			classes[p][d.Labels[i]] = true
		}
		for p, want := range []int{5, 2, 3} {
			if len(persons[p]) != want || len(classes[p]) != 7 {
				t.Errorf("split %d: the %s part has %d people and %d classes, want %d and 7", split, datasets.Part(p), len(persons[p]), len(classes[p]), want)
			}
		}
		for a := range persons[datasets.Test] {
			tested[a]++
			for b := range persons[datasets.Test] {
				if a < b {
					together[[2]int{a, b}]++
				}
			}
		}
		for a := range persons[datasets.Validation] {
			validated[a]++
		}
	}
	for person := 1; person <= 10; person++ {
		if tested[person] != 3 || validated[person] != 2 {
			t.Errorf("person %d is tested %d times and validated on %d times, want 3 and 2", person, tested[person], validated[person])
		}
	}
	for pair, n := range together {
		if n > 1 {
			t.Errorf("people %v are tested together %d times, want 1 at most", pair, n)
		}
	}
}

func TestSplitBy(t *testing.T) {
	person := open(t, datasets.Request{Split: 2})
	if by := person.Settings["split_by"]; by != "person" {
		t.Errorf("by default splits are by %s", by)
	}
	for by, shared := range map[string]int{"recording": 0, "window": 800} {
		d := open(t, datasets.Request{Split: 2, Settings: map[string]string{"split_by": by}})
		trained := make(map[string]bool) // recordings
		windows, people := make([]int, len(datasets.Parts)), make(map[string]map[datasets.Part]bool)
		for i, p := range d.Parts {
			windows[p]++
			if p == datasets.Train {
				trained[d.IDs[i][:4]] = true
			}
			_, rest, _ := strings.Cut(d.Captions[i], "person ")
			who, _, _ := strings.Cut(rest, ",")
			if people[who] == nil {
				people[who] = make(map[datasets.Part]bool)
			}
			people[who][p] = true
		}
		both := 0 // test windows of recordings that training saw
		for i, p := range d.Parts {
			if p == datasets.Test && trained[d.IDs[i][:4]] {
				both++
			}
		}
		if both < shared || shared == 0 && both > 0 {
			t.Errorf("by %s: %d test windows are of recordings in training", by, both)
		}
		for who, parts := range people {
			if len(parts) < 2 {
				t.Errorf("by %s: person %s is in one part", by, who)
			}
		}
		for p, n := range windows {
			want := len(person.Indices(datasets.Part(p)))
			if n < want*9/10 || n > want*11/10 || by == "window" && n != want {
				t.Errorf("by %s: %s has %d windows, by person %d", by, datasets.Part(p), n, want)
			}
		}
		if d.Hash == person.Hash || !slices.Equal(d.IDs, person.IDs) || !slices.Equal(d.Modalities[0].Data, person.Modalities[0].Data) {
			t.Errorf("by %s: the hash must differ, the samples must not", by)
		}
		again := open(t, datasets.Request{Split: 2, Settings: map[string]string{"split_by": by}})
		other := open(t, datasets.Request{Split: 3, Settings: map[string]string{"split_by": by}})
		if again.Hash != d.Hash || other.Hash == d.Hash {
			t.Errorf("by %s: the same split differs, or another does not", by)
		}
	}
}

func TestDeterministic(t *testing.T) {
	const golden = "b8f0e99d"
	for range 2 {
		if d := open(t, datasets.Request{}); !strings.HasPrefix(d.Hash, golden) {
			t.Errorf("hash %s, want %s…: if data or split were meant to change, say so in the README", d.Hash, golden)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	for name, req := range map[string]datasets.Request{
		"split":    {Split: 10},
		"setting":  {Settings: map[string]string{"window": "3"}},
		"modality": {Modalities: []string{"magnetometer"}},
	} {
		if _, err := Source().Open(context.Background(), req); err == nil || !strings.Contains(err.Error(), "watch7") {
			t.Errorf("%s: error %v, want one that names watch7", name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Source().Open(ctx, datasets.Request{}); err == nil {
		t.Error("a cancelled context opens")
	}
}

func TestPeopleNeedsTen(t *testing.T) {
	b := &block{Recordings: []recording{{Person: 1}, {Person: 2}}}
	if parts, err := people(b, 0); err == nil {
		t.Errorf("two people are split into %v", parts)
	}
}

func TestOpensFast(t *testing.T) {
	start := time.Now()
	if _, err := decode(file); err != nil {
		t.Fatal(err)
	}
	open(t, datasets.Request{})
	// The aim is 0.3 s; the limit leaves room for a busy machine and the race detector.
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("decoding and opening took %v", took)
	}
}
