package train

import (
	"math/rand/v2"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/metric"

	"github.com/augkit/aug/augkit/assign"
	"github.com/augkit/aug/augkit/boost"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/method"
	"github.com/augkit/aug/augkit/runlog"
)

// grow asks the assignment when it is due. Batches is the number of the epoch's mini-batches.
func (r *runner) grow(rec *runlog.Epoch, batches int) {
	if r.net.method.Assignment() == nil {
		return
	}
	from := rec.Train.Confidence
	switch r.exp.Method.Assign.Score {
	case experiment.ScoreValidation:
		from = rec.Validation.Confidence
	case experiment.ScoreTraining:
		from = make(map[string]float64, len(r.state.Scores))
		for m, sum := range r.state.Scores {
			from[m] = sum / float64(batches)
		}
		rec.TrainingConfidence = from
	}
	if r.due(rec.Epoch) {
		r.assign(rec, from)
	}
	r.expect(rec.Epoch, r.net.inOrder(from))
}

// due reports whether the assignment is asked after an epoch.
func (r *runner) due(epoch int) bool {
	interval := r.exp.Interval()
	if !r.net.staged() {
		return assign.Due(epoch, interval, r.exp.Method.Assign.FirstCheck)
	}
	boosted := epoch - r.exp.JointEpochs() // of the second stage; a classifier after the last one would learn nothing
	return boosted >= 0 && boosted%interval == 0 && epoch < r.exp.Train.Epochs
}

// assign lets those grow whom the assignment chooses by their scores.
func (r *runner) assign(rec *runlog.Epoch, from map[string]float64) {
	rec.Checked = true
	rule := *r.net.method.Assignment()
	rule.Draw = rand.New(rand.NewPCG(uint64(r.exp.Train.Seed), uint64(rec.Epoch))).Uint64()
	for _, i := range r.net.choose(rule, r.net.inOrder(from)) {
		r.net.Grow(i)
		rec.Grown = append(rec.Grown, r.net.Modalities[i])
	}
}

// trainMetrics are what a training step computes beside its loss: where the assignment asks for the scores of the
// training epoch or has a gate, those of the step's modalities.
func trainMetrics(exp experiment.Experiment) []metric.Interface {
	if exp.Method.Name != "aug" || exp.Method.Assign.Score != experiment.ScoreTraining && !exp.Method.Gate {
		return nil
	}
	return []metric.Interface{confidence{}}
}

// confidence is the mean probability of the true class over a batch, [modalities of the step].
type confidence struct{}

func (confidence) Name() string                         { return "confidence score" }
func (confidence) ShortName() string                    { return "s" }
func (confidence) ScopeName() string                    { return "confidence" }
func (confidence) MetricType() string                   { return "confidence" }
func (confidence) PrettyPrint(v *tensors.Tensor) string { return v.String() }
func (confidence) Reset(*model.Scope)                   {}

// UpdateGraph implements metric.Interface.
func (confidence) UpdateGraph(_ *model.Scope, labels, logits []*Node) *Node {
	if logits[0].Rank() < 3 { // the gate's step has no logits
		return Zeros(logits[0].Graph(), shapes.Make(logits[0].DType(), 1))
	}
	out := make([]*Node, len(logits))
	for i, l := range logits {
		p := Softmax(boost.Sum(l, 0, l.Shape().Dimensions[1]))
		out[i] = ReduceAllMean(ReduceSum(Mul(labels[0], p), -1))
	}
	return Stack(out, 0)
}

// addScores keeps the scores of a step, if it has any: they follow the batch's loss and its moving average.
func (r *runner) addScores(step method.Step, metrics []*tensors.Tensor) {
	if len(metrics) < 3 {
		return
	}
	if step.Name == method.GateStep {
		return
	}
	for i, s := range tensors.MustCopyFlatData[float32](metrics[2]) {
		m := r.net.Modalities[step.Modalities[i]]
		r.state.Scores[m] += float64(s)
		r.state.LastScores[m] = float64(s)
	}
}
