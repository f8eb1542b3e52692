package stats_test

import (
	"fmt"

	"github.com/augkit/aug/augkit/stats"
)

// Five random splits of one data set overlap; the plain interval overlooks that and claims too much.
func ExampleCorrectedT() {
	aug := []float64{0.81, 0.84, 0.79, 0.86, 0.83}
	control := []float64{0.78, 0.80, 0.80, 0.81, 0.79}

	plain, err := stats.PairedT(aug, control, stats.Level)
	if err != nil {
		fmt.Println(err)
		return
	}
	corrected, err := stats.CorrectedT(aug, control, 100, 400, stats.Level)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plain, plain.ExcludesZero())
	fmt.Println(corrected, corrected.ExcludesZero())
	// Output:
	// +0.030 [+0.001, +0.059] true
	// +0.030 [-0.014, +0.074] false
}
