package metric_test

import (
	"fmt"

	"github.com/augkit/aug/augkit/metric"
)

func ExampleEvaluate() {
	labels := []int{0, 1, 1}
	logits := []float32{ // [3 samples, 2 classes]
		2, 0,
		0, 1,
		1, 0,
	}
	s, err := metric.Evaluate(labels, logits, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("accuracy %.3f, macro-F1 %.3f, MAP %.3f, loss %.3f nats\n", s.Accuracy, s.MacroF1, s.MAP, s.Loss)
	// Output: accuracy 0.667, macro-F1 0.667, MAP 1.000, loss 0.584 nats
}
