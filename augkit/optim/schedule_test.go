package optim_test

import (
	"math"
	"slices"
	"testing"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/optim"
)

// The released schedule of 200 epochs: 1e-2 for epoch indices 0–68, 1e-3 for 69–138, 1e-4 for 139–199.
func TestScheduleAtTheStart(t *testing.T) {
	for _, c := range []struct {
		every, epoch int
		end, start   float64
	}{
		{70, 1, 1, 1}, {70, 69, 1, 1}, {70, 70, 1, 0.1}, {70, 71, 0.1, 0.1}, {70, 139, 0.1, 0.1}, {70, 140, 0.1, 0.01},
		{70, 141, 0.01, 0.01}, {70, 200, 0.01, 0.01}, {1, 1, 1, 0.1}, {1, 3, 0.01, 0.001}, {0, 50, 1, 1},
	} {
		for when, want := range map[string]float64{"": c.end, "end": c.end, "start": c.start} {
			s := experiment.Schedule{Every: c.every, Factor: 0.1, When: when}
			if got := optim.RateAt(1, s, c.epoch); math.Abs(got-want) > 1e-15 {
				t.Errorf("every %d, stepped at the %q, epoch %d: rate %g, want %g", c.every, when, c.epoch, got, want)
			}
		}
	}
}

func TestPlateau(t *testing.T) {
	for _, c := range []struct {
		name     string
		losses   []float64
		patience int
		falls    []int // after each epoch
	}{
		{"falling", []float64{3, 2, 1, 0.5}, 1, []int{0, 0, 0, 0}},
		{"flat", []float64{1, 1, 1, 1, 1, 1}, 1, []int{0, 0, 1, 1, 2, 2}},
		{"patience 2", []float64{1, 1, 1, 1, 1, 1, 1}, 2, []int{0, 0, 0, 1, 1, 1, 2}},
		{"a lower loss starts the wait anew", []float64{1, 2, 0.9, 2, 2}, 1, []int{0, 0, 0, 0, 1}},
		{"lower by less than a ten-thousandth", []float64{1, 0.99995, 0.99991}, 1, []int{0, 0, 1}},
		{"lower by more", []float64{1, 0.9998, 0.9996}, 1, []int{0, 0, 0}},
		{"a first loss of zero", []float64{0, 0, 0}, 1, []int{0, 0, 1}},
	} {
		var p optim.Plateau
		var got []int
		for _, loss := range c.losses {
			p.Watch(loss, c.patience)
			got = append(got, p.Falls)
		}
		if !slices.Equal(got, c.falls) {
			t.Errorf("%s: falls %v, want %v", c.name, got, c.falls)
		}
		if want := 0.1 * math.Pow(0.5, float64(p.Falls)); math.Abs(p.Rate(0.1, 0.5)-want) > 1e-15 {
			t.Errorf("%s: rate %v, want %v", c.name, p.Rate(0.1, 0.5), want)
		}
	}
}
