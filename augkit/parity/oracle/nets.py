"""The networks and losses in PyTorch, written from the paper's equations and from PyTorch's documentation.

Arrays are laid out as in the case files: inputs [batch, height, width, channels], kernels [height, width, in, out],
linear weights [in, out].
"""

import numpy as np
import torch
import torch.nn.functional as F

import hashed

FIXED = ("running_mean", "running_var")


class Weights(dict):
    """Tensors by name, made from the seed when first asked for."""

    def __init__(self, seed, dtype=torch.float32):
        super().__init__()
        self.seed, self.dtype = seed, dtype
        self.margin = float("inf")  # of the kinks, see relu and max_pool
        self.first = {}  # the values before training
        self.sums = {}  # magnitude of the terms of gradients that are 0 in exact arithmetic

    def get(self, name, *shape):
        if name not in self:
            self.first[name] = hashed.weight(self.seed, name, shape)
            self[name] = torch.from_numpy(self.first[name].copy()).to(self.dtype).requires_grad_(not name.endswith(FIXED))
        return self[name]

    def trainable(self):
        return {k: v for k, v in self.items() if v.requires_grad}


    def note_zero(self, name, y):
        """The bias added to y has no gradient, since batch norm follows: only the rounding of its terms is left."""
        def hook(g):
            self.sums[name] = float(g.abs().flatten(0, -2).sum(dim=0).max())
        if y.requires_grad:
            y.register_hook(hook)

    def note_kink(self, gaps):
        """Distances from the places where a derivative jumps; exact zeros stem from an earlier ReLU and are none."""
        gaps = gaps.detach().abs()
        gaps = gaps[gaps > 0]
        if gaps.numel():
            self.margin = min(self.margin, float(gaps.min()))


def join(scope, name):
    return f"{scope}/{name}" if scope else name


def conv(w, scope, x, out, k, s):
    kernel = w.get(join(scope, "kernel"), k, k, x.shape[3], out)
    y = F.conv2d(x.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1), stride=s, padding=(k - 1) // 2)
    return y.permute(0, 2, 3, 1)


def batch_norm(w, scope, x, training):
    """BatchNorm1d or 2d over the last axis; running statistics change in place."""
    c = x.shape[-1]
    scale, offset = (w.get(join(scope, n), c) for n in ("scale", "offset"))
    mean, var = (w.get(join(scope, n), c) for n in FIXED)
    y = F.batch_norm(x.movedim(-1, 1), mean, var, scale, offset, training, momentum=0.1, eps=1e-5)
    return y.movedim(1, -1)


def dense(w, scope, x, out):
    return F.linear(x, w.get(join(scope, "weights"), x.shape[1], out).T, w.get(join(scope, "biases"), out))


def relu(w, x):
    w.note_kink(x)
    return F.relu(x)


def max_pool(w, x, k, s, pad):
    patches = F.pad(x, (0, 0, pad, pad, pad, pad), value=-1e9).unfold(1, k, s).unfold(2, k, s).flatten(-2)
    best = patches.topk(2).values
    w.note_kink(best[..., 0] - best[..., 1])
    return F.max_pool2d(x.permute(0, 3, 1, 2), k, s, pad).permute(0, 2, 3, 1)


def unit(w, scope, x, out, k, s, training):
    return batch_norm(w, join(scope, "norm"), conv(w, join(scope, "conv"), x, out, k, s), training)


def cnn(w, scope, x, training):
    for i, out in enumerate((32, 64, 128), 1):
        x = relu(w, unit(w, join(scope, f"block{i}"), x, out, 3, 2, training))
    return x.mean(dim=(1, 2))


def conv1d(w, scope, x, out, k, s, training):
    weights = w.get(join(scope, "conv/weights"), k * x.shape[2], out)
    kernel = weights.reshape(k, x.shape[2], out).permute(2, 1, 0)
    y = F.conv1d(x.transpose(1, 2), kernel, w.get(join(scope, "conv/biases"), out), stride=s).transpose(1, 2)
    if training:
        w.note_zero(join(scope, "conv/biases"), y)
    return batch_norm(w, join(scope, "norm"), y, training)


def cnn1d(w, scope, x, training):
    x = relu(w, conv1d(w, join(scope, "block1"), x, 32, 7, 3, training))
    x = relu(w, conv1d(w, join(scope, "block2"), x, 64, 5, 2, training))
    return x.mean(dim=1)


