"""Cases of 20 mini-batches of training: a step for each modality in turn on one optimizer, with and without growth."""

import numpy as np
import torch

import nets
from nets import Weights

STEPS = 20


class SharedCountAdamW:
    """AdamW whose bias correction counts the steps of the optimizer, not those of each tensor. GoMLX's is like this."""

    def __init__(self, rate, decay):
        self.rate, self.decay, self.count, self.moments = rate, decay, 0, {}

    @torch.no_grad()
    def step(self, tensors):
        self.count += 1
        c1, c2 = 1 - 0.9**self.count, 1 - 0.999**self.count
        for t in tensors:
            if t.grad is None:
                continue
            m, v = self.moments.setdefault(t, (torch.zeros_like(t), torch.zeros_like(t)))
            m.mul_(0.9).add_(t.grad, alpha=0.1)
            v.mul_(0.999).addcmul_(t.grad, t.grad, value=0.001)
            t.sub_(self.rate * (m / c1 / ((v / c2).sqrt() + 1e-8) + self.decay * t))


def clear(opt, w, zeros):
    """Before a loss goes back: zero_grad of PyTorch ≥ 2, or that of 1.x, where whatever has a gradient keeps one of zeros."""
    if zeros:
        opt.zero_grad(set_to_none=False)
        return
    for t in w.values():
        t.grad = None


def frozen(name, switches):
    """Whether the optimizer was made before this classifier was there, and never got to know it."""
    part = name.split("/")[1]
    return switches.get("trained_classifiers") == "first" and part.startswith("layer1_") and part != "layer1_01"


def run(name, modalities, classes, batch, lam, seed, shapes, optimizer, grow=(), schedule=None, shared_count=False,
        smooth=0, method="aug", **switches):
    """A case of training. With smooth the inputs are drawn until no kink is nearer at any mini-batch, see nets.smooth."""
    def draw(rng):
        labels = rng.integers(0, classes, (STEPS, batch))
        inputs = {"labels": labels.astype(np.int64)}
        for (m, _, _), shape in zip(modalities, shapes):
            inputs[f"x/{m}"] = rng.standard_normal((STEPS, batch, *shape)).astype(np.float32)
        if switches.get("gate"):
            # Before the first mini-batch there are no scores, and the ratios are 0.
            ratios = np.exp(rng.standard_normal((STEPS + 1, len(modalities))) / 2).astype(np.float32)
            ratios[0] = 0
            inputs |= {"ratio": ratios, "target": nets.gate_targets(ratios[1:])}
        return inputs

    def trained(inputs, dtype):
        return train(Weights(seed, dtype), inputs, modalities, classes, lam, optimizer, grow, schedule, shared_count, method,
                     **switches)

    if smooth:
        inputs = nets.smooth(lambda k: draw(np.random.default_rng([seed, k])), lambda x: trained(x, torch.float64)[0], smooth)
    else:
        inputs = draw(np.random.default_rng(seed))
    _, want, rates = trained(inputs, torch.float32)
    inputs["rates"] = np.array(rates)
    case = {"kind": "network", "classes": classes, "lambda": lam, "training": True, "steps": STEPS, "optimizer": optimizer,
            "modalities": [{"name": m, "encoder": e, "classifiers": n} for m, e, n in modalities],
            "grow": [{"after": a, "modality": m} for a, m in grow], "weights_seed": seed}
    case |= switches | ({} if method == "aug" else {"method": method})
    return dict(name=name, case=case, inputs=inputs, want=want, whole=False)


