package report

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// PCA projects rows, one sample each, on their first two principal components: [samples, 2], with the share of the
// variance that each component explains. Columns are centred, not scaled. The sign of a component, which is arbitrary,
// is the one that makes its largest weight positive. It needs three rows or more, of equal length two or more.
func PCA(rows [][]float32) (points [][]float64, explained []float64, err error) {
	if len(rows) < 3 || len(rows[0]) < 2 {
		return nil, nil, fmt.Errorf("report: PCA of %d rows: want three or more, each of two values or more", len(rows))
	}
	d := len(rows[0])
	data := mat.NewDense(len(rows), d, nil)
	for i, row := range rows {
		if len(row) != d {
			return nil, nil, fmt.Errorf("report: PCA: row %d has %d values, the first has %d", i, len(row), d)
		}
		for j, v := range row {
			x := float64(v)
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, nil, fmt.Errorf("report: PCA: value %v in row %d, column %d", v, i, j)
			}
			data.Set(i, j, x)
		}
	}
	var pc stat.PC
	if !pc.PrincipalComponents(data, nil) {
		return nil, nil, fmt.Errorf("report: PCA: the decomposition of %d rows of %d values did not converge", len(rows), d)
	}
	total := 0.0
	variances := pc.VarsTo(nil)
	for _, v := range variances {
		total += v
	}
	if !(total > 0) {
		return nil, nil, fmt.Errorf("report: PCA: all %d rows are equal", len(rows))
	}
	var axes mat.Dense
	pc.VectorsTo(&axes)
	points = make([][]float64, len(rows))
	for i := range points {
		points[i] = make([]float64, 2)
	}
	for k := range 2 {
		axis := mat.Col(nil, k, &axes)
		sign, most, mean := 1.0, 0.0, 0.0
		for _, w := range axis {
			if math.Abs(w) > most {
				most, sign = math.Abs(w), math.Copysign(1, w)
			}
		}
		for i := range points {
			points[i][k] = sign * mat.Dot(data.RowView(i), mat.NewVecDense(d, axis))
			mean += points[i][k] / float64(len(points))
		}
		for i := range points {
			points[i][k] -= mean
		}
		explained = append(explained, variances[k]/total)
	}
	return points, explained, nil
}
