package report

import (
	"math"

	"github.com/augkit/aug/datasets"
	"gonum.org/v1/gonum/stat"
)

// NearestNeighbour is the test accuracy of memory without learning: a sample is the mean and the standard deviation of
// each channel of each modality, standardised as for a network, and takes the class of the training sample at the least
// Euclidean distance (Cover and Hart 1967). Nothing is trained, so it costs seconds and shows what a split gives away.
func NearestNeighbour(ds *datasets.Dataset) float64 {
	points := make([][]float64, ds.Len())
	for i := range points {
		for _, m := range ds.Modalities {
			points[i] = append(points[i], moments(m, i)...)
		}
	}
	train, test := ds.Indices(datasets.Train), ds.Indices(datasets.Test)
	right := 0
	for _, i := range test {
		nearest, least := -1, math.Inf(1)
		for _, k := range train {
			distance := 0.0
			for j, v := range points[k] {
				d := v - points[i][j]
				distance += d * d
			}
			if distance < least {
				nearest, least = k, distance
			}
		}
		if nearest >= 0 && ds.Labels[nearest] == ds.Labels[i] {
			right++
		}
	}
	return float64(right) / float64(len(test))
}

// moments are mean and standard deviation of each channel, the last axis, of a sample.
func moments(m *datasets.Modality, sample int) []float64 {
	channels := m.Shape[len(m.Shape)-1]
	values := make([]float32, m.Size())
	m.Read(values, sample)
	var out []float64
	for c := range channels {
		var x []float64
		for k := c; k < len(values); k += channels {
			x = append(x, float64(values[k]))
		}
		out = append(out, stat.Mean(x, nil), stat.PopStdDev(x, nil))
	}
	return out
}
