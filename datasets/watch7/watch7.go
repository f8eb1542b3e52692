// Package watch7 is an embedded data set of two motion sensors: accelerometer and gyroscope of a watch, worn by ten
// people during seven shoulder exercises with either arm (140 recordings at 50 Hz). A sample is a window of three
// seconds.
//
// Both modalities are natural: they record the same movement. The accelerometer is the stronger one, and joint
// training starves the gyroscope. A training run takes seconds, so the studies with many splits run on this set. See
// README.md for licence, splits and traps.
package watch7

import (
	"context"
	_ "embed"
	"fmt"
	"sync"

	"github.com/augkit/aug/datasets"
)

// A window is three seconds, and half of it overlaps with the next: that gives 3,046 windows.
const (
	rate   = 50
	window = 3 * rate
	hop    = window / 2
	axes   = channels / 2
)

//go:embed watch7.zip
var file []byte

var recordings = sync.OnceValues(func() (*block, error) { return decode(file) })

// Source describes watch7. Its ten splits are disjoint by person, unless a setting asks for less; see [people].
func Source() datasets.Source {
	s := datasets.Source{
		Name:       "watch7",
		Title:      "Seven shoulder exercises on a watch: accelerometer + gyroscope, 10 people",
		Modalities: []string{"accelerometer", "gyroscope"},
		Kinds:      map[string]datasets.Kind{"accelerometer": datasets.Sensor, "gyroscope": datasets.Sensor},
		Classes:    7,
		Samples:    3046,
		Splits:     splits,
		Licence:    "BSD-3-Clause, © 2018 David M. Burns; see LICENSE-seglearn",
		Origin:     "PyPI seglearn 1.2.5",
		Embedded:   true,
		Settings: []datasets.Setting{{
			Name: "split_by", Default: byPerson, Allowed: []string{byPerson, byRecording, byWindow},
			Doc: "what stays on one side of the split. person; recording and window are for comparison only and flatter: the " +
				"test part then holds people, or halves of windows, that training saw",
		}},
	}
	s.Open = func(ctx context.Context, req datasets.Request) (*datasets.Dataset, error) {
		settings, err := s.Resolve(req)
		if err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("opening %s: %w", s.Name, err)
		}
		b, err := recordings()
		if err != nil {
			return nil, fmt.Errorf("opening %s: %w", s.Name, err)
		}
		d, err := assemble(b, req.Split, settings["split_by"])
		if err != nil {
			return nil, fmt.Errorf("opening %s: %w", s.Name, err)
		}
		d.Name, d.Settings = s.Name, settings
		return d.Finish(req)
	}
	return s
}

// assemble cuts the windows, recording after recording. The group of a window is its person, its recording or itself.
func assemble(b *block, split int, by string) (*datasets.Dataset, error) {
	parts, err := people(b, split)
	if err != nil {
		return nil, err
	}
	d := &datasets.Dataset{Split: split, Classes: b.Classes}
	var acc, gyro []float32
	var recording []int
	for i, r := range b.Recordings {
		arm := "left"
		if r.Right {
			arm = "right"
		}
		for k, from := 0, 0; from+window <= r.Steps; k, from = k+1, from+hop {
			for t := from; t < from+window; t++ {
				v := r.values[t*channels:]
				acc = append(acc, v[:axes]...)
				gyro = append(gyro, v[axes:channels]...)
			}
			d.Labels = append(d.Labels, r.Class)
			d.IDs = append(d.IDs, fmt.Sprintf("r%03d/w%02d", i, k))
			d.Captions = append(d.Captions, fmt.Sprintf("%s, person %d, %s arm, from %.1f s", b.Classes[r.Class], r.Person, arm, float64(from)/rate))
			d.Groups = append(d.Groups, r.Person)
			d.Parts = append(d.Parts, parts[r.Person])
			recording = append(recording, i)
		}
	}
	regroup(d, recording, by)
	d.Modalities = []*datasets.Modality{
		{Name: "accelerometer", Kind: datasets.Sensor, Shape: []int{window, axes}, Data: acc},
		{Name: "gyroscope", Kind: datasets.Sensor, Shape: []int{window, axes}, Data: gyro},
	}
	return d, nil
}