def mlp(w, scope, x, training):
    y = dense(w, join(scope, "linear"), x.flatten(1), 128)
    if training:
        w.note_zero(join(scope, "linear/biases"), y)
    return relu(w, batch_norm(w, join(scope, "norm"), y, training))


def resnet18(w, scope, x, training):
    x = max_pool(w, relu(w, unit(w, join(scope, "stem"), x, 64, 7, 2, training)), 3, 2, 1)
    for stage, width in enumerate((64, 128, 256, 512), 1):
        for block in (1, 2):
            at = join(scope, f"stage{stage}/block{block}")
            stride = 2 if stage > 1 and block == 1 else 1
            y = relu(w, unit(w, at + "/first", x, width, 3, stride, training))
            y = unit(w, at + "/second", y, width, 3, 1, training)
            if stride != 1 or x.shape[3] != width:
                x = unit(w, at + "/shortcut", x, width, 1, stride, training)
            x = relu(w, x + y)
    return x.mean(dim=(1, 2))


ENCODERS = {"cnn": cnn, "cnn1d": cnn1d, "mlp": mlp, "resnet18": resnet18, "none": lambda w, scope, x, training: x}


def stack(w, modality, feature, n, classes):
    """Logits [batch, n, classes] of n classifiers; the second layer is the shared head."""
    logits = []
    for t in range(1, n + 1):
        hidden = relu(w, dense(w, f"{modality}/layer1_{t:02d}", feature, 256))
        logits.append(dense(w, "head", hidden, classes))
    return torch.stack(logits, dim=1)


def losses(logits, labels, lam, residual="logits", terms=(), single_loss=1, **_):
    """Equations (2) to (5); a sum of predictions is a sum of logits, and the residual label is a constant.

    With residual probabilities the label subtracts the sum of the earlier classifiers' own probabilities. With terms only
    those are added up; a single classifier's cross entropy counts single_loss times.
    """
    y = F.one_hot(labels, logits.shape[2]).to(logits.dtype)
    n = logits.shape[1]
    if n == 1:
        return {"loss": single_loss * F.cross_entropy(logits[:, 0], labels)}
    earlier = logits[:, : n - 1].sum(dim=1)
    if residual == "probabilities":
        p = F.softmax(logits[:, : n - 1], dim=2).sum(dim=1)
    else:
        p = F.softmax(earlier, dim=1)
    residual = (y - lam * y * p).detach()
    parts = {"newest": F.cross_entropy(logits[:, n - 1], residual), "all": F.cross_entropy(logits.sum(dim=1), labels),
             "previous": F.cross_entropy(earlier, labels)}
    return {"residual": residual, **parts, "loss": sum(parts[k] for k in parts if not terms or k in terms)}


def summed(logits, labels):
    """The loss of joint training: all modalities' logits are one sum."""
    return F.cross_entropy(sum(x.sum(dim=1) for x in logits), labels)


def gate(w, ratios):
    """w_network of the authors' earlier commit: a number in (0, 1) for each modality [modalities, 1]."""
    x = ratios[:, None]
    for i, out in enumerate((512, 64, 1), 1):
        x = dense(w, f"gate/linear{i}", x, out)
        x = relu(w, x) if i < 3 else torch.sigmoid(x)
    return x


def gated(logits, g):
    """The logits of all classifiers but the first, multiplied."""
    return torch.cat([logits[:, :1], g * logits[:, 1:]], dim=1)


def gate_targets(ratios):
    """1 for a modality whose ratio is not above balance, else 0."""
    return (ratios <= 1 / (ratios.shape[-1] - 1)).astype(np.float32)


def smooth(draw, forward, least=5e-6):
    """The first of the arrays draw(0), draw(1), … on which a float64 network keeps all its kinks at a distance.

    Two ways to round can take different sides of a kink (a ReLU's 0, two equal entries under a maximum). PyTorch in
    float32 then differs from PyTorch in float64 by as much as a tenth of a gradient, and a comparison says nothing.
    """
    for i in range(1000):
        x = draw(i)
        w = forward(x)
        if w.margin >= least:
            return x
    raise RuntimeError("no smooth input in 1000 draws")


def array(t):
    return np.asarray(t.detach().numpy(), dtype=np.float32).copy()
