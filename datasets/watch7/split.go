package watch7

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/augkit/aug/datasets"
)

const (
	splits    = 10
	splitSeed = 7
)

// Places on the circle of people, relative to the split's number. The distances between the test places (1, 2, 3) are
// all different, so that no two people are tested together more than once.
var (
	testPlaces       = []int{0, 1, 3}
	validationPlaces = []int{5, 6}
)

// people returns the part of every person in a split: three test, two validation, five training. The people stand on a
// circle in an order drawn once by a fixed seed, and each split turns the circle by one place: over the ten splits
// everybody is tested three times and validated on twice.
func people(b *block, split int) (map[int]datasets.Part, error) {
	parts := make(map[int]datasets.Part)
	var circle []int
	for _, r := range b.Recordings {
		if _, ok := parts[r.Person]; !ok {
			parts[r.Person] = datasets.Train
			circle = append(circle, r.Person)
		}
	}
	if len(circle) != splits {
		return nil, fmt.Errorf("%d people; the ten splits are made for %d", len(circle), splits)
	}
	slices.Sort(circle)
	rng := rand.New(rand.NewPCG(splitSeed, 0))
	rng.Shuffle(len(circle), func(i, j int) { circle[i], circle[j] = circle[j], circle[i] })
	for _, k := range testPlaces {
		parts[circle[(split+k)%splits]] = datasets.Test
	}
	for _, k := range validationPlaces {
		parts[circle[(split+k)%splits]] = datasets.Validation
	}
	return parts, nil
}

// What a split keeps together: a person, as it must be; or, to measure how much less flatters, a recording or a window.
const (
	byPerson    = "person"
	byRecording = "recording"
	byWindow    = "window"
)

// regroup gives the samples of a person split other groups and parts: the recordings, or the windows, of each class get
// the parts of the split anew at random, so that its parts keep their size. Recording is that of each sample.
func regroup(d *datasets.Dataset, recording []int, by string) {
	seed := splitSeed + uint64(d.Split)
	switch by {
	case byWindow:
		d.Parts = datasets.ShuffleParts(d.Labels, d.Parts, seed)
		for i := range d.Groups {
			d.Groups[i] = i
		}
	case byRecording:
		var labels []int
		var parts []datasets.Part
		for i, r := range recording {
			if r == len(labels) { // its first window
				labels, parts = append(labels, d.Labels[i]), append(parts, d.Parts[i])
			}
		}
		parts = datasets.ShuffleParts(labels, parts, seed)
		for i, r := range recording {
			d.Groups[i], d.Parts[i] = r, parts[r]
		}
	}
}
