"""Checks committed notebooks without executing them: that their outputs are there, whole, and made from their code.

Example: .venv/bin/python augkit/notebook/check.py notebooks/*.ipynb

What must not be committed ends with exit code 1. That our code has changed since is only said, since a change need not
change an output; `make outputs` renews them.
"""

import argparse
import os
import re
import sys
from pathlib import Path

import nbformat

import stamp

MOST_BYTES = 1_000_000
MOST_CELLS = 20

# Folders that are of one machine.
PATHS = re.compile(r"(?<![\w.:/-])/(?:root|work|home|tmp)(?:/[\w.-]+)+")
# Hosts that only a package tool talks to.
REGISTRIES = re.compile(r"pythonhosted\.|\bpypi\.|\bproxy\.golang\.|\bsum\.golang\.|\bregistry\.[a-z]|\bdocker\.io|\bghcr\.|\bquay\.")
SETTINGS = ("GOPROXY", "GOSUMDB", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX")


def registries(environment=os.environ):
    """The hosts of the registries that this machine is told to use."""
    text = " ".join(environment.get(name, "") for name in SETTINGS)
    return set(re.findall(r"https?://(?:[^@/\s]*@)?([^/:,|\s]+)", text))


def texts(notebook):
    """Each piece of text of a notebook with where it stands."""
    for i, cell in enumerate(notebook.cells):
        yield f"cell {i + 1}", cell.source
        for output in cell.get("outputs", []):
            where = f"output of cell {i + 1}"
            yield where, output.get("text", "")
            yield where, "\n".join(output.get("traceback", []))
            for kind, data in output.get("data", {}).items():
                if isinstance(data, str) and not (kind.startswith("image/") and kind != "image/svg+xml"):
                    yield where, re.sub(r"base64,[^\"')\s]*", "", data)


def problems(notebook, size):
    """What must not be committed."""
    found = []
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    made = notebook.metadata.get("aug", {})
    if size > MOST_BYTES:
        found.append(f"has {size / 1e6:.2f} MB, more than {MOST_BYTES / 1e6:.0f} MB")
    if len(notebook.cells) > MOST_CELLS:
        found.append(f"has {len(notebook.cells)} cells, more than {MOST_CELLS}")
    if not any(cell.outputs for cell in code):
        found.append("has no outputs")
    elif not made:
        found.append("does not say what its outputs were made from")
    else:
        if made.get("mode") != "full":
            found.append(f"has the outputs of the {made.get('mode')} mode, not of the full one")
        if made.get("code") != stamp.code(notebook):
            found.append("has code cells that are not those that its outputs were made from")
    for i, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                found.append(f"has an error in the output of cell {i + 1}: {output.get('evalue', '')}")
    hosts = registries()
    for where, text in texts(notebook):
        for path in sorted(set(PATHS.findall(text))):
            found.append(f"has the absolute path {path} in the {where}")
        for host in sorted(set(REGISTRIES.findall(text)) | {h for h in hosts if h in text}):
            found.append(f"has the name of a registry, {host}, in the {where}")
    return found


def changes(notebook, folder):
    """Our packages, and data files, that have changed since the outputs were made."""
    made = notebook.metadata.get("aug", {})
    changed = [name for name, hash in made.get("packages", {}).items() if stamp.package(name) != hash]
    return changed + [name for name, hash in made.get("files", {}).items() if stamp.file(Path(folder) / name) != hash]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebook", nargs="+", type=Path)
    args = parser.parse_args()
    bad = False
    for path in args.notebook:
        try:
            notebook = nbformat.read(path, as_version=4)
            nbformat.validate(notebook)
        except (OSError, ValueError, nbformat.ValidationError) as error:
            print(f"{path}: not a notebook that can be read: {error}", file=sys.stderr)
            bad = True
            continue
        found = problems(notebook, path.stat().st_size)
        for words in found:
            print(f"{path}: it {words}", file=sys.stderr)
        changed = changes(notebook, path.parent)
        if changed:
            print(f"{path}: warning: changed since its outputs were made: {', '.join(changed)}", file=sys.stderr)
        if found:
            print(f"{path}: mend it, or renew its outputs: make outputs NB={path.stem}", file=sys.stderr)
            bad = True
    if not bad:
        print(f"{len(args.notebook)} notebooks: their outputs are whole and made from their code")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
