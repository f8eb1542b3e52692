// Package runlog is the memory of a run: a folder with the experiment, the versions, every epoch and the prediction
// for every sample. It is append-only while the run lasts and never overwritten after; it is the only thing that
// reports read. No number is printed anywhere that cannot be found here.
//
//	<run>/experiment.json    what was asked (package experiment)
//	<run>/meta.json          what it ran on: Meta
//	<run>/epochs.jsonl       one Epoch a line; the same bytes for the same experiment, backend and machine
//	<run>/timing.jsonl       one Timing a line: what is not reproducible
//	<run>/predictions.jsonl  one Prediction a line, of the validation and the test part, from the selected epoch
//	<run>/result.json        the Result; its presence means that the run is complete
//
// While it runs the folder is called <run>.partial, is locked, and also holds checkpoint/.
package runlog

import "github.com/augkit/aug/augkit/experiment"

// Score is how well one predictor (the fused one, or one modality's branch) does on one part of the data.
type Score struct {
	Accuracy float64 `json:"accuracy"`
	MacroF1  float64 `json:"macro_f1"`
	MAP      float64 `json:"map"`  // mean over classes of the average precision, as scikit-learn defines it
	Loss     float64 `json:"loss"` // cross entropy in nats of the summed logits
}

// PartRecord is the state of the network on one part of the data, in evaluation mode, after an epoch.
type PartRecord struct {
	Fused    Score            `json:"fused"`
	Branch   map[string]Score `json:"branch"`             // by modality: the sum of all its classifiers, alone
	Previous map[string]Score `json:"previous,omitempty"` // by modality with more than one classifier: all but the newest
	// Terms is ε + ε_all + ε_pre by modality (equation 5), the training loss without its moving batch statistics.
	Terms map[string]float64 `json:"terms"`
	// Confidence is the mean probability of the true class under the branch: the assignment's score s (section 3.3).
	Confidence map[string]float64 `json:"confidence"`
	// Gap is G: the largest branch loss minus the smallest (equation 7, on cross entropies of the full sums, which
	// stay comparable when the counts of classifiers differ).
	Gap float64 `json:"gap"`
}

// Epoch is one line of epochs.jsonl.
type Epoch struct {
	Epoch        int                `json:"epoch"` // from 1
	LearningRate float64            `json:"learning_rate"`
	TrainingLoss map[string]float64 `json:"training_loss"` // mean over the steps, by step name (a modality, or "joint")
	Classifiers  map[string]int     `json:"classifiers"`   // while this epoch was trained
	Train        PartRecord         `json:"train"`
	Validation   PartRecord         `json:"validation"`
	// Test is measured after every epoch only where the epoch is selected on it (train.selection: test).
	Test *PartRecord `json:"test,omitempty"`
	// TrainingConfidence is the mean score over the epoch's batches as it ran, where the assignment asks for that one.
	TrainingConfidence map[string]float64 `json:"training_confidence,omitempty"`

	// Gate is what the added classifiers' logits are multiplied by, by modality, where there is a gate network.
	Gate map[string]float64 `json:"gate,omitempty"`

	Checked bool     `json:"checked"`         // the assignment was asked after this epoch
	Grown   []string `json:"grown,omitempty"` // modalities that got a classifier after this epoch
	Best    bool     `json:"best"`            // the selected epoch so far: by default the best on validation
}

// Timing is one line of timing.jsonl.
type Timing struct {
	Epoch       int     `json:"epoch"`
	TrainSec    float64 `json:"train_seconds"`
	EvalSec     float64 `json:"eval_seconds"`
	CompileSec  float64 `json:"compile_seconds"`   // part of the two above
	WaitSec     float64 `json:"wait_seconds"`      // for batches, part of the first
	PeakMemoryB int64   `json:"peak_memory_bytes"` // of the process so far
	Earlier     bool    `json:"-"`                 // recorded before the run was taken up; the seconds are then not told
}

// Prediction is the network's answer for one sample.
type Prediction struct {
	ID     string               `json:"id"`
	Part   string               `json:"part"` // "validation" or "test"
	Label  int                  `json:"label"`
	Logits map[string][]float32 `json:"logits"` // by modality: summed over its classifiers
}

// Result is the end of a run. By default the epoch is selected on validation and test is read once; Protocol says it.
type Result struct {
	Protocol    string             `json:"protocol"`          // in words, for tables
	Epoch       int                `json:"epoch"`             // selected, from 1
	Epochs      int                `json:"epochs"`            // trained
	Parameters  int                `json:"parameters"`        // trainable, of the selected network
	Classifiers map[string]int     `json:"classifiers"`       // of the selected network
	Final       map[string]int     `json:"final_classifiers"` // at the last epoch
	Fusion      string             `json:"fusion"`            // which of the two fused scores is the headline
	Weights     map[string]float64 `json:"weights"`           // of the headline
	Validation  PartRecord         `json:"validation"`
	Test        PartRecord         `json:"test"`
	// TestEqual and TestTuned are the fused test scores with equal weights and with the weights chosen on validation.
	TestEqual    Score              `json:"test_equal"`
	TestTuned    Score              `json:"test_tuned"`
	TunedWeights map[string]float64 `json:"tuned_weights"`
	TestSize     int                `json:"test_size"`
	TrainSize    int                `json:"train_size"`
}

// Meta is what a run ran on.
type Meta struct {
	Started  string            `json:"started"` // RFC 3339, UTC
	Backend  string            `json:"backend"` // name and description
	Versions map[string]string `json:"versions"`
	Commit   string            `json:"commit,omitempty"`
	Machine  string            `json:"machine"`
	Devices  int               `json:"devices,omitempty"` // that shared every mini-batch, if not one
	Threads  int               `json:"threads,omitempty"` // of the backend, if it did not have all processors
	DataHash string            `json:"data_hash"`
	Classes  []string          `json:"classes"`
}

// Run is a run as read back from its folder.
type Run struct {
	Dir         string
	Experiment  experiment.Experiment
	Meta        Meta
	Epochs      []Epoch
	Timings     []Timing
	Predictions []Prediction
	Result      *Result // nil while the run is not complete
}