def train(w, inputs, modalities, classes, lam, optimizer, grow, schedule, shared_count, method, **switches):
    """The weights after 20 mini-batches, all that is expected, and the rates."""
    counts = [n for _, _, n in modalities]
    has_gate = switches.get("gate", False)

    def tensor(key, s):
        return torch.from_numpy(inputs[key][s]).to(w.dtype)

    def gates(s):
        return nets.gate(w, tensor("ratio", s))

    def feature(i, s, training):
        m, encoder, _ = modalities[i]
        return nets.ENCODERS[encoder](w, f"{m}/encoder", tensor(f"x/{m}", s), training)

    def logits(i, feature, g=None):
        out = nets.stack(w, modalities[i][0], feature, counts[i], classes)
        return out if g is None else nets.gated(out, g[i, 0])

    def make_weights():
        with torch.no_grad():
            for i in range(len(modalities)):
                logits(i, feature(i, 0, False))
            if has_gate:
                gates(0)

    make_weights()
    rate, decay = optimizer["learning_rate"], optimizer["weight_decay"]
    trained = {k: v for k, v in w.trainable().items() if not frozen(k, switches)}
    if optimizer["name"] == "sgd":
        groups = [{"params": [v for k, v in trained.items() if not k.startswith("gate/")]}]
        if has_gate:
            groups.append({"params": [v for k, v in trained.items() if k.startswith("gate/")], "lr": rate / 10})
        opt = torch.optim.SGD(groups, lr=rate, momentum=optimizer["momentum"], weight_decay=decay)
    elif shared_count:
        opt = SharedCountAdamW(rate, decay)
    else:
        opt = torch.optim.AdamW(list(trained.values()), lr=rate, weight_decay=decay)
    plan = torch.optim.lr_scheduler.StepLR(opt, *schedule) if schedule else None
    zeros = switches.get("step") == "alternating-legacy"
    each = [[i] for i in range(len(modalities))]
    steps = [sum(each, [])] if switches.get("step") == "joint" or method == "joint" else each
    rates, recorded = [], []

    def update(loss):
        loss.backward()
        if shared_count:
            opt.step(w.trainable().values())
        else:
            opt.step()
        return loss.item()

    for s in range(STEPS):
        rates.append(rate if shared_count else opt.param_groups[0]["lr"])
        y, row = torch.from_numpy(inputs["labels"][s]), []
        g = gates(s).detach() if has_gate else None
        if zeros:  # as released: all encoders run before the first step
            features = [feature(i, s, True) for i in range(len(modalities))]
        for members in steps:
            clear(opt, w, zeros)
            outputs = [logits(i, features[i] if zeros else feature(i, s, True), g) for i in members]
            if method == "joint":
                loss = nets.summed(outputs, y)
            else:
                loss = sum(nets.losses(out, y, lam, **switches)["loss"] for out in outputs)
            row.append(update(loss))
        if has_gate:
            clear(opt, w, zeros)
            row.append(update(torch.nn.functional.mse_loss(gates(s), tensor("target", s)[:, None])))
        if zeros:  # as released
            for t in w.values():
                if t.grad is not None:
                    del t.grad
        recorded.append(row)
        if plan:
            plan.step()
        for after, m in grow:
            if after == s + 1:
                i = [x for x, _, _ in modalities].index(m)
                counts[i] += 1
                known = set(w)
                make_weights()
                new = [w[k] for k in w if k not in known and not frozen(k, switches)]
                if new and not shared_count:
                    opt.add_param_group({"params": new, "lr": opt.param_groups[0]["lr"]})
    want = {"losses": np.array(recorded, dtype=np.float32)}
    with torch.no_grad():
        g = gates(STEPS) if has_gate else None
        want |= {f"logits/{m}": logits(i, feature(i, STEPS - 1, False), g) for i, (m, _, _) in enumerate(modalities)}
        if has_gate:
            want["gate"] = g[:, 0]
    want |= {f"after/{k}": v for k, v in w.items()}
    return w, want, rates


SGD = {"name": "sgd", "learning_rate": 0.01, "momentum": 0.9, "weight_decay": 1e-4}
ADAM = {"name": "adam", "learning_rate": 1e-3, "weight_decay": 1e-2}


def cases():
    two = [("audio", "none", 1), ("video", "none", 2)]
    three = [("audio", "none", 2), ("video", "none", 1), ("text", "none", 3)]
    deep = [("motion", "cnn1d", 1), ("text", "mlp", 1)]
    for seed in (1, 2, 3):
        yield run(f"sgd_two_seed{seed}", two, 6, 7, 0.33, seed, [(8,), (5,)], SGD)
        yield run(f"sgd_schedule_seed{seed}", two, 2, 5, 0.2, seed, [(8,), (5,)], SGD, schedule=(6, 0.1))
        yield run(f"sgd_grow_seed{seed}", two, 31, 13, 0.5, seed, [(8,), (5,)], SGD,
                  grow=[(5, "audio"), (10, "video"), (12, "audio")])
        yield run(f"sgd_three_grow_seed{seed}", three, 6, 5, 1, seed, [(8,), (5,), (11,)], SGD, grow=[(7, "video")])
        yield run(f"sgd_encoders_grow_seed{seed}", deep, 6, 13, 0.33, seed, [(40, 3), (20,)], SGD, grow=[(10, "motion")])
        yield run(f"adamw_one_seed{seed}", two[1:], 6, 7, 0.33, seed, [(5,)], ADAM)
        yield run(f"adam_one_seed{seed}", two[1:], 31, 5, 0.33, seed, [(5,)], ADAM | {"weight_decay": 0.0})
        yield run(f"adamw_shared_count_grow_seed{seed}", two, 2, 13, 0.33, seed, [(8,), (5,)], ADAM,
                  grow=[(10, "audio")], shared_count=True)
