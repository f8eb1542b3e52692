// Package augkit is the front of a toolkit for imbalanced multimodal learning: AUG, sustained boosting with adaptive
// classifier assignment (NeurIPS 2025, arXiv 2502.20120), and what it must beat, on GoMLX.
//
//	exp, err := experiment.Default("watch7")
//	exp.Method.Lambda = 0.5
//	run, err := augkit.Train(ctx, exp, train.Options{Dir: "runs/watch7/aug/s0"})
//	report.Accuracy(run).Display()
//
// # Words
//
//	modality           one kind of input of a sample: image, audio, text, … (paper, section 3.1)
//	encoder            φ^o, the network from a modality's input to its feature
//	classifier         Layer1 → ReLU → Layer2 on the feature; Layer2, the shared head, is one for all (section 3.2)
//	stack              the classifiers of one modality; their logits are summed
//	branch             a modality's encoder and stack, asked alone
//	strong, weak       the modality with the larger, the smaller confidence score
//	residual label     ŷ = y − λ·(y ⊙ p): the label less what earlier classifiers already say of the true class
//	ε, ε_all, ε_pre    the three losses, equations (2) to (4); L is their sum, equation (5)
//	confidence score   s, the mean probability of the true class (section 3.3)
//	assignment         who gets the next classifier, asked every t_N epochs (section 3.3)
//	gap                G, the difference of the modalities' losses (equation 7)
//	control            AUG without boosting: shared head, per-modality losses, one classifier each
//	honest protocol    epoch selected on validation, test read once, several splits, intervals
//
// # The journey of an example
//
//	files ─► datasets/<set>      decode, features, split       knows nothing of models
//	      ─► datasets.Dataset    modalities, labels, split     the one hand-over type
//	      ─► augkit/train        batches, epochs, growth       owns time: GoMLX's Trainer and Loop
//	      ─► augkit/method       which steps, which loss       AUG and each baseline
//	      ─► augkit/encoder      input → feature
//	      ─► augkit/boost        feature → logits → losses     the paper's equations
//	      ─► augkit/assign       scores → who grows            plain Go
//	      ─► augkit/runlog       the record of a run           the only thing that reports read
//	      ─► augkit/report       figures and tables            trains nothing
//	      ─► augkit/study        variants and their effects    a study file in, paired intervals out
//
// Imports go down this list, never up; assign, metric, stats, runlog, experiment and datasets know no tensors.
// A test in this package holds them to it.
//
// # Decisions
//
// One train.Spec is one graph: a step of the method and the sizes of the stacks in it. A modality that grows gets a
// new graph, the others keep theirs, and the stock Trainer and Loop do alternation and growth.
//
// Initial weights are drawn on the host from (seed, path of the variable). So methods that are compared start from the
// same network, a classifier's first weights do not depend on when it is added, and the two backends agree.
//
// A checkpoint is a GoMLX checkpoint of every variable in the order in which they were made, with the structure and
// the position in the epoch beside it; batches are a function of (seed, epoch). So a run that is stopped anywhere
// continues to the same bytes.
//
// Several devices share each mini-batch through GoMLX's AutoSharding: the graph is that of one device, and XLA divides it
// by samples. It changes rounding, as another backend does, so like the backend it is an option of a run and in its record,
// not in the experiment.
//
// Runs of a study beside each other (Workers) have an XLA client of one thread each: a client's runs take turns, and small
// networks leave a second thread idle. One thread rounds otherwise than two, so the record holds the number, an interrupted
// run goes on with as many, and what a worker trains has the same bytes on any number of cores.
//
// The graphs that the next growth is likely to need are compiled while training goes on (ahead in package train). Training
// waits while one is built, since that makes variables, and not while it is compiled. One graph with a mask would be
// compiled once, and would pay for every classifier from the first step on.
//
// A convolution and each of its gradients is computed in the form that is fastest for backend and shape (formsOf in
// package nn). XLA's CPU plug-in is given flags that let its oneDNN do products and convolutions (package device). Both
// change rounding only. Batch normalisation is PyTorch's.
//
// Every difference between the paper and the released code that concerns method or protocol is a field of the experiment
// file, with what each of them says beside it; the paper's reading is the default and presets hold the released ones
// (aug config diff paper released). Where the paper leaves a choice, the default is: one cross entropy with one
// classifier, sums of logits with softmax after them, alternating steps, scores from a clean pass over the training part,
// λ 0.33.
//
// What boosting is compared with are switches too, so that nothing else differs: assign.gives=weight triples the loss of
// the modality that would get a classifier; method.start with assign.by=none fixes the counts, and with terms=["all"] makes
// one wide classifier of them; assign.by=random and assign.direction=stronger assign otherwise. A study file
// (notebooks/released_vs_paper.json) names such variants, `aug study` trains them, and its records are small enough to be
// committed, so that a notebook shows what hours of training came to and anyone can compare anew.
//
// PyTorch 1's zeroed gradients need no optimizer of their own: the graph of a step also uses the variables of the steps
// before it in the mini-batch, whose gradient is then zero. Classifiers that are not trained are variables that are not
// trainable.
package augkit
