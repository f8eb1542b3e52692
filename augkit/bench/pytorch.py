"""The work of Go's BenchmarkBeside as a PyTorch user would write it.

Usage: python pytorch.py WORK [--iterations N] [--threads N]. The answer is one line in the format of Go's benchmarks, with
what must be equal on both sides beside the time. First weights, inputs and labels are the formulas of
augkit/train/beside_bench_test.go.
"""

import argparse
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from line import answer

LAMBDA = 0.5


def mixed(first, n):
    """n numbers in [0, 1) that look random."""
    i = np.arange(first, first + n, dtype=np.int64)
    return ((i * 2654435761 >> 7) % 65536) / 65536


def uniform(shape, variance, first=0):
    values = (2 * mixed(first, math.prod(shape)) - 1) * math.sqrt(3 * variance)
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def inputs(samples, height, width, channels):
    """The same numbers in the same places as in Go, where the channel comes last."""
    values = (2 * mixed(0, samples * height * width * channels) - 1).astype(np.float32)
    return torch.from_numpy(values.reshape(samples, height, width, channels)).permute(0, 3, 1, 2).contiguous()


def unit(width, out, k, stride):
    return nn.Sequential(nn.Conv2d(width, out, k, stride, k // 2, bias=False), nn.BatchNorm2d(out))


class Block(nn.Module):
    def __init__(self, width, out, stride):
        super().__init__()
        self.first, self.second = unit(width, out, 3, stride), unit(out, out, 3, 1)
        self.shortcut = unit(width, out, 1, stride) if stride != 1 or width != out else nn.Identity()

    def forward(self, x):
        y = F.relu(self.first(x), inplace=True)
        return F.relu(self.second(y) + self.shortcut(x), inplace=True)


class Mean(nn.Module):
    def forward(self, x):
        return x.mean(dim=(2, 3))


def resnet18(channels):
    layers = [unit(channels, 64, 7, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
    width = 64
    for out in (64, 128, 256, 512):
        layers += [Block(width, out, 1 if out == 64 else 2), Block(out, out, 1)]
        width = out
    return nn.Sequential(*layers, Mean()), width


def cnn(channels):
    layers = []
    for out in (32, 64, 128):
        layers += [unit(channels, out, 3, 2), nn.ReLU(inplace=True)]
        channels = out
    return nn.Sequential(*layers, Mean()), channels


class Network(nn.Module):
    """An encoder and a stack of classifiers for each modality; the classifiers' second layer is one for all."""

    def __init__(self, encoder, channels, counts, classes):
        super().__init__()
        made = [encoder(c) for c in channels]
        self.encoders = nn.ModuleList(e for e, _ in made)
        self.stacks = nn.ModuleList(
            nn.ModuleList(nn.Linear(width, 256) for _ in range(n)) for n, (_, width) in zip(counts, made))
        self.head = nn.Linear(256, classes)
        self.reset()

    def forward(self, m, x):
        return self.classify(m, self.encoders[m](x))

    def classify(self, m, feature):
        return [self.head(F.relu(layer(feature))) for layer in self.stacks[m]]

    @torch.no_grad()
    def reset(self):
        """The first weights; the biases are zero and a batch norm's are PyTorch's own."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                out, width, k, _ = module.weight.shape
                module.weight.copy_(uniform((k, k, width, out), 2 / (k * k * out)).permute(3, 2, 0, 1))
        for layer, first in [(self.head, 0)] + [(c, t * 1_000_003) for stack in self.stacks for t, c in enumerate(stack, 1)]:
            out, width = layer.weight.shape
            layer.weight.copy_(uniform((width, out), 2 / (width + out), first).T)
            layer.bias.zero_()


def loss_of(logits, labels):
    """Equations (2) to (5) of the paper; a sum of predictions is a sum of logits."""
    if len(logits) == 1:
        return F.cross_entropy(logits[0], labels)
    earlier = sum(logits[:-1])
    y = F.one_hot(labels, earlier.shape[1]).float()
    residual = (y - LAMBDA * y * earlier.softmax(dim=1)).detach()
    return F.cross_entropy(logits[-1], residual) + F.cross_entropy(earlier + logits[-1], labels) + F.cross_entropy(earlier, labels)


class Training:
    """Data in memory, network and optimizer."""

    def __init__(self, encoder, data, counts, classes, training, batch, bfloat16=False):
        self.data, self.batch, self.training, self.bfloat16 = data, batch, training, bfloat16
        self.net = Network(encoder, [x.shape[1] for x in data], counts, classes)
        self.labels = torch.arange(len(data[0])) % classes
        self.sgd = torch.optim.SGD(self.net.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)

    def facts(self):
        return {"steps/op": self.training // self.batch * len(self.data),
                "params": sum(p.numel() for p in self.net.parameters())}

    def train(self):
        """All mini-batches of an epoch, one optimizer step for each modality in turn; the sum of their losses."""
        self.net.train()
        order = torch.randperm(self.training)
        total = 0.0
        for b in range(self.training // self.batch):
            rows = order[b * self.batch:(b + 1) * self.batch]
            for m, x in enumerate(self.data):
                self.sgd.zero_grad(set_to_none=True)
                with torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
                    feature = self.net.encoders[m](x[rows])
                loss = loss_of(self.net.classify(m, feature.float()), self.labels[rows])
                loss.backward()
                self.sgd.step()
                total += loss.item()
        if not math.isfinite(total):
            raise SystemExit("training diverged")
        return total

    @torch.inference_mode()
    def evaluate(self):
        """A clean pass over all samples: what scores and selection are made of."""
        self.net.eval()
        for m, x in enumerate(self.data):
            for chunk in x.split(64):
                torch.stack(self.net(m, chunk), dim=1).numpy()


def steps(name, iterations, data, counts, bfloat16=False):
    t = Training(resnet18, data, counts, 6, len(data[0]), len(data[0]), bfloat16)
    facts = {"first-loss-in-bfloat16" if bfloat16 else "first-loss": t.train(), **t.facts()}
    with FlopCounterMode(display=False) as counter:
        t.train()
    answer(name, iterations, t.train, {**facts, "GFLOP/op": counter.get_total_flops() / 1e9})


def epoch(name, iterations):
    t = Training(cnn, [inputs(4502 + 643, 32, 32, 3), inputs(4502 + 643, 86, 32, 1)], [1, 4], 9, 4502, 64)

    def one():
        t.train()
        t.evaluate()

    one()
    answer(name, iterations, one, t.facts())


def matmul(name, iterations):
    n = 2048
    x = torch.from_numpy(mixed(0, n * n).astype(np.float32).reshape(n, n))
    x @ x
    answer(name, iterations, lambda: x @ x, {"GFLOP/op": 2 * n**3 / 1e9})


WORKS = {
    "matmul-2048": matmul,
    "resnet18-64x64x3-batch16": lambda *a: steps(*a, [inputs(16, 64, 64, 3)], [1]),
    "resnet18-224x224x3-batch8": lambda *a: steps(*a, [inputs(8, 224, 224, 3)], [1]),
    "resnet18-224x224x3-batch8-bfloat16": lambda *a: steps(*a, [inputs(8, 224, 224, 3)], [1], bfloat16=True),
    "resnet18-257x188x1-batch8": lambda *a: steps(*a, [inputs(8, 257, 188, 1)], [1]),
    "released-step": lambda *a: steps(*a, [inputs(8, 257, 188, 1), inputs(8, 224, 224, 3)], [1, 11]),
    "stamps9-epoch": epoch,
}


def main():
    parser = argparse.ArgumentParser(description="one work of Go's BenchmarkBeside in PyTorch")
    parser.add_argument("work", choices=WORKS)
    parser.add_argument("--iterations", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    WORKS[args.work](args.work, args.iterations)


if __name__ == "__main__":
    main()
