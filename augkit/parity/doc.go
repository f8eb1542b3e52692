// Package parity compares the project's own layers, losses and optimizer steps with arrays that somebody else computed,
// for example with PyTorch. A case is one NPZ file, as numpy.savez writes it: inputs, weights, settings, and what is
// expected. Whoever distrusts this re-implementation writes a case and runs
//
//	aug parity my_case.npz
//
// How a case is laid out is said below, from "The case file" on; `aug parity --help` prints the same. The cases in
// testdata were computed by the program in oracle with PyTorch on the CPU (`make oracle` writes them again).
//
// # Tolerances
//
// The largest absolute difference of an array is divided by the largest magnitude of the expected array, or by its
// scale/… where the file gives a larger one. What that may come to, and what it came to on the committed cases (176
// files, 4361 arrays; the project's side in float32 throughout):
//
//	group     tolerance  cases                      XLA CPU  pure Go
//	forward   1e-5       layers, encoders, stacks   7.6e-7   7.5e-7   outputs, logits, residual labels, losses,
//	                     ResNet18                   6.6e-6   6.1e-6   running statistics
//	gradient  1e-4       layers, encoders, stacks   3.8e-6   1.7e-6   of every weight and input
//	                     ResNet18                   3.1e-5   1.8e-5
//	trained   1e-4       SGD, 20 mini-batches       5.0e-7   5.5e-7   weights, running statistics, losses, logits
//	                     Adam, 20 mini-batches      2.4e-6   1.2e-6
//	rate      1e-12      step schedule (float64)    0        0
//
// # Where a tolerance cannot hold
//
// A gradient jumps where a ReLU's input passes 0, or where two entries under a maximum are equal. With 400,000 ReLUs a
// few inputs lie within rounding of 0; float32 then takes one side or the other by chance. On one such case PyTorch in
// float32 differs from PyTorch in float64 by 1.0e-1 of a gradient, and ours from PyTorch's by 2e-2. The oracle
// therefore draws the inputs of networks anew until, in float64, every ReLU's input and every runner-up of a maximum is
// at least 5e-6 away; for the training cases of the switches, 1e-6 at every one of the mini-batches. Write cases for deep
// networks likewise.
//
// ResNet18 in training mode leaves float32 little room: its last stage normalises over a dozen values, and PyTorch in
// float32 is 5e-6 to 8e-6 away from PyTorch in float64, as we are. Two such answers can differ by more than 1e-5. The
// expected outputs of ResNet18 are therefore PyTorch's in float64, those of everything else PyTorch's in float32.
//
// The bias of a linear map before batch normalisation has gradient 0 in exact arithmetic; both sides compute the
// rounding of its terms. Give the magnitude of the terms as scale/grad/…: the sum over the batch of the absolute
// gradients of the map's output. Adam divides such a gradient by its own size and so moves the bias by ±rate at random.
// The network's output does not depend on it, but after/… of the bias and of the running mean cannot agree.
//
// Adam is GoMLX's. With one modality that never grows it agrees with torch.optim.AdamW, and without decay with
// torch.optim.Adam. With two or more it does not: GoMLX corrects the bias of its moments by the steps of the optimizer,
// PyTorch by those of each tensor. So with two modalities the first step of an encoder may be 0.74 of the rate instead
// of 1, and a classifier that is added after a thousand steps begins with steps of up to 5 times the rate (6.6 times later
// on). After 20 mini-batches with two modalities the weights differ from PyTorch's by 1 to 2 %, the logits by up to
// 10 %. The cases adamw_shared_count_… hold the optimizer to this rule, not to PyTorch's.
//
// SGD follows PyTorch ≥ 2, where a tensor without a gradient is skipped, or with step alternating-legacy PyTorch 1, where
// zero_grad left zeros and momentum and decay went on. What a classifier has that no term of the loss depends on is not
// PyTorch's choice but the network's: with one tensor of stacked logits, as here and in the oracle, a gradient of zero; with
// a tensor for each classifier, as in the released code, none. It matters for terms ["newest"], where the earlier Layer1
// then stop at once instead of running down (up to 7e-2 of a weight after 20 mini-batches), and for ["previous"], where the
// newest is not decayed (1e-4).
//
// # What a run does
//
// TestRunIsTheComparedTraining in package train runs train.Run, writes its mini-batches, first weights and growth into a case
// and its last weights as what is expected: on the pure-Go backend they are the same numbers, on others within 1e-6.
package parity
