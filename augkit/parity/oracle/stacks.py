"""Cases of stacks of classifiers with the shared head: logits, residual label, the losses, every gradient."""

import numpy as np
import torch

import nets
from nets import Weights

LAMBDAS = (0, 0.1, 0.2, 0.33, 0.5, 1)
COUNTS = (1, 2, 3, 10)
CLASSES = (2, 6, 31)
BATCHES = (5, 7, 13)
NAMES = ("audio", "video", "text")


def run(name, modalities, classes, batch, lam, seed, shapes, keep_weights=False, whole=True):
    """The losses of each modality and their gradients: modalities is a list of (name, encoder, classifiers)."""
    w = Weights(seed)
    labels = np.random.default_rng(seed).integers(0, classes, batch)
    inputs, want, scale = {"labels": labels.astype(np.int64)}, {}, {}
    for i, ((m, encoder, n), shape) in enumerate(zip(modalities, shapes)):
        def exact(x):
            w = Weights(seed, torch.float64)
            nets.stack(w, m, nets.ENCODERS[encoder](w, f"{m}/encoder", torch.from_numpy(x).double(), True), n, classes)
            return w

        x = nets.smooth(lambda k: np.random.default_rng([seed, i, k]).standard_normal((batch, *shape)).astype(np.float32), exact)
        inputs[f"x/{m}"] = x
        x = torch.from_numpy(x).requires_grad_()
        feature = nets.ENCODERS[encoder](w, f"{m}/encoder", x, True)
        logits = nets.stack(w, m, feature, n, classes)
        parts = nets.losses(logits, torch.from_numpy(labels), lam)
        parts["loss"].backward()
        want |= {f"logits/{m}": logits} | {f"{k}/{m}": v for k, v in parts.items()} | {f"grad_x/{m}": x.grad}
        for k, v in w.trainable().items():
            if v.grad is not None:
                want[f"grad/{m}/{k}"] = v.grad.clone()
                v.grad = None
        scale |= {f"grad/{m}/{k}": v for k, v in w.sums.items() if k.startswith(m)}
    case = {"kind": "network", "classes": classes, "lambda": lam, "training": True,
            "modalities": [{"name": m, "encoder": e, "classifiers": n} for m, e, n in modalities]}
    if not keep_weights:
        case["weights_seed"] = seed
    return dict(name=name, case=case, inputs=inputs, want=want, whole=whole, scale=scale,
                weights=w.first if keep_weights else None)


def cases():
    i = 0
    for n in COUNTS:
        for lam in LAMBDAS:
            others = [COUNTS[(i + 1) % 4], COUNTS[(i + 2) % 3]][: 1 + i % 2]
            modalities = [(m, "none", c) for m, c in zip(NAMES, [n, *others])]
            for seed in (1, 2, 3):
                yield run(f"stack{n}_lambda{lam}_seed{seed}", modalities, CLASSES[(i // 2) % 3], BATCHES[i % 3], lam, seed,
                          [(8,), (5,), (11,)], whole=seed == 1, keep_weights=n == 3 and lam == 0.33)
            i += 1
    for seed in (1, 2, 3):
        yield run(f"network_two_seed{seed}", [("image", "cnn", 2), ("audio", "mlp", 3)], 6, 13, 0.33, seed,
                  [(16, 17, 3), (9, 4)], whole=False)
        yield run(f"network_three_seed{seed}", [("image", "cnn", 1), ("motion", "cnn1d", 10), ("text", "mlp", 2)], 31, 7, 0.5,
                  seed, [(11, 12, 1), (40, 3), (20,)], whole=False)
