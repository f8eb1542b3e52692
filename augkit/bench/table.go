package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/augkit/aug/augkit/stats"
)

// seconds are the times of a program for a work, by round.
func (m *measurement) seconds(work, program string) []float64 {
	var out []float64
	for _, r := range m.Results {
		if r.Work == work && r.Program == program {
			out = append(out, r.Seconds)
		}
	}
	return out
}

// memory is the median of a program's peak memory, bytes.
func (m *measurement) memory(work, program string) float64 {
	var out []float64
	for _, r := range m.Results {
		if r.Work == work && r.Program == program {
			out = append(out, float64(r.PeakMemory))
		}
	}
	return stats.Median(out)
}

// operations is the number of floating-point operations of a work in 10⁹, counted by PyTorch; 0 where it was not.
func (m *measurement) operations(work string) float64 {
	for _, r := range m.Results {
		if r.Work == work && r.Program == pytorch {
			return r.Facts["GFLOP/op"]
		}
	}
	return 0
}

// table is the measurement as text for BENCHMARKS.md.
func (m *measurement) table() string {
	var b strings.Builder
	rounds := 0
	for _, r := range m.Results {
		rounds = max(rounds, r.Round)
	}
	fmt.Fprintf(&b, "%s; %d threads for every program (files: one); %d rounds; %s. ", m.Machine, m.Threads, rounds, strings.Join(m.Versions, ", "))
	fmt.Fprintf(&b, "Load average before the rounds %.1f…%.1f", slices.Min(m.Loads), slices.Max(m.Loads))
	if slices.Max(m.Loads) > float64(m.Threads)+0.5 {
		b.WriteString(": the machine was shared, the ratios are worth more than the times")
	}
	b.WriteString(".\n\n| work | PyTorch | XLA | ratio | pure Go | ratio | peak memory, MB | GFLOP/s |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	var worse, undecided []string
	peak := m.peak()
	for _, w := range m.works {
		row := []string{w.Name, duration(stats.Median(m.seconds(w.Name, pytorch)))}
		var memory, rates []string
		for _, program := range []string{pytorch, xla, pureGo} {
			times := m.seconds(w.Name, program)
			if len(times) == 0 {
				row, memory = append(row, "–", "–"), append(memory, "–")
				continue
			}
			memory = append(memory, fmt.Sprintf("%.0f", m.memory(w.Name, program)/1e6))
			if flop := m.operations(w.Name); flop > 0 {
				rate := flop / stats.Median(times)
				text := fmt.Sprintf("%.0f", rate)
				if peak > 0 {
					text += fmt.Sprintf(" (%.0f %%)", 100*rate/peak)
				}
				rates = append(rates, text)
			}
			if program == pytorch {
				continue
			}
			ratio, least, most := ratios(times, m.seconds(w.Name, pytorch))
			row = append(row, duration(stats.Median(times)), fmt.Sprintf("%.2f (%.2f…%.2f)", ratio, least, most))
			what := fmt.Sprintf("%s on %s (%.2f)", w.Name, program, ratio)
			switch {
			case ratio >= 1:
				worse = append(worse, what)
			case most >= 1:
				undecided = append(undecided, what)
			}
		}
		row = append(row, strings.Join(memory, " / "), strings.Join(rates, " / "))
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
	}
	b.WriteString("\nTimes are medians over the rounds. A ratio is ours over PyTorch's, of the medians, with the least and the largest of the rounds; " +
		"below 1 ours is faster. Memory is the median of the largest resident size of the process, and GFLOP/s the operations of convolutions and " +
		"matrix products that PyTorch counts, over the time")
	if peak > 0 {
		fmt.Fprintf(&b, ", with its share of the fastest matrix product measured, %.0f GFLOP/s", peak)
	}
	b.WriteString("; both in the order of the programs.\n")
	if len(worse) > 0 {
		fmt.Fprintf(&b, "\nMeasured, and it is worse than PyTorch: %s.\n", strings.Join(worse, ", "))
	}
	if len(undecided) > 0 {
		fmt.Fprintf(&b, "\nFaster by the medians, but not in every round: %s.\n", strings.Join(undecided, ", "))
	}
	return b.String()
}

// peak is the best rate of matrix products that any program reached, GFLOP/s.
func (m *measurement) peak() float64 {
	best := 0.0
	for _, program := range m.programs {
		if times := m.seconds("matmul-2048", program); len(times) > 0 {
			best = max(best, m.operations("matmul-2048")/stats.Median(times))
		}
	}
	return best
}

// tolerances are how far facts may differ, relatively. Those that are not here must be equal; the first loss has gone
// through a deep network, and the two readers of files resample differently.
var tolerances = map[string]float64{"first-loss": 1e-3, "first-loss-in-bfloat16": 0.02, "level": 0.02}

// check compares what the programs say of the same work.
func (m *measurement) check() error {
	var errs []error
	first := make(map[string]result)
	for _, r := range m.Results {
		a, ok := first[r.Work]
		if !ok {
			first[r.Work] = r
			continue
		}
		for fact, v := range r.Facts {
			want, ok := a.Facts[fact]
			if ok && math.Abs(v-want) > tolerances[fact]*math.Abs(want) {
				errs = append(errs, fmt.Errorf("%s is not the same work: %s is %g for %s and %g for %s", r.Work, fact, want, a.Program, v, r.Program))
			}
		}
	}
	return errors.Join(errs...)
}

// ratios are the ratio of the medians, and the least and the largest ratio of two times of the same round.
func ratios(ours, theirs []float64) (ratio, least, most float64) {
	least = math.Inf(1)
	for i := range ours {
		least, most = min(least, ours[i]/theirs[i]), max(most, ours[i]/theirs[i])
	}
	return stats.Median(ours) / stats.Median(theirs), least, most
}

func duration(seconds float64) string {
	if seconds < 1 {
		return fmt.Sprintf("%.3g ms", 1000*seconds)
	}
	return fmt.Sprintf("%.3g s", seconds)
}
