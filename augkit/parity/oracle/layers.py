"""Cases of single layers and whole encoders: output, gradients, running statistics; and of the step schedule."""

import numpy as np
import torch

import nets
from nets import Weights

CONVS = [(3, 1), (3, 2), (1, 2), (7, 2)]  # kernel and stride of every convolution in the encoders


def run(name, case, f, x, seed, training, steps=0, keep_weights=False, whole=True, backward=True):
    w = Weights(seed)
    for s in range(max(steps, 1)):
        x_s = torch.from_numpy(x[s] if steps else x).requires_grad_()
        out = f(w, x_s, training)
    inputs, want = {"x": x}, {"out": out}
    if backward:
        cotangent = np.random.default_rng(seed + 1000).standard_normal(out.shape).astype(np.float32)
        (out * torch.from_numpy(cotangent)).sum().backward()
        inputs["cotangent"] = cotangent
        want["grad_x"] = x_s.grad
        want |= {f"grad/{k}": v.grad for k, v in w.trainable().items()}
    want |= {f"state/{k}": v for k, v in w.items() if k.endswith(nets.FIXED)}
    case = {"kind": "layer", "training": training, "steps": steps, **case}
    if not keep_weights:
        case["weights_seed"] = seed
    return dict(name=name, case=case, inputs=inputs, want=want, whole=whole,
                weights=w.first if keep_weights else None, scale={f"grad/{k}": v for k, v in w.sums.items()})


def encoder(layer, word, batch, shape, seed):
    """An encoder in training with gradients, and in evaluation."""
    def exact(x, training=True):
        w = Weights(seed, torch.float64)
        return w, nets.ENCODERS[layer](w, "", torch.from_numpy(x).double(), training)

    x = nets.smooth(lambda i: normal(100 * seed + i, batch, *shape), lambda x: exact(x)[0])
    for training in (True, False):
        case = run(f"{layer}_{word}_{'train' if training else 'eval'}_seed{seed}", {"layer": layer},
                  lambda w, x, t: nets.ENCODERS[layer](w, "", x, t), x, seed, training, whole=False, backward=training)
        if layer == "resnet18":
            # In float32 PyTorch itself is up to 8e-6 away from this, which would leave nothing of a tolerance of 1e-5.
            case["want"]["out"] = exact(x, training)[1].detach().numpy()
        yield case


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def cases():
    for seed in (1, 2, 3):
        for (k, s), batch in zip(CONVS, (5, 7, 13, 7)):
            yield run(f"conv{k}s{s}_seed{seed}", {"layer": "conv", "kernel": k, "stride": s, "width": 6},
                      lambda w, x, t: nets.conv(w, "", x, 6, k, s), normal(seed, batch, 9, 12, 3), seed, False,
                      keep_weights=True)
        for dims, batch, shape in ((1, 13, (4,)), (2, 5, (5, 6, 4))):
            for training in (True, False):
                word = "train" if training else "eval"
                x = normal(seed, 20, batch, *shape) * np.float32(1.5) + np.float32(0.7)
                yield run(f"batchnorm{dims}d_{word}_seed{seed}", {"layer": "batchnorm"},
                          lambda w, x, t: nets.batch_norm(w, "", x, t), x, seed, training, steps=20, keep_weights=True)
        for h, wd, batch in ((6, 8, 5), (7, 9, 7)):
            x = normal(seed, batch, h, wd, 3)
            yield run(f"maxpool2_{h}x{wd}_seed{seed}", {"layer": "maxpool2"},
                      lambda w, x, t: nets.max_pool(w, x, 2, 2, 0), x, seed, False)
            yield run(f"maxpool3_{h}x{wd}_seed{seed}", {"layer": "maxpool3"},
                      lambda w, x, t: nets.max_pool(w, x, 3, 2, 1), x, seed, False)
        yield run(f"dense_seed{seed}", {"layer": "dense", "width": 6}, lambda w, x, t: nets.dense(w, "", x, 6),
                  normal(seed, 13, 8), seed, False, keep_weights=True)
        yield from encoder("cnn", "32x32x3", 5, (32, 32, 3), seed)
        yield from encoder("cnn", "17x23x1", 7, (17, 23, 1), seed)
        yield from encoder("cnn1d", "50x6", 13, (50, 6), seed)
        yield from encoder("mlp", "50x6", 7, (50, 6), seed)
        if seed < 3:
            yield from encoder("resnet18", "image", 5, (33, 29, 3), seed)
            yield from encoder("resnet18", "spectrogram", 7, (33, 26, 1), seed)
    for name, rate, every, factor, epochs in (("tenths", 1e-2, 70, 0.1, 200), ("halves", 3e-3, 7, 0.5, 40), ("constant", 1e-2, 0, 0.1, 5)):
        opt = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
        step = torch.optim.lr_scheduler.StepLR(opt, every or epochs + 1, factor)
        rates = []
        for _ in range(epochs):
            rates.append(opt.param_groups[0]["lr"])
            opt.step()
            step.step()
        yield dict(name=f"schedule_{name}", inputs={}, want={"rates": np.array(rates)},
                   case={"kind": "schedule", "learning_rate": rate, "every": every, "factor": factor})
