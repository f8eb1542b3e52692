"""Cases of the switches: what the paper leaves open or the released code does otherwise, one by one.

Losses and gradients of single mini-batches, and 20 mini-batches of training with SGD, most of them with gradients that
are taken away between steps (none, PyTorch ≥ 2) and with gradients that are zeroed (zeros, PyTorch 1).
"""

import itertools

import stacks
import training

# A hundred times the paper's decay, so that decaying twice, or not at all, is out of tolerance after 20 mini-batches.
SGD = training.SGD | {"weight_decay": 1e-2}
SEMANTICS = {"none": {}, "zeros": {"step": "alternating-legacy"}}
WIDTHS = [(8,), (5,), (11,)]
TERMS = ("newest", "all", "previous")
SUBSETS = [s for n in (1, 2) for s in itertools.combinations(TERMS, n)]


def features(*counts):
    return [(m, "none", n) for m, n in zip(stacks.NAMES, counts)]


def gradients(seed):
    def case(name, counts, classes, batch, lam, **switches):
        return stacks.run(f"{name}_seed{seed}", features(*counts), classes, batch, lam, seed, WIDTHS, whole=seed == 1, **switches)

    yield case("probabilities_two", (3, 2), 6, 7, 0.33, residual="probabilities")
    yield case("probabilities_three", (10, 1, 4), 31, 5, 1, residual="probabilities")
    yield case("single_two", (1, 2), 2, 13, 0.33, single_loss=2)
    yield case("single_three_joint", (1, 1, 3), 6, 5, 0.5, single_loss=2, step="joint")
    yield case("joint_step", (2, 3), 31, 7, 0.2, step="joint")
    yield case("method_joint", (1, 2, 1), 6, 13, 0, method="joint")
    yield case("control_joint_step", (1, 1), 2, 5, 0, method="control", single_loss=2, step="joint")
    for i, terms in enumerate(SUBSETS):
        yield case("terms_" + "_".join(terms), [(2, 3), (1, 4), (3, 1, 2)][i % 3], stacks.CLASSES[(i + seed) % 3],
                   stacks.BATCHES[i % 3], 0.5, terms=terms)
    yield case("terms_newest_probabilities", (3, 4), 6, 7, 1, terms=("newest",), residual="probabilities")
    yield case("gate_two", (1, 3), 6, 7, 0.2, gate=True)
    yield case("gate_three", (2, 1, 3), 31, 5, 0.33, gate=True)
    yield case("gate_joint_step", (2, 2), 2, 13, 0.5, gate=True, step="joint")


def trained(seed):
    def case(name, modalities, classes, batch, lam, grow=(), shapes=WIDTHS, smooth=1e-6, **switches):
        return training.run(f"sgd_{name}_seed{seed}", modalities, classes, batch, lam, seed, shapes, SGD, smooth=smooth,
                            grow=[(after, stacks.NAMES[i]) for after, i in grow], **switches)

    # The same as the sgd_… cases, under the other rule.
    legacy = SEMANTICS["zeros"]
    two, three = features(1, 2), features(2, 1, 3)
    yield case("two_zeros", two, 6, 7, 0.33, **legacy)
    yield case("schedule_zeros", two, 2, 5, 0.2, schedule=(6, 0.1), **legacy)
    yield case("grow_zeros", two, 31, 13, 0.5, [(5, 0), (10, 1), (12, 0)], **legacy)
    yield case("three_grow_zeros", three, 6, 5, 1, [(7, 1)], **legacy)
    deep = [("audio", "cnn1d", 1), ("video", "mlp", 1)]
    yield case("encoders_grow_zeros", deep, 6, 13, 0.33, [(10, 0)], shapes=[(40, 3), (20,)], smooth=5e-6, **legacy)
    yield case("control_zeros", features(1, 1), 6, 7, 0, method="control", single_loss=2, **legacy)
    for word, semantics in SEMANTICS.items():
        yield case(f"probabilities_{word}", features(3, 1), 6, 7, 0.5, [(5, 1), (10, 0)], residual="probabilities", **semantics)
        yield case(f"single_{word}", two, 2, 5, 0.33, [(10, 0)], single_loss=2, **semantics)
        yield case(f"first_{word}", two, 31, 13, 0.5, [(5, 0), (10, 1)], trained_classifiers="first", **semantics)
        yield case(f"first_three_{word}", three, 6, 5, 0.2, [(7, 1), (10, 2)], trained_classifiers="first", **semantics)
        for i, terms in enumerate(SUBSETS):
            yield case(f"terms_{'_'.join(terms)}_{word}", features(1, 2), stacks.CLASSES[i % 3], stacks.BATCHES[(i + 1) % 3], 0.33,
                       [(6, 0), (12, 1)], terms=terms, **semantics)
        yield case(f"gate_two_{word}", two, 6, 7, 0.2, [(7, 0)], gate=True, trained_classifiers="first", **semantics)
        yield case(f"gate_three_{word}", three, 31, 5, 0.33, [(10, 1)], gate=True, schedule=(6, 0.1), **semantics)
    yield case("joint_step", two, 6, 7, 0.33, [(5, 0), (10, 1)], step="joint")
    yield case("joint_step_three", three, 31, 5, 0.5, [(10, 1)], step="joint", trained_classifiers="first", single_loss=2)
    yield case("joint_step_gate", two, 2, 13, 0.2, [(10, 0)], step="joint", gate=True)
    yield case("joint_method", features(1, 1), 6, 7, 0, method="joint")
    yield case("joint_method_three", features(1, 1, 1), 2, 13, 0, method="joint")


def cases():
    for seed in (1, 2, 3):
        yield from gradients(seed)
        yield from trained(seed)
