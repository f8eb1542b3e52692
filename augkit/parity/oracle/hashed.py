"""Weights and summaries that both sides compute from a formula, so that large networks need no large files.

The formula is in the documentation of the Go package parity, under "Weights from a seed" and "Summaries".
"""

import math

import numpy as np

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def splitmix(x):
    """Steele, Lea and Flood's SplitMix64 output for the state x; works on uint64 arrays."""
    with np.errstate(over="ignore"):
        z = np.asarray(x, dtype=np.uint64) + GOLDEN
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def fnv(name):
    """FNV-1a, 64 bits."""
    h = 0xCBF29CE484222325
    for b in name.encode():
        h = (h ^ b) * 0x100000001B3 % 2**64
    return h


def weight(seed, name, shape):
    """The float32 weight of that name: uniform, with the spread and centre that its last part asks for."""
    key = splitmix(np.uint64(seed ^ fnv(name)))
    with np.errstate(over="ignore"):
        z = splitmix(key + np.arange(math.prod(shape), dtype=np.uint64))
    u = (z >> np.uint64(40)).astype(np.float64) / 2.0**23 - 1
    centre, spread = 0.0, 0.1
    match name.rsplit("/", 1)[-1]:
        case "kernel":
            spread = math.sqrt(6 / (shape[0] * shape[1] * shape[3]))
        case "weights":
            spread = math.sqrt(6 / (shape[0] + shape[1]))
        case "scale" | "running_var":
            centre = 1.0
    return (centre + spread * u).astype(np.float32).reshape(shape)


def summary(a):
    """Root mean square, mean and 16 entries of an array."""
    a = np.asarray(a, dtype=np.float64).reshape(-1)
    places = splitmix(np.arange(1, 17, dtype=np.uint64)) % np.uint64(a.size)
    return np.concatenate([[math.sqrt(np.mean(a * a)), np.mean(a)], a[places.astype(np.int64)]])
