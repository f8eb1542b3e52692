"""Writes the case files of package parity: what PyTorch on the CPU answers, in float32.

Usage: python oracle.py FOLDER. Every file is a function of this program, PyTorch's version and the processor.
"""

import json
import pathlib
import sys

import numpy as np
import torch

import hashed
import layers
import stacks
import switches
import training
from nets import array

SMALL = 2600  # entries up to which an array is written whole


def write(folder, name, case, inputs, want, weights=None, scale=None, whole=True):
    """One NPZ file. Expected arrays that are long, or unless whole is set any beyond 40 entries, become summaries."""
    arrays = {"case": json.dumps({"schema": 1, "name": name, **case}, ensure_ascii=False)}
    arrays |= {k: np.asarray(v) for k, v in inputs.items()}
    if weights is not None:
        arrays |= {f"w/{k}": v for k, v in weights.items()}
    for key, value in want.items():
        value = array(value) if torch.is_tensor(value) else np.asarray(value)
        if value.size > (SMALL if whole else 40) and key.startswith(("grad", "after", "state")):
            arrays[f"summary/{key}"] = hashed.summary(value)
        else:
            arrays[f"want/{key}"] = value
    for key, value in (scale or {}).items():
        arrays[f"scale/{key}"] = np.float32(value)
    np.savez_compressed(folder / f"{name}.npz", **arrays)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.npz"):
        old.unlink()
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)  # sums in one order, whatever the machine
    for cases in (layers.cases, stacks.cases, training.cases, switches.cases):
        for case in cases():
            write(folder, **case)
    sizes = [f.stat().st_size for f in folder.glob("*.npz")]
    print(f"PyTorch {torch.__version__}: {len(sizes)} files, {sum(sizes) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
