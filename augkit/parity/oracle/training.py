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


def run(name, modalities, classes, batch, lam, seed, shapes, optimizer, grow=(), schedule=None, shared_count=False):
    rng = np.random.default_rng(seed)
    w = Weights(seed)
    counts = [n for _, _, n in modalities]
    labels = rng.integers(0, classes, (STEPS, batch))
    inputs = {"labels": labels.astype(np.int64)}
    for (m, _, _), shape in zip(modalities, shapes):
        inputs[f"x/{m}"] = rng.standard_normal((STEPS, batch, *shape)).astype(np.float32)

    def logits(i, s, training):
        m, encoder, _ = modalities[i]
        feature = nets.ENCODERS[encoder](w, f"{m}/encoder", torch.from_numpy(inputs[f"x/{m}"][s]), training)
        return nets.stack(w, m, feature, counts[i], classes)

    def make_weights():
        with torch.no_grad():
            for i in range(len(modalities)):
                logits(i, 0, False)

    make_weights()
    rate, decay = optimizer["learning_rate"], optimizer["weight_decay"]
    if optimizer["name"] == "sgd":
        opt = torch.optim.SGD(list(w.trainable().values()), lr=rate, momentum=optimizer["momentum"], weight_decay=decay)
    elif shared_count:
        opt = SharedCountAdamW(rate, decay)
    else:
        opt = torch.optim.AdamW(list(w.trainable().values()), lr=rate, weight_decay=decay)
    plan = torch.optim.lr_scheduler.StepLR(opt, *schedule) if schedule else None
    rates, recorded = [], []
    for s in range(STEPS):
        rates.append(rate if shared_count else opt.param_groups[0]["lr"])
        row = []
        for i in range(len(modalities)):
            loss = nets.losses(logits(i, s, True), torch.from_numpy(labels[s]), lam)["loss"]
            for t in w.values():
                t.grad = None  # what zero_grad does since PyTorch 2: the optimizer then skips the tensor
            loss.backward()
            if shared_count:
                opt.step(w.trainable().values())
            else:
                opt.step()
            row.append(loss.item())
        recorded.append(row)
        if plan:
            plan.step()
        for after, m in grow:
            if after == s + 1:
                i = [x for x, _, _ in modalities].index(m)
                counts[i] += 1
                known = set(w)
                make_weights()
                new = [w[k] for k in w if k not in known]
                if not shared_count:
                    opt.add_param_group({"params": new, "lr": opt.param_groups[0]["lr"]})
    want = {"losses": np.array(recorded, dtype=np.float32)}
    with torch.no_grad():
        want |= {f"logits/{m}": logits(i, STEPS - 1, False) for i, (m, _, _) in enumerate(modalities)}
    want |= {f"after/{k}": v for k, v in w.items()}
    inputs["rates"] = np.array(rates)
    case = {"kind": "network", "classes": classes, "lambda": lam, "training": True, "steps": STEPS, "optimizer": optimizer,
            "modalities": [{"name": m, "encoder": e, "classifiers": n} for m, e, n in modalities],
            "grow": [{"after": a, "modality": m} for a, m in grow], "weights_seed": seed}
    return dict(name=name, case=case, inputs=inputs, want=want, whole=False)


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
