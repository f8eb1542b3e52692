"""Executes notebooks unattended and writes each as an executed notebook and one self-contained HTML file.

Example: .venv/bin/python augkit/notebook/run.py notebooks/*.ipynb --out out --jobs 2

A cell that fails ends its notebook: the error is shown, nothing is written, and the exit code is 1 after the others.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# The project's own Jupyter folder, also when this is not called by make.
JUPYTER = Path(__file__).resolve().parents[2] / ".jupyter"
os.environ.setdefault("JUPYTER_DATA_DIR", str(JUPYTER))
os.environ.setdefault("JUPYTER_RUNTIME_DIR", str(JUPYTER / "runtime"))

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

import page
import stamp

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


class Progress:
    """One line per code cell: its number of how many, its first words, its seconds."""

    def __init__(self, notebook, stream):
        code = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip()]
        self.number = {index: k + 1 for k, index in enumerate(code)}
        self.stream = stream
        self.started = 0.0

    def head(self, cell, cell_index):
        return f"  [{self.number[cell_index]}/{len(self.number)}] {title(cell.source):<56} "

    def start(self, cell, cell_index):
        self.started = time.monotonic()
        if self.stream.isatty():  # elsewhere a line is written when it is whole, for several may run at a time
            print(self.head(cell, cell_index), end="\r", file=self.stream, flush=True)

    def end(self, cell, cell_index, execute_reply):
        failed = execute_reply["content"]["status"] != "ok"
        seconds = time.monotonic() - self.started
        print(f"{self.head(cell, cell_index)}{seconds:6.1f} s{'  FAILED' if failed else ''}", file=self.stream, flush=True)


def title(source):
    """The first line of a cell that says something: not a magic, an import or an opening bracket."""
    for line in source.splitlines():
        line = line.strip()
        if line and not re.match(r"(%|!|import\b|\)|\"|[._] \"|package\b)", line):
            return line.removeprefix("//").strip()[:56]
    return source.strip().splitlines()[0][:56]


def execute(notebook, folder, args):
    """Executes a notebook in its own folder, in place."""
    progress = Progress(notebook, sys.stdout)
    client = NotebookClient(
        notebook,
        kernel_name=args.kernel,
        timeout=args.timeout or None,
        resources={"metadata": {"path": folder}},
        # GoNB's plain errors: its HTML ones are for a browser.
        extra_arguments=["--raw_error"] if args.kernel == "gonb" else [],
        coalesce_streams=True,  # GoNB sends a program's output in crumbs
        record_timing=False,  # keeps two runs' files alike
        on_cell_start=only_code(progress.start, progress),
        on_cell_executed=only_code(progress.end, progress),
    )
    environment = dict(os.environ)
    if args.runs:
        environment["AUG_RUNS"] = str(Path(args.runs).resolve() / args.stem)
    client.execute(env=environment)


def only_code(hook, progress):
    """nbclient calls the hooks for text cells too."""

    def call(cell, cell_index, **kw):
        if cell_index in progress.number:
            hook(cell, cell_index, **kw)

    return call


def write(path, text):
    """Writes a file under a temporary name and renames it, so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def run(path, args):
    """Executes a notebook and writes its two files; returns the exit code."""
    print(f"{path}: executing", flush=True)
    started = time.monotonic()
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError) as error:
        print(f"{path}: not a notebook that can be read: {error}", file=sys.stderr)
        return 1
    folder = str(path.parent)
    args.stem = path.stem
    if not args.render_only:
        try:
            page.check_formulas(notebook, path.stem, folder)
        except ValueError as error:
            print(f"{path}: {error}", file=sys.stderr)
            return 1
        # Before it runs: what the outputs are made from is what stands there now.
        notebook.metadata["aug"] = stamp.make(notebook, folder)
        try:
            execute(notebook, folder, args)
        except CellExecutionError as error:
            print("\n" + ESCAPES.sub("", str(error)), file=sys.stderr)
            print(f"\n{path}: a cell failed; nothing was written", file=sys.stderr)
            return 1
        except NoSuchKernel as error:
            print(f"{path}: {error}; `make kernel` installs it", file=sys.stderr)
            return 1
        except DeadKernelError:
            print(f"\n{path}: the kernel ended: interrupted, or out of memory; nothing was written", file=sys.stderr)
            return 1
        except (CellTimeoutError, RuntimeError) as error:
            print(f"\n{path}: {error}; nothing was written", file=sys.stderr)
            return 1
    try:
        html = page.render(notebook, path.stem, folder)
    except ValueError as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 1
    out = Path(args.out)
    write(out / f"{path.stem}.ipynb", nbformat.writes(notebook) + "\n")
    write(out / f"{path.stem}.html", html)
    seconds = time.monotonic() - started
    print(f"{path}: done in {seconds:.0f} s → {out / path.stem}.html", flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebook", nargs="+", type=Path)
    parser.add_argument("--out", default="out", metavar="FOLDER", help="where the files go (default: out)")
    parser.add_argument("--kernel", default="gonb", metavar="NAME", help="Jupyter kernel (default: gonb)")
    parser.add_argument("--timeout", type=int, default=0, metavar="SECONDS", help="for one cell (default: none)")
    parser.add_argument("--runs", metavar="FOLDER", help="where training runs go, in a folder for each notebook (AUG_RUNS)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="notebooks at the same time (default: 1)")
    parser.add_argument("--render-only", action="store_true", help="make the HTML from the outputs that are there")
    args = parser.parse_args()
    if len(args.notebook) == 1:
        return run(args.notebook[0], args)
    return run_all(args)


def run_all(args):
    """Runs each notebook in a process of its own and sums up."""
    options = ["--out", args.out, "--kernel", args.kernel, "--timeout", str(args.timeout)]
    options += ["--runs", args.runs] if args.runs else []
    options += ["--render-only"] if args.render_only else []
    started = time.monotonic()

    def one(path):
        begun = time.monotonic()
        command = [sys.executable, "-B", __file__, str(path), *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
            for line in child.stdout:
                print(f"{path.stem[:2]} {line}" if args.jobs > 1 else line, end="", flush=True)
        return child.returncode, time.monotonic() - begun

    with ThreadPoolExecutor(max(1, args.jobs)) as pool:
        results = list(pool.map(one, args.notebook))
    print()
    for path, (code, seconds) in zip(args.notebook, results):
        print(f"{path.name:<40} {seconds:6.0f} s{'  FAILED' if code else ''}")
    print(f"{f'{len(results)} notebooks':<40} {time.monotonic() - started:6.0f} s in all", flush=True)
    return 1 if any(code for code, _ in results) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\ninterrupted; nothing was written", file=sys.stderr)
        sys.exit(130)
