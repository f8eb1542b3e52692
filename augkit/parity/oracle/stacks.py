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


def run(name, modalities, classes, batch, lam, seed, shapes, keep_weights=False, whole=True, method="aug", **switches):
    """The losses of each step and their gradients: modalities is a list of (name, encoder, classifiers)."""
    w = Weights(seed)
    labels = np.random.default_rng(seed).integers(0, classes, batch)
    inputs, want, scale = {"labels": labels.astype(np.int64)}, {}, {}
    for i, ((m, encoder, n), shape) in enumerate(zip(modalities, shapes)):
        def exact(x):
            w = Weights(seed, torch.float64)
            nets.stack(w, m, nets.ENCODERS[encoder](w, f"{m}/encoder", torch.from_numpy(x).double(), True), n, classes)
            return w

        inputs[f"x/{m}"] = nets.smooth(
            lambda k: np.random.default_rng([seed, i, k]).standard_normal((batch, *shape)).astype(np.float32), exact)
    g = None
    if switches.get("gate"):
        def exact_gate(ratios):
            w = Weights(seed, torch.float64)
            nets.gate(w, torch.from_numpy(ratios).double())
            return w

        ratios = nets.smooth(lambda k: np.exp(np.random.default_rng([seed, 9, k]).standard_normal(len(modalities)) / 2)
                             .astype(np.float32), exact_gate)
        inputs |= {"ratio": ratios, "target": nets.gate_targets(ratios)}
        g = nets.gate(w, torch.from_numpy(ratios))
        want["gate"] = g[:, 0]
    each = [[i] for i in range(len(modalities))]
    together = switches.get("step") == "joint" or method == "joint"
    for members in [sum(each, [])] if together else each:
        xs, logits, loss = {}, {}, 0
        for i in members:
            m, encoder, n = modalities[i]
            x = torch.from_numpy(inputs[f"x/{m}"]).requires_grad_()
            feature = nets.ENCODERS[encoder](w, f"{m}/encoder", x, True)
            xs[m], logits[m] = x, nets.stack(w, m, feature, n, classes)
            if g is not None:
                logits[m] = nets.gated(logits[m], g[i, 0].detach())
            want[f"logits/{m}"] = logits[m]
            if method != "joint":
                parts = nets.losses(logits[m], torch.from_numpy(labels), lam, **switches)
                loss = loss + parts.pop("loss")
                want |= {f"{k}/{m}": v for k, v in parts.items()}
        if method == "joint":
            loss = nets.summed(logits.values(), torch.from_numpy(labels))
        step = "joint" if together else m
        want[f"loss/{step}"] = loss
        loss.backward()
        want |= {f"grad_x/{m}": x.grad for m, x in xs.items()}
        take_gradients(w, step, want)
        scale |= {f"grad/{step}/{k}": v for k, v in w.sums.items() if together or k.startswith(step)}
    if g is not None:
        want["loss/gate"] = torch.nn.functional.mse_loss(g, torch.from_numpy(inputs["target"])[:, None])
        want["loss/gate"].backward()
        take_gradients(w, "gate", want)
    case = {"kind": "network", "classes": classes, "lambda": lam, "training": True,
            "modalities": [{"name": m, "encoder": e, "classifiers": n} for m, e, n in modalities]}
    case |= switches | ({} if method == "aug" else {"method": method})
    if not keep_weights:
        case["weights_seed"] = seed
    return dict(name=name, case=case, inputs=inputs, want=want, whole=whole, scale=scale,
                weights=w.first if keep_weights else None)


def take_gradients(w, step, want):
    """Moves the gradients of a step's loss out of the weights."""
    for k, v in w.trainable().items():
        if v.grad is not None:
            want[f"grad/{step}/{k}"] = v.grad.clone()
            v.grad = None


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
