"""Raw files of stamps9 to features, as a Python user would read them: soundfile, soxr, NumPy and Pillow.

Usage: python loader.py (ogg|png) FOLDER [--iterations N]. The answer is a line as of pytorch.py. The files are those of
datasets/stamps9/bench_test.go: every twentieth recording, or every fourth picture, in the order of their names.
"""

import argparse
import math
import os
import pathlib
import re

import numpy as np
import soundfile
import soxr
from PIL import Image

from line import answer

TOP = r"(^|/stamps/|^stamps/)(animals|clothes|food|household|plants|seasonal|symbols|town|vehicles)/"
CLIP = re.compile(rf"{TOP}.+_desc_(fr|ro|ru|bg|ca|es|be|el|da)\.ogg$")
PICTURE = re.compile(rf"{TOP}.+(?<!_flip)\.png$")
MIRRORED = re.compile(r"_mir.*r\.png$")

RATE, FRAME, HOP, BANDS, FRAMES, SIDE, RANGE, TRIM = 8000, 256, 160, 32, 86, 32, 80, 0.02
LENGTH = FRAME + (FRAMES - 1) * HOP


def filters():
    """Triangles of height 1 with corners evenly on the mel scale, [FRAME/2+1, BANDS]."""
    top = 2595 * math.log10(1 + RATE / 2 / 700)
    corner = 700 * (10 ** (np.linspace(0, top, BANDS + 2) / 2595) - 1)
    f = np.arange(FRAME // 2 + 1)[:, None] * RATE / FRAME
    low, mid, high = corner[:-2], corner[1:-1], corner[2:]
    return np.clip(np.minimum((f - low) / (mid - low), (high - f) / (high - mid)), 0, None).astype(np.float32)


MEL = filters()
WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)).astype(np.float32)


def ogg(path):
    """Log-mel levels 0 … 255 for −80 … 0 dB, [FRAMES, BANDS]."""
    x, rate = soundfile.read(path, dtype="float32", always_2d=True)
    x = x.mean(axis=1) if x.shape[1] > 1 else x[:, 0]
    loud = np.flatnonzero(np.abs(x) >= TRIM * np.abs(x).max())
    x = x[loud[0]:loud[-1] + 1][:math.ceil((LENGTH + 64) * rate / RATE)]  # no more than is looked at
    y = soxr.resample(x, rate, RATE)[:LENGTH]
    y = np.pad(y, (0, LENGTH - len(y)))
    frames = np.lib.stride_tricks.sliding_window_view(y, FRAME)[::HOP]
    power = np.abs(np.fft.rfft(frames * WINDOW, axis=1)) ** 2 @ MEL
    db = 10 * np.log10(np.maximum(power, 1e-10))
    return np.rint((np.maximum(db - db.max(), -RANGE) + RANGE) * (255 / RANGE)).astype(np.uint8)


def png(path):
    """RGB over white, the longer side scaled to SIDE, [SIDE, SIDE, 3]."""
    with Image.open(path) as image:
        scale = SIDE / max(image.size)
        size = [max(1, round(n * scale)) for n in image.size]
        small = image.convert("RGBA").resize(size, Image.Resampling.BILINEAR)
    out = Image.new("RGBA", (SIDE, SIDE), "white")
    out.alpha_composite(small, tuple((SIDE - n) // 2 for n in size))
    return np.asarray(out)[:, :, :3]


def chosen(kind, folder):
    root = pathlib.Path(folder)
    names = sorted(p.relative_to(root).as_posix() for p in root.rglob("*." + kind))
    if kind == "ogg":
        return [root / n for n in names if CLIP.search(n)][::20]
    return [root / n for n in names if PICTURE.search(n) and not MIRRORED.search(n)][::4]


def main():
    parser = argparse.ArgumentParser(description="raw files of stamps9 to features in Python")
    parser.add_argument("kind", choices=["ogg", "png"])
    parser.add_argument("folder", help="the unpacked package")
    parser.add_argument("--iterations", type=int, default=3)
    args = parser.parse_args()
    read, files = {"ogg": ogg, "png": png}[args.kind], chosen(args.kind, args.folder)
    if not files:
        raise SystemExit(f"{args.folder} holds no {args.kind} file of stamps9")
    level = np.mean([read(f).mean() for f in files])

    def all_files():
        for f in files:
            read(f)

    answer(f"files-{args.kind}", args.iterations, all_files,
           {"files/op": len(files), "bytes/op": sum(os.path.getsize(f) for f in files), "level": level})


if __name__ == "__main__":
    main()
