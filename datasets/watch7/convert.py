#!/usr/bin/env python3
"""Make watch7.zip, the file that the watch7 data set embeds, from the seglearn wheel.

Example:
  pip download --no-deps seglearn==1.2.5      # 11 MB
  python3 -m venv venv && venv/bin/pip install numpy
  venv/bin/python datasets/watch7/convert.py seglearn-1.2.5-py3-none-any.whl datasets/watch7/watch7.zip

The zip has two entries. recordings.json describes the recordings in the order of the source. samples.bin holds, for
each recording and each of the six channels (ax ay az wx wy wz), its values as little-endian int16: the first value,
then the difference to the value before (modulo 65536). A value is a count of steps: 0.0002 for acceleration, 0.001
for angular velocity. Rounding is thus off by at most 0.0001 and 0.0005.
"""

import argparse
import hashlib
import io
import json
import zipfile

import numpy as np

SHA256 = "ec6b952c85c9627050102854b372d85951563d3b990df677d7c55547e87413dd"
STEPS = [0.0002] * 3 + [0.001] * 3
RATE = 50


def read_wheel(path):
    """Return the pickled dict of a wheel whose checksum is the expected one (a pickle from elsewhere may run code)."""
    with open(path, "rb") as f:
        wheel = f.read()
    got = hashlib.sha256(wheel).hexdigest()
    if got != SHA256:
        raise SystemExit(f"{path} has SHA-256 {got}, not {SHA256}; get seglearn 1.2.5")
    with zipfile.ZipFile(io.BytesIO(wheel)) as z:
        blob = z.read("seglearn/data/watch_dataset.npy")
    return np.load(io.BytesIO(blob), allow_pickle=True).item()


def quantise(x):
    """Return the int16 counts of a [steps, 6] recording, and fail where they do not fit."""
    q = np.rint(x / np.array(STEPS))
    if np.abs(q).max() > 32767:
        raise SystemExit("a value does not fit into 16 bits; raise STEPS")
    return q.astype(np.int16)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", help="seglearn-1.2.5-py3-none-any.whl")
    parser.add_argument("out", help="the file to write")
    args = parser.parse_args()

    data = read_wheel(args.wheel)
    recordings, blocks, error = [], [], np.zeros(6)
    for x, y, person, side in zip(data["X"], data["y"], data["subject"], data["side"]):
        q = quantise(x)
        error = np.maximum(error, np.abs(q * np.array(STEPS) - x).max(axis=0))
        delta = np.diff(q, axis=0, prepend=np.zeros((1, 6), np.int16))  # int16 wraps, and so does the reader
        blocks.append(delta.T.astype("<i2").tobytes())
        recordings.append({"class": int(y), "person": int(person), "right": bool(side == 1), "steps": len(x)})
    head = {
        "format": 1,
        "rate": RATE,
        "classes": list(data["y_labels"]),
        "channels": list(data["X_labels"]),
        "step": STEPS,
        "recordings": recordings,
    }
    with zipfile.ZipFile(args.out, "w") as z:
        for name, content in [
            ("recordings.json", json.dumps(head, indent=0).encode()),
            ("samples.bin", b"".join(blocks)),
        ]:
            info = zipfile.ZipInfo(name)  # dated 1980, so that the same wheel gives the same bytes
            info.compress_type = zipfile.ZIP_DEFLATED
            z.writestr(info, content, compresslevel=9)
    print(f"{args.out}: {len(recordings)} recordings, largest error by channel {error.round(6).tolist()}")


if __name__ == "__main__":
    main()
