package boost_test

import (
	"math"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/boost"
	"github.com/augkit/aug/augkit/device/devicetest"
)

// two is one sample of class 0 with n classifiers on two classes, whose logits are (ln odds, 0): the probability of class
// 0 is odds/(1+odds).
func two(t *testing.T, odds []float64, f func(logits, labels *Node) []*Node) []float64 {
	t.Helper()
	var flat []float64
	for _, o := range odds {
		flat = append(flat, math.Log(o), 0)
	}
	exec, err := model.NewExec(devicetest.Backend(t), model.NewStore(), func(_ *model.Scope, in []*Node) []*Node { return f(in[0], in[1]) })
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	out, err := exec.Call(tensors.FromFlatDataAndDimensions(flat, 1, len(odds), 2), tensors.FromFlatDataAndDimensions([]float64{1, 0}, 1, 2))
	if err != nil {
		t.Fatal(err)
	}
	var values []float64
	for _, v := range out {
		values = append(values, tensors.MustCopyFlatData[float64](v)...)
	}
	return values
}

func close12(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) < 1e-12) {
		t.Errorf("%s is %.15g, want %.15g", what, got, want)
	}
}

// Earlier classifiers with p = 3/4 and 2/3, the newest with 1/2. Softmax of the sum has odds 3·2: p = 6/7. The sum of
// probabilities is 17/12, more than 1.
func TestResidualReadings(t *testing.T) {
	odds := []float64{3, 2, 1}
	for _, c := range []struct {
		reading boost.Reading
		p       float64
	}{
		{boost.Reading{Lambda: 0.5}, 6.0 / 7},
		{boost.Reading{Lambda: 0.5, Probabilities: true}, 17.0 / 12},
		{boost.Reading{Lambda: 1, Probabilities: true}, 17.0 / 12}, // a negative label: the formula's, not ours
		{boost.Reading{Probabilities: true}, 17.0 / 12},
	} {
		got := two(t, odds, func(logits, labels *Node) []*Node {
			newest, all, previous := c.reading.Losses(logits, labels)
			loss := c.reading.Loss(logits, labels)
			label := c.reading.Residual(logits, labels)
			return []*Node{label, newest, all, previous, loss, Gradient(newest, logits)[0]}
		})
		weight := 1 - c.reading.Lambda*c.p
		close12(t, "ŷ of the true class", got[0], weight)
		close12(t, "ŷ of the other", got[1], 0)
		close12(t, "ε", got[2], weight*math.Log(2))
		close12(t, "ε_all", got[3], -math.Log(6.0/7))
		close12(t, "ε_pre", got[4], -math.Log(6.0/7))
		close12(t, "L", got[5], got[2]+got[3]+got[4])
		for j, want := range []float64{0, 0, 0, 0, -weight / 2, weight / 2} { // no gradient flows through the label
			close12(t, "gradient of ε", got[6+j], want)
		}
	}
}

func TestDefaultReadingIsLoss(t *testing.T) {
	for n := 1; n <= 3; n++ {
		s := draw(uint64(n), n)
		got := s.scalars(t, func(logits, labels *Node) []*Node {
			return []*Node{boost.Loss(logits, labels, 0.33), boost.Reading{Lambda: 0.33}.Loss(logits, labels), boost.Reading{Lambda: 0.33, Single: 1}.Loss(logits, labels)}
		})
		if got[0] != got[1] || got[0] != got[2] {
			t.Errorf("%d classifiers: Loss is %v, the default readings give %v and %v", n, got[0], got[1], got[2])
		}
	}
}

func TestSingleLoss(t *testing.T) {
	for single, want := range []float64{math.Log(4), math.Log(4), 2 * math.Log(4)} {
		r := boost.Reading{Lambda: 0.5, Single: single}
		one := two(t, []float64{1.0 / 3}, func(logits, labels *Node) []*Node { return []*Node{r.Loss(logits, labels)} })
		close12(t, "L of one classifier", one[0], want)
		several := two(t, []float64{3, 1}, func(logits, labels *Node) []*Node {
			return []*Node{r.Loss(logits, labels), boost.Loss(logits, labels, 0.5)}
		})
		close12(t, "L of two", several[0], several[1])
	}
}

func TestTerms(t *testing.T) {
	all := two(t, []float64{3, 1}, func(logits, labels *Node) []*Node {
		newest, all, previous := boost.Losses(logits, labels, 0.5)
		return []*Node{newest, all, previous}
	})
	for terms, want := range map[boost.Terms]float64{
		0: all[0] + all[1] + all[2], boost.Newest: all[0], boost.All: all[1], boost.Previous: all[2],
		boost.Newest | boost.Previous: all[0] + all[2],
	} {
		got := two(t, []float64{3, 1}, func(logits, labels *Node) []*Node {
			return []*Node{boost.Reading{Lambda: 0.5, Terms: terms}.Loss(logits, labels)}
		})
		close12(t, "the loss", got[0], want)
	}
}

func TestGated(t *testing.T) {
	got := two(t, []float64{3, 2, 5}, func(logits, labels *Node) []*Node {
		gated := boost.Gated(logits, Const(logits.Graph(), 0.5))
		return []*Node{Reshape(gated, 6), boost.GateLoss(Const(logits.Graph(), [][]float64{{0.5}, {0.25}}), Const(logits.Graph(), [][]float64{{1}, {0}}))}
	})
	for i, want := range []float64{math.Log(3), 0, math.Log(2) / 2, 0, math.Log(5) / 2, 0, (0.25 + 0.0625) / 2} {
		close12(t, "the gated logits and the gate's loss", got[i], want)
	}
}

func TestFreeze(t *testing.T) {
	store := model.NewStore()
	scope := store.Scope("/model/a")
	exec, err := model.NewExec(devicetest.Backend(t), store, func(_ *model.Scope, x *Node) *Node {
		return boost.Classifiers(scope, store.Scope("/model/head"), x, 3, 2)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	if _, err := exec.Call1(tensors.FromValue([][]float32{{1, 2}})); err != nil {
		t.Fatal(err)
	}
	boost.Freeze(scope, 2)
	for path, want := range map[string]bool{
		"/model/a/layer1_01/weights": true, "/model/a/layer1_02/weights": false, "/model/a/layer1_02/biases": false,
		"/model/a/layer1_03/weights": true, "/model/head/weights": true,
	} {
		if v := store.GetVariable(path); v == nil || v.Trainable != want {
			t.Errorf("%s: %v, trainable should be %v", path, v, want)
		}
	}
}
