package metric

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// golden is testdata/golden.json, written by testdata/golden.py with scikit-learn.
type golden struct {
	Cases []struct {
		Name       string
		Classes    int
		Labels     []int
		Logits     []float32
		Accuracy   float64
		MacroF1    float64 `json:"macro_f1"`
		MAP        float64
		Loss       float64
		Confidence float64
		Confusion  [][]int
		ECE15      float64
		ECE4       float64
	}
	Precision []struct {
		Name     string
		Positive []bool
		Scores   []float64
		AP       float64
	}
}

func readGolden(t *testing.T) golden {
	t.Helper()
	raw, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(raw, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func TestAgainstScikitLearn(t *testing.T) {
	for _, c := range readGolden(t).Cases {
		t.Run(c.Name, func(t *testing.T) {
			a, err := New(c.Labels, c.Logits, c.Classes)
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range []struct {
				name      string
				got, want float64
			}{
				{"accuracy", a.Accuracy(), c.Accuracy},
				{"macro F1", a.MacroF1(), c.MacroF1},
				{"MAP", a.MAP(), c.MAP},
				{"cross entropy", a.CrossEntropy(), c.Loss},
				{"confidence", a.Confidence(), c.Confidence},
				{"ECE, 15 bins", a.ECE(15), c.ECE15},
				{"ECE, 4 bins", a.ECE(4), c.ECE4},
			} {
				if !near(q.got, q.want) {
					t.Errorf("%s = %.15g, scikit-learn has %.15g", q.name, q.got, q.want)
				}
			}
			if d := cmp.Diff(c.Confusion, a.Confusion()); d != "" {
				t.Errorf("confusion (-want +got):\n%s", d)
			}
			score, err := Evaluate(c.Labels, c.Logits, c.Classes)
			if err != nil || score != a.Score() {
				t.Errorf("Evaluate = %v, %v; want %v", score, err, a.Score())
			}
		})
	}
}

func TestAveragePrecision(t *testing.T) {
	for _, c := range readGolden(t).Precision {
		if got := AveragePrecision(c.Positive, c.Scores); !near(got, c.AP) {
			t.Errorf("%s: %v, scikit-learn has %v", c.Name, got, c.AP)
		}
	}
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12*(1+math.Abs(b)) }
