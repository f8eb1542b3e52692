// Package metric measures predictions on the host: accuracy, macro-F1, mean average precision, cross entropy,
// confidence and calibration. It is plain Go on slices and knows no tensors.
//
// All logits are one flat row-major slice, [samples, classes]; labels count from 0. Sums are made in float64.
// Accuracy, macro-F1 and average precision follow scikit-learn, ties and absent classes included; the test data hold
// its answers.
package metric

import (
	"fmt"
	"math"
)

// Score is how well one predictor does on one part of the data. Its fields are those of runlog.Score, so that one
// converts to the other.
type Score struct {
	Accuracy float64
	MacroF1  float64
	MAP      float64
	Loss     float64 // cross entropy in nats
}

// Evaluate checks its arguments as [New] does and returns the four numbers of a [Score].
func Evaluate(labels []int, logits []float32, classes int) (Score, error) {
	a, err := New(labels, logits, classes)
	if err != nil {
		return Score{}, err
	}
	return a.Score(), nil
}

// Answers are the logits given for labelled samples, checked once by [New].
type Answers struct {
	labels  []int
	logits  []float32 // [samples, classes]
	classes int
}

// New checks the answers: at least one sample, at least one class, len(logits) = len(labels)·classes, labels in
// [0, classes), logits finite. It keeps the slices; do not write to them while the Answers are in use.
func New(labels []int, logits []float32, classes int) (*Answers, error) {
	switch {
	case classes < 1:
		return nil, fmt.Errorf("metric: %d classes: give the number of classes of the data set", classes)
	case len(labels) == 0:
		return nil, fmt.Errorf("metric: no samples: is this part of the split empty?")
	case len(logits) != len(labels)*classes:
		return nil, fmt.Errorf("metric: %d logits for %d samples of %d classes: want %d, row by row",
			len(logits), len(labels), classes, len(labels)*classes)
	}
	for i, y := range labels {
		if y < 0 || y >= classes {
			return nil, fmt.Errorf("metric: label %d of sample %d is outside 0…%d", y, i, classes-1)
		}
	}
	for i, v := range logits {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("metric: logit %v of sample %d, class %d: training has diverged; lower the learning rate",
				v, i/classes, i%classes)
		}
	}
	return &Answers{labels: labels, logits: logits, classes: classes}, nil
}

// Len is the number of samples.
func (a *Answers) Len() int { return len(a.labels) }

// Row returns the logits of sample i, [classes]. The slice aliases the input.
func (a *Answers) Row(i int) []float32 {
	return a.logits[i*a.classes : (i+1)*a.classes : (i+1)*a.classes]
}

// Score returns accuracy, macro-F1, mean average precision and cross entropy together.
func (a *Answers) Score() Score {
	return Score{Accuracy: a.Accuracy(), MacroF1: a.MacroF1(), MAP: a.MAP(), Loss: a.CrossEntropy()}
}

// Predictions returns the class with the largest logit for each sample, the lowest index on a tie, [samples].
func (a *Answers) Predictions() []int {
	out := make([]int, a.Len())
	for i := range out {
		out[i] = Argmax(a.Row(i))
	}
	return out
}

// CrossEntropy is the mean of −log p(true class) in nats, p the softmax of the logits.
func (a *Answers) CrossEntropy() float64 {
	var sum float64
	for i, y := range a.labels {
		row := a.Row(i)
		sum += logSumExp(row) - float64(row[y])
	}
	return sum / float64(a.Len())
}

// Confidence is the mean probability of the true class: the score s of the paper's section 3.3.
func (a *Answers) Confidence() float64 {
	var sum float64
	for i, y := range a.labels {
		row := a.Row(i)
		sum += math.Exp(float64(row[y]) - logSumExp(row))
	}
	return sum / float64(a.Len())
}

// Probabilities returns the softmax of every row, [samples, classes] flat.
func (a *Answers) Probabilities() []float64 {
	out := make([]float64, len(a.logits))
	for i := range a.labels {
		softmax(out[i*a.classes:(i+1)*a.classes], a.Row(i))
	}
	return out
}

// Argmax returns the index of the largest value, the lowest on a tie, and −1 for an empty row.
func Argmax(row []float32) int {
	best := -1
	for j, v := range row {
		if best < 0 || v > row[best] {
			best = j
		}
	}
	return best
}

// Softmax returns exp(zⱼ)/Σₖexp(zₖ) of one row of logits, [classes]; large logits do not overflow.
func Softmax(row []float32) []float64 {
	if len(row) == 0 {
		return nil
	}
	out := make([]float64, len(row))
	softmax(out, row)
	return out
}

// softmax writes it into out, which is as long as the row and not empty.
func softmax(out []float64, row []float32) {
	// Divided by the sum rather than exp(log softmax): equal rows and saturated classes then tie as in NumPy.
	top := float64(row[Argmax(row)])
	var sum float64
	for j, v := range row {
		out[j] = math.Exp(float64(v) - top)
		sum += out[j]
	}
	for j := range out {
		out[j] /= sum
	}
}

// LogSoftmax returns zⱼ − log Σₖexp(zₖ) of one row of logits in nats, [classes]; large logits do not overflow.
func LogSoftmax(row []float32) []float64 {
	if len(row) == 0 {
		return nil
	}
	norm := logSumExp(row)
	out := make([]float64, len(row))
	for j, v := range row {
		out[j] = float64(v) - norm
	}
	return out
}

// logSumExp takes the largest logit out of the sum, so that exp cannot overflow.
func logSumExp(row []float32) float64 {
	top := float64(row[Argmax(row)])
	var sum float64
	for _, v := range row {
		sum += math.Exp(float64(v) - top)
	}
	return top + math.Log(sum)
}
