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
	// Name is one of the registered methods: aug, control, joint, gb, sustained, alone, late.
	Name string `json:"name"`
	// Lambda is λ, the smoothing factor of the residual label, in [0, 1] (paper, section 3.2). The paper searches
	// {0.1, 0.2, 0.33, 0.5, 1} and does not say which it chose for which data set. Released: 0.5 (train_CREMAD.py, lines
	// 57 and 70); 0.2 in the earlier commit, for all its data sets.
	Lambda float64 `json:"lambda"`
	// Residual says which probabilities of the earlier classifiers the residual label of equation (2) subtracts:
	//
	//	logits         softmax of their summed logits, as released (train_CREMAD.py, lines 53–58 and 66–71)
	//	probabilities  the sum of each one's softmax, the formula of section 3.2 read literally; it can exceed 1, and
	//	               then, with λ near 1 and three classifiers or more, the label is negative
	//
	// ε_all and ε_pre are of summed logits in both, as the fused prediction is.
	Residual string `json:"residual"`
	// SingleLoss is how many times the cross entropy counts while a modality has one classifier. 1 as released (lines
	// 53–58); equation (5) read literally gives ε + ε_all, which is 2. For aug and its control.
	SingleLoss int `json:"single_loss"`
	// TrainedClassifiers says which Layer1 are trained: all (the paper: nothing is frozen), or first, where the added
	// ones keep their first weights. Released: first, since the optimizer is made (train_CREMAD.py, line 201) before any
	// classifier is added (lines 224 and 228).
	TrainedClassifiers string `json:"trained_classifiers"`
	// Terms are the terms of equation (5) that are added up: newest (ε), all (ε_all) and previous (ε_pre). Empty: all
	// three, as the paper and the released code do; for gb newest, the residual alone. Fewer are the paper's ablation
	// (Table 2). A modality with one classifier has its cross entropy whatever is named.
	Terms []string `json:"terms,omitempty"`
	// Start is how many classifiers a modality begins with; 1 where it is not named, as in the paper, which fixes 10 and
	// 12 for comparison (Table 3). With terms ["all"] the stack is one classifier of 256·n hidden units whose second
	// layer is the shared one, n times.
	Start map[string]int `json:"start,omitempty"`
	// Gate multiplies the logits of a modality's added classifiers by a number in (0, 1) that a small network makes of the
	// running ratio of the scores and that is trained towards 1 for the weaker modality. It is w_network of the earlier
	// commit (train_CREMAD.py there, lines 50–53, 92–107 and 232–237); the paper does not mention it and the released code dropped
	// it. Package boost has the network.
	Gate bool `json:"gate"`
	// Sigma is σ ≥ 1, the coefficient of the stronger modality's score in the assignment (section 3.3; 1.0).
	Sigma float64 `json:"sigma"`
	// Tau is τ, the dead zone of the assignment (section 3.3; 0.01).
	Tau float64 `json:"tau"`
	// Interval is t_N, the number of epochs between two assignments; 0 means a tenth of the epochs, at least 1, as in
	// the paper's settings.
	Interval int `json:"interval"`
	// JointEpochs is how many of the epochs gb and sustained train jointly before they boost the weaker modality; 0: half.
	JointEpochs int `json:"joint_epochs,omitempty"`
	// Assign says how the scores are compared with Sigma and Tau.
	Assign Assign `json:"assign"`
}

// Assign is the rule by which classifiers are added; package assign has the formulas.
type Assign struct {
	// By is difference (section 3.3: s_a − σ·s_b > τ), ratio (released: s_1/s_2 against σ ± τ, train_CREMAD.py, lines 96
	// and 220–228), or share (each score over the sum of the others, train_NVGesture.py of the earlier commit; the
	// paper has no rule for more than two modalities). Two are for comparison: random, any modality at every check, and
	// none, nobody ever.
	By string `json:"by"`
	// Gives is what the chosen modality gets: a classifier (the paper), or weight, where its cross entropy counts three
	// times from then on and nothing is added. ε + ε_all + ε_pre is about that wherever the classifiers agree, so weight
	// tells what boosting adds beyond a larger loss.
	Gives string `json:"gives"`
	// Direction is weaker (the text of section 3.3 and the released code) or stronger: Algorithm 1 as it is printed, with
	// its two branches swapped, and the dead zone that its second test must mean.
	Direction string `json:"direction"`
	// Several lets every modality that the rule finds too weak grow at the same check, as train_NVGesture.py does.
	Several bool `json:"several"`
	// FirstCheck asks after epoch 1 too, as released (train_CREMAD.py, lines 205–208); the paper asks every t_N epochs.
	FirstCheck bool `json:"first_check"`
	// Score says where the confidence scores come from: train, a clean pass over the training part after the epoch (the
	// paper: the mean over the N samples); training, the mean over the epoch's batches as it ran, with moving weights
	// and batch statistics (released, lines 82–86); or validation.
	Score string `json:"score"`
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
	// Step is how the modalities' losses of a mini-batch become optimizer steps. The paper says "update Φ^a and Φ^v by
	// SGD" with loss (6).
	//
	//	alternating         one step a modality, in order, as released (train_CREMAD.py, lines 42–89)
	//	joint               one step on the sum of the losses
	//	alternating-legacy  the released lines under PyTorch 1: zero_grad leaves zeros, not nothing, so the step of a
	//	                    modality also moves those before it in the mini-batch, by momentum and weight decay alone
	Step string `json:"step"`
	// Selection says which epoch the result is of: the best on validation; the best on test, of equally good ones the
	// last, as released (train_CREMAD.py, lines 214–219), which flatters; or the last. The paper says "by
	// cross-validation" and names no validation part for CREMA-D.
	Selection string `json:"selection"`
	// Precision is the type of the numbers in the encoders: float32 (the paper and the released code), or bfloat16, which
	// halves the memory of activations and is faster on hardware that multiplies it. As under PyTorch's autocast, weights,
	// batch normalisation, classifiers, losses, gradients by weights and the optimizer stay float32.
	Precision string `json:"precision"`
}

// Optimizer is "sgd" or "adam" with its numbers. Momentum is for sgd only.
type Optimizer struct {
	Name         string  `json:"name"`
	LearningRate float64 `json:"learning_rate"`
	Momentum     float64 `json:"momentum,omitempty"`
	WeightDecay  float64 `json:"weight_decay"` // L2, added to the gradient as PyTorch does
}

// Schedule multiplies the learning rate by Factor after every Every epochs (0: never), or when the loss saturates.
type Schedule struct {
	Every  int     `json:"every"`
	Factor float64 `json:"factor"`
	// When is end (after Every epochs), start (stepped before an epoch, so that each decay comes one epoch early; released:
	// train_CREMAD.py, lines 202 and 212), or plateau: when the fused validation loss has not fallen by a ten-thousandth
	// for more than Patience epochs ("when the loss saturates", section 4.1); Every then has no meaning.
	When     string `json:"when"`
	Patience int    `json:"patience,omitempty"`
}
