// Package experiment holds the typed experiment file: everything that decides a run, as data. A file names its data,
// its method and its training; what it leaves out takes the default for that data set. Unknown keys are errors, so a
// misspelt option cannot pass in silence.
package experiment

// Experiment decides a run completely: the same experiment, backend and machine give the same bytes.
type Experiment struct {
	Name      string            `json:"name"`
	About     string            `json:"about,omitempty"` // command, cost and expected result, for the reader
	Data      Data              `json:"data"`
	Encoders  map[string]string `json:"encoders"` // modality → encoder name; see package encoder
	Method    Method            `json:"method"`
	Inference Inference         `json:"inference"`
	Train     Train             `json:"train"`
}

// Data says which samples the run sees.
type Data struct {
	Name       string            `json:"name"`
	Modalities []string          `json:"modalities"`
	Split      int               `json:"split"`
	Settings   map[string]string `json:"settings,omitempty"` // the data set's own choices
}

// Method says which losses are taken and which steps are made.
type Method struct {
	// Name is one of the registered methods: aug, control, joint, alone, late.
	Name string `json:"name"`
	// Lambda is λ, the smoothing factor of the residual label, in [0, 1] (paper, section 3.2). The paper searches
	// {0.1, 0.2, 0.33, 0.5, 1} and does not say which it chose for which data set.
	Lambda float64 `json:"lambda"`
	// Sigma is σ ≥ 1, the coefficient of the stronger modality's score in the assignment (section 3.3; 1.0).
	Sigma float64 `json:"sigma"`
	// Tau is τ, the dead zone of the assignment (section 3.3; 0.01).
	Tau float64 `json:"tau"`
	// Interval is t_N, the number of epochs between two assignments; 0 means a tenth of the epochs, at least 1, as in
	// the paper's settings.
	Interval int `json:"interval"`
}

// Inference says how the modalities' summed logits are weighed when they are fused.
type Inference struct {
	// Fusion is "equal", "given" (Weights) or "validation" (the weights of a grid that do best on validation). The
	// record of a run holds the equal and the validation result whatever is chosen; this one is the headline and
	// selects the epoch.
	Fusion  string             `json:"fusion"`
	Weights map[string]float64 `json:"weights,omitempty"`
}

// Train says how long, how fast and from which seed.
type Train struct {
	Epochs    int       `json:"epochs"`
	Batch     int       `json:"batch"`
	Seed      int64     `json:"seed"` // of initial weights and of the order of samples
	Optimizer Optimizer `json:"optimizer"`
	Schedule  Schedule  `json:"schedule"`
}

// Optimizer is "sgd" or "adam" with its numbers. Momentum is for sgd only.
type Optimizer struct {
	Name         string  `json:"name"`
	LearningRate float64 `json:"learning_rate"`
	Momentum     float64 `json:"momentum,omitempty"`
	WeightDecay  float64 `json:"weight_decay"` // L2, added to the gradient as PyTorch does
}

// Schedule multiplies the learning rate by Factor after every Every epochs; Every 0 keeps it constant.
type Schedule struct {
	Every  int     `json:"every"`
	Factor float64 `json:"factor"`
}
