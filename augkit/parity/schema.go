// # The case file
//
// A case is one NPZ file (numpy.savez or numpy.savez_compressed). Arrays are little-endian; numbers must be finite.
//
//	case        string   the settings, as json.dumps({...}); fields below
//	x, x/…      float32  inputs
//	labels      int64    class of each sample, from 0
//	w/NAME      float32  a weight; with "weights_seed" those that are missing are made by the formula below
//	want/KEY    float32 or float64: an expected array; at least one want/… or summary/…
//	summary/KEY float32 or float64 [18]: stands for a long expected array, see below
//	scale/KEY   float, one entry: compare KEY relative to this where it is larger than the largest |want/KEY|
//
// A name that is not in this list is an error, so that a misspelt array is not silently left out.
//
// # Layouts
//
// Pictures [batch, height, width, channels], sequences [batch, time, channels]. Convolution "kernel" [height,
// width, in, out] (PyTorch: weight.permute(2, 3, 1, 0)); linear "weights" [in, out] (PyTorch: weight.T) and "biases" [out];
// batch norm "scale", "offset", "running_mean", "running_var" [channels]. Padding of a convolution is (kernel-1)/2.
//
// # Settings of every case
//
//	schema        1
//	name          free text
//	kind          "layer", "network" or "schedule"
//	weights_seed  whole number ≥ 0, optional
//	training      true: batch norm uses and updates batch statistics; false (default): running statistics
//	steps         0 (default), or the number of rounds or mini-batches; inputs then have a first axis [steps, …]
//
// An unknown setting is an error.
//
// # Kind "layer"
//
//	layer   conv (kernel: odd, stride, width: output channels), dense (width), batchnorm, maxpool2 (2×2, stride 2, odd rest
//	        dropped), maxpool3 (3×3, stride 2, padding 1), or an encoder: cnn, cnn1d, mlp, resnet18
//	x          float32 [batch, …], or [steps, batch, …]: the layer is applied to each in turn
//	cotangent  float32, shape of the output, optional: gradients are those of sum(out·cotangent)
//	KEYs    out · grad_x · grad/WEIGHT · state/running_mean, state/running_var (with the path of the layer before them)
//	        out and the gradients are those of the last step
//	weights conv: kernel · dense: weights, biases · batchnorm: scale, offset, running_mean, running_var
//	        cnn: blockN/conv/kernel, blockN/norm/scale …, N = 1 … 3
//	        cnn1d: blockN/conv/weights, blockN/conv/biases, blockN/norm/…, N = 1, 2; weights [k·in, out], time before channel
//	        mlp: linear/weights, linear/biases, norm/…
//	        resnet18: stem/conv/kernel, stem/norm/…, stageS/blockB/first/conv/kernel, …/first/norm/…, …/second/…,
//	        …/shortcut/… (where a stage begins with another shape); S = 1 … 4, B = 1, 2
//
// # Kind "network"
//
//	method      "aug" (default), "control" or "joint"
//	classes     number of classes
//	lambda      λ of the residual label, 0 … 1
//	modalities  list of {"name": "audio", "encoder": "mlp", "classifiers": 2}; encoder as above, or "none": the input is
//	            the feature [batch, width]
//	optimizer   with steps > 0: {"name": "sgd", "learning_rate": 0.01, "momentum": 0.9, "weight_decay": 1e-4}, or "adam"
//	            (decay as AdamW)
//	grow        with steps > 0: list of {"after": 10, "modality": "audio"}: a classifier is added after so many mini-batches
//
// The switches, with the names and words of the experiment file; the first word of each is the default, the paper's:
//
//	residual             for aug: "logits": ŷ = y - λ·(y ⊙ softmax(Σ earlier logits)), or "probabilities": the sum of the
//	                     earlier classifiers' own softmax instead
//	single_loss          for aug and control: 1 or 2, how many times the cross entropy of a single classifier counts
//	terms                for aug: those of ["newest", "all", "previous"] (ε, ε_all, ε_pre) that are added up; [] (default): all.
//	                     A classifier that none of them depends on has a gradient of zero, as where logits are stacked
//	step                 "alternating": a step for each modality in order; before each, gradients are taken away (PyTorch ≥ 2:
//	                     set to None), and a tensor without one is skipped
//	                     "joint": one step on the sum of the losses
//	                     "alternating-legacy", with steps > 0: gradients are zeroed between the steps of a mini-batch (PyTorch
//	                     1) and taken away after it. So a step also moves the modalities that had theirs, and the gate's the
//	                     head too, by momentum and decay
//	trained_classifiers  "all", or with steps > 0 "first": the optimizer does not know layer1_02, layer1_03, …
//	gate                 for aug with two modalities or more and sgd: true multiplies the logits of a modality's added
//	                     classifiers by its gate, sigmoid(linear3(ReLU(linear2(ReLU(linear1(ratio)))))) with 512, 64 and 1
//	                     outputs. No gradient flows into it from there. Its own step, the last of a mini-batch, takes the mean
//	                     squared difference from target, at a tenth of the learning rate
//
// Arrays, M a modality:
//
//	labels      int64 [batch] or [steps, batch]
//	x/M         float32 [batch, …] or [steps, batch, …], for each modality
//	rates       float64 [steps], optional: the learning rate of each mini-batch
//	ratio       with gate: float32 [modalities], or [steps + 1, modalities]: what the gate is asked with, in each mini-batch and
//	            at the end
//	target      with gate: float32 [modalities] or [steps, modalities]
//	weights     M/encoder/… as above, M/layer1_01/weights [feature, 256] and …/biases, layer1_02 for the second classifier
//	            and so on (also those that are added later), head/weights [256, classes], head/biases; with gate
//	            gate/linear1/weights [1, 512], gate/linear1/biases, gate/linear2/…, gate/linear3/…
//	KEYs without steps:
//	    logits/M [batch, classifiers, classes] · residual/M [batch, classes] · newest/M, all/M, previous/M, loss/M scalars:
//	    ε, ε_all, ε_pre and the sum of the terms, means over the batch (with one classifier only loss: the cross entropy)
//	    grad/M/WEIGHT and grad_x/M: gradients of loss/M. With method or step joint, M is joint in loss/M and grad/M/WEIGHT ·
//	    state/…, the running statistics after one pass
//	    with gate also gate [modalities] · loss/gate · grad/gate/WEIGHT
//	KEYs with steps:
//	    losses [steps, steps of a mini-batch], in their order: of each modality (joint: one), then of the gate · after/WEIGHT:
//	    all weights and running statistics at the end · logits/M, gate: of the last mini-batch at the end, in evaluation mode
//
// # Kind "schedule"
//
// Its settings are learning_rate, every and factor. KEY: rates, float64 [epochs], the rate of each epoch: learning_rate,
// multiplied by factor after every so many epochs (0: never).
//
// # Weights from a seed
//
// All in uint64. S(x) is SplitMix64: z = x + 0x9E3779B97F4A7C15, z = (z ^ z>>30) ·
// 0xBF58476D1CE4E5B9, z = (z ^ z>>27) · 0x94D049BB133111EB, S = z ^ z>>31. With key = S(weights_seed ^ FNV-1a-64(NAME)),
// entry i (row by row) has u = (S(key + i) >> 40) / 2^23 - 1 and is float32(centre + spread·u): kernel 0, √(6/(height·width·
// out)); weights 0, √(6/(in + out)); scale and running_var 1, 0.1; all others 0, 0.1.
//
// # Summaries
//
// An array summary/KEY holds 18 numbers for an array a with n entries: the root mean square, the mean, and the entries
// a[S(k) mod n], k = 1 … 16, counted row by row.
//
// # Example in Python
//
//	import json, numpy as np, torch
//	x, c = torch.randn(5, 8, requires_grad=True), torch.randn(5, 3)
//	f = torch.nn.Linear(8, 3)
//	y = f(x); (y * c).sum().backward()
//	np.savez("dense.npz", case=json.dumps({"schema": 1, "kind": "layer", "layer": "dense", "width": 3}),
//	    x=x.detach().numpy(), cotangent=c.numpy(),
//	    **{"w/weights": f.weight.detach().numpy().T, "w/biases": f.bias.detach().numpy(), "want/out": y.detach().numpy(),
//	       "want/grad_x": x.grad.numpy(), "want/grad/weights": f.weight.grad.numpy().T})
package parity
