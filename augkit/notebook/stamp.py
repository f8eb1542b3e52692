"""What the outputs of a notebook were made from, so that stale ones are found by content and not by time.

An executed notebook holds in metadata.aug: the mode (full or fast), the commit, a hash of its code cells, and a hash of
each of our packages that they use.
"""

import hashlib
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULE = "github.com/augkit/aug/"
IMPORT = re.compile(r'"(' + re.escape(MODULE) + r'[^"\s]+)"')
FILE = re.compile(r'"([\w.-][\w./-]*\.\w+)"')  # a relative path in quotes


def mode():
    """The mode that notebooks run in: augkit.Full in Go says the same."""
    return "fast" if os.environ.get("AUG_FULL", "") in ("", "0") else "full"


def code(notebook):
    """The hash of the code cells. White space at a line's end does not count."""
    cells = ["\n".join(line.rstrip() for line in cell.source.strip().splitlines())
             for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    return _short("\0".join(cells).encode())


def packages(notebook):
    """The names of our packages that the code cells use, directly or through others, each with its hash."""
    named = sorted({name for cell in notebook.cells if cell.cell_type == "code" for name in IMPORT.findall(cell.source)})
    if not named:
        return {}
    deps = _output("go", "list", "-deps", *named).split()
    ours = sorted(name.removeprefix(MODULE) for name in deps if name.startswith(MODULE))
    return {name: package(name) for name in ours}


def package(name):
    """The hash of a package: what stands in its folder, and in folders below that hold no package of their own, but for
    tests and texts. None if there is no such folder."""
    folder = ROOT / name
    if not folder.is_dir():
        return None
    sum = hashlib.sha256()
    for path in _files(folder):
        sum.update(str(path.relative_to(folder)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return sum.hexdigest()[:16]


def _files(folder):
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if path.name != "testdata" and not any(path.rglob("*.go")):
                yield from _files(path)
        elif not path.name.endswith(("_test.go", ".md", ".pyc")):
            yield path


def files(notebook, folder):
    """The files in the notebook's folder that its code cells name, each with its hash."""
    named = {name for cell in notebook.cells if cell.cell_type == "code" for name in FILE.findall(cell.source)}
    return {name: file(Path(folder) / name) for name in sorted(named) if (Path(folder) / name).is_file()}


def file(path):
    """The hash of a file; None if there is none."""
    return _short(path.read_bytes()) if path.is_file() else None


def commit():
    """The commit that is checked out, with a + if the code differs from it; empty without git."""
    head = _output("git", "rev-parse", "--short=12", "HEAD").strip()
    changed = _output("git", "status", "--porcelain", "--untracked-files=no", "--", "augkit", "datasets", "go.mod", "go.sum")
    return head + ("+" if head and changed.strip() else "")


def make(notebook, folder):
    """The stamp of a notebook that is about to be executed in a folder."""
    return {"mode": mode(), "commit": commit(), "code": code(notebook), "packages": packages(notebook),
            "files": files(notebook, folder)}


def _output(*command):
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:  # no such program
        return ""
    return done.stdout if done.returncode == 0 else ""


def _short(data):
    return hashlib.sha256(data).hexdigest()[:16]
