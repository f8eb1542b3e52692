package optim

import "github.com/augkit/aug/augkit/experiment"

// RateAt is the learning rate of an epoch (from 1): initial·factor^⌊(epoch−1)/every⌋, or initial·factor^⌊epoch/every⌋ for a
// schedule that is stepped at the start of the epoch. One that waits for a plateau has its rate from [Plateau].
func RateAt(initial float64, s experiment.Schedule, epoch int) float64 {
	if s.Every <= 0 || s.When == experiment.SchedulePlateau {
		return initial
	}
	stepped := epoch - 1
	if s.When == experiment.ScheduleStart {
		stepped = epoch
	}
	return times(initial, s.Factor, stepped/s.Every)
}

func times(rate, factor float64, n int) float64 {
	for range n {
		rate *= factor
	}
	return rate
}

// Plateau watches a loss and counts how often it saturated, by PyTorch's ReduceLROnPlateau: a loss counts as lower if it
// is by a ten-thousandth; after more than patience epochs without one the rate falls.
type Plateau struct {
	Lowest float64 `json:"lowest"`
	Seen   int     `json:"seen"`   // epochs
	Waited int     `json:"waited"` // epochs since the lowest loss or the last fall of the rate
	Falls  int     `json:"falls"`
}

// Watch takes the loss after an epoch.
func (p *Plateau) Watch(loss float64, patience int) {
	p.Seen++
	if p.Seen == 1 || loss < p.Lowest*(1-1e-4) {
		p.Lowest, p.Waited = loss, 0
		return
	}
	if p.Waited++; p.Waited > patience {
		p.Waited = 0
		p.Falls++
	}
}

// Rate is the learning rate of the next epoch.
func (p Plateau) Rate(initial, factor float64) float64 { return times(initial, factor, p.Falls) }
