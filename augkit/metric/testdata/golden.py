"""Writes golden.json: scikit-learn's answers for the cases of golden_test.go.

Run where scikit-learn and SciPy are installed: python golden.py > golden.json
"""

import json
import warnings

import numpy as np
from scipy.special import log_softmax
from sklearn.metrics import accuracy_score, average_precision_score, confusion_matrix, f1_score, log_loss

warnings.simplefilter("ignore")  # absent classes warn, and that is what we test
rng = np.random.default_rng(7)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def ece(y, p, n):
    """Guo et al. 2017, equation 3, written apart from the Go code: np.digitize with closed right ends."""
    conf, hit = p.max(axis=1), p.argmax(axis=1) == y
    bins = np.digitize(conf, np.linspace(0, 1, n + 1)[1:-1], right=True)
    return float(sum(abs(hit[bins == b].mean() - conf[bins == b].mean()) * (bins == b).mean() for b in set(bins)))


def case(name, y, z):
    y, z = np.asarray(y), np.asarray(z, dtype=np.float32)
    k, z64 = z.shape[1], z.astype(np.float64)
    p = softmax(z64)
    guess = z.argmax(axis=1)
    logp = log_softmax(z64, axis=1)
    assert k == 1 or np.allclose(log_loss(y, p, labels=range(k)), -logp[np.arange(len(y)), y].mean(), atol=1e-6) or z.max() > 30
    return {
        "name": name,
        "classes": k,
        "labels": y.tolist(),
        "logits": z.ravel().tolist(),
        "accuracy": accuracy_score(y, guess),
        "macro_f1": f1_score(y, guess, average="macro", zero_division=0),
        "map": float(np.mean([average_precision_score((y == c).astype(int), p[:, c]) for c in range(k)])),
        "loss": float(-logp[np.arange(len(y)), y].mean()),
        "confidence": float(p[np.arange(len(y)), y].mean()),
        "confusion": confusion_matrix(y, guess, labels=range(k)).tolist(),
        "ece15": ece(y, p, 15),
        "ece4": ece(y, p, 4),
    }


y = rng.integers(0, 5, 40)
z = np.round(rng.normal(size=(40, 5)) + 1.5 * np.eye(5)[y], 3)
few = z[rng.integers(0, 4, 40)]  # four distinct rows: many tied scores

cases = [
    case("random", y, z),
    case("tied scores", y, few),
    case("all logits equal", [0, 1, 2, 1], np.zeros((4, 3))),
    case("class absent from labels", y % 3, z),
    case("class absent from labels and predictions", [0, 1, 0, 1], [[3, 1, 0], [2, 1, 0], [1, 4, 0], [0, 1, 0.5]]),
    case("class never predicted", [0, 1, 2, 2], [[3, 1, 0], [2, 1, 0], [1, 4, 0], [2, 1, 0.5]]),
    case("one class", [0, 0, 0], [[1], [2], [-3]]),
    case("one sample right", [1], [[0.5, 2, 1]]),
    case("one sample wrong", [0], [[0.5, 2, 1]]),
    case("large logits", [0, 1, 1], [[1000, -1000], [1000, -1000], [-3e4, 3e4]]),
]

precision = []
for name, pos, score in [
    ("plain", [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]),
    ("tie across classes", [1, 0, 1, 0], [0.9, 0.5, 0.5, 0.1]),
    ("all tied", [1, 0, 0, 1], [0.5, 0.5, 0.5, 0.5]),
    ("no positive", [0, 0, 0], [0.1, 0.2, 0.3]),
    ("only positive", [1, 1, 1], [0.1, 0.2, 0.3]),
    ("one", [1], [0.3]),
]:
    precision.append({"name": name, "positive": [bool(p) for p in pos], "scores": score,
                      "ap": float(average_precision_score(pos, score))})

print("{\n \"cases\": [")
print(",\n".join("  " + json.dumps(c) for c in cases))
print(" ],\n \"precision\": [")
print(",\n".join("  " + json.dumps(c) for c in precision))
print(" ]\n}")
