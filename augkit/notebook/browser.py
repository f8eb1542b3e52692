"""Checks in a real browser what a reader sees: JupyterLab on the project's kernel, in headless Chromium.

Example: make browser (which runs this with the browser's own Python environment)

A training cell shows its panel, which must change in place without moving the page; the cell is interrupted, must say
what happened and how to go on, and run again must end with its last state as a figure, in the page and in the saved
file. Then every committed notebook and every page of out/site is photographed, light and dark, into out/browser.
"""

import argparse
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EPOCHS = 60
LONG = 3_600_000  # milliseconds: the machine may be busy
CELL = """import (
	"github.com/augkit/aug/augkit"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/report"
	"github.com/augkit/aug/augkit/train"
)

%%
exp, err := experiment.Default("watch7")
report.Must(err)
exp.Train.Epochs = EPOCHS
live := report.NewLive(exp)
run, err := augkit.Train(augkit.Context(), exp, train.Options{OnEpoch: live.Epoch})
report.Must(err)
report.Accuracy(run).Display()
""".replace("EPOCHS", str(EPOCHS))

# Follows, frame by frame, how high the first output of the first code cell is, and what it says.
FOLLOW = """() => {
  window.aug = {heights: [], states: []};
  const look = () => {
    const area = document.querySelector('.jp-CodeCell .jp-OutputArea-child .jp-OutputArea-output');
    if (area) {
      const height = Math.round(area.getBoundingClientRect().height), said = area.querySelector('svg desc');
      const heights = window.aug.heights, states = window.aug.states, kind = said ? 'live' : 'last';
      if (!heights.length || heights.at(-1)[1] !== height || heights.at(-1)[0] !== kind) heights.push([kind, height, 0]);
      heights.at(-1)[2] += 1;
      if (said && states.at(-1) !== said.textContent) states.push(said.textContent);
    }
    requestAnimationFrame(look);
  };
  look();
}"""


class Failed(AssertionError):
    """Something that a reader would see and should not, or should see and does not."""


def need(true, words):
    if not true:
        raise Failed(words)


def notebook_of(source):
    cell = {"cell_type": "code", "id": "cell-00", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
    return {"cells": [cell], "metadata": {"kernelspec": {"display_name": "Go (gonb)", "language": "go", "name": "gonb"}},
            "nbformat": 4, "nbformat_minor": 5}


@contextmanager
def lab(folder, work):
    """JupyterLab on a folder, with settings and signatures of its own, so that it shows what a new reader sees."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    config = folder / "config" / "labconfig"
    config.mkdir(parents=True)
    (config / "page_config.json").write_text(json.dumps(
        {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}))
    (config / "default_setting_overrides.json").write_text(json.dumps({
        "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
        "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}))
    environment = os.environ | {
        "JUPYTER_DATA_DIR": str(folder / "jupyter"), "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"), "JUPYTER_PATH": str(ROOT / ".jupyter"),
        "AUG_RUNS": str(folder / "runs")}
    token = secrets.token_hex(16)
    command = [str(ROOT / ".venv/bin/python"), "-m", "jupyterlab", "--no-browser", "--allow-root",
               f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}",
               f"--ServerApp.root_dir={work}"]
    with open(folder / "jupyterlab.log", "w", encoding="utf-8") as log, \
            subprocess.Popen(command, env=environment, cwd=work, stdout=log, stderr=log) as server:
        try:
            base = f"http://127.0.0.1:{port}"
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"{base}/api/status?token={token}", timeout=5).close()
                    break
                except OSError:
                    need(server.poll() is None, f"JupyterLab ended; see {folder / 'jupyterlab.log'}")
                    time.sleep(0.5)
            else:
                raise Failed("JupyterLab did not answer")
            yield lambda name: f"{base}/doc/tree/{urllib.parse.quote(name)}?token={token}"
        finally:
            server.terminate()


def open_notebook(page, address):
    page.goto(address, timeout=LONG)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=LONG)


def wait_idle(page):
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=LONG)


def run_cell(page):
    """Runs the first code cell. JupyterLab drops what is run before it has found the kernel, so once more if need be."""
    prompt = page.locator(".jp-CodeCell .jp-InputArea-prompt").first
    for _ in range(10):
        page.locator(".jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Shift+Enter")
        for _ in range(30):
            page.wait_for_timeout(100)
            if "*" in prompt.inner_text():
                return
    raise Failed("the cell does not run")


def output(page):
    return page.evaluate("() => [...document.querySelectorAll('.jp-OutputArea-output')].map(o => o.innerText).join('\\n')")


def both(page, path):
    """Photographs the page light and dark."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(800)  # JupyterLab loads the theme
        page.screenshot(path=f"{path}-{scheme}.png")
    page.emulate_media(color_scheme="light")


def states(page):
    return page.evaluate("() => window.aug.states")


def wait_states(page, n):
    page.wait_for_function(f"() => window.aug.states.length >= {n}", timeout=LONG)


def train(page, address, out, file):
    """Runs the training cell, interrupts it, and runs it again to the end."""
    open_notebook(page, address)
    wait_idle(page)
    page.evaluate(FOLLOW)
    started = time.monotonic()
    run_cell(page)
    wait_states(page, 1)
    print(f"  first panel after {time.monotonic() - started:.1f} s", flush=True)
    wait_states(page, 3)
    both(page, out / "training")
    page.locator('[data-jp-item-name="interrupt"]').click()
    wait_idle(page)
    page.wait_for_function("() => document.body.innerText.includes('exit status')", timeout=30_000)
    said = output(page)
    need("Interrupted" in said and "Run the cell again" in said and "saved in" in said, f"the interrupted cell says: {said}")
    need("goroutine" not in said and "panic" not in said and ".go:" not in said, f"the interrupted cell shows a stack trace: {said}")
    both(page, out / "interrupted")
    seen = len(states(page))
    run_cell(page)
    wait_states(page, seen + 2)
    again = states(page)[-1]
    need("taken up after epoch" in again, f"run again, the cell began anew: {again}")
    page.wait_for_selector(".jp-RenderedSVG img", timeout=LONG)
    wait_idle(page)
    last = urllib.parse.unquote(page.locator(".jp-RenderedSVG img").first.get_attribute("src"))
    need(f"epoch {EPOCHS} of {EPOCHS}" in last and "done" in last, "the panel in the page is not the last state")
    both(page, out / "done")
    heights = page.evaluate("() => window.aug.heights")
    live = {height for kind, height, _ in heights if kind == "live" and height}
    need(max(live) - min(live) <= 1, f"the panel changes its height while it is live: {heights}")  # 1: rounding by themes
    print(f"  {len(states(page))} states of the panel; height, frames: {heights}", flush=True)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+s")
    for _ in range(100):
        page.wait_for_timeout(200)
        saved = json.loads(file.read_text(encoding="utf-8"))["cells"][0]["outputs"]
        if saved and "image/svg+xml" in saved[0].get("data", {}):
            break
    else:
        raise Failed("the saved notebook does not hold the panel's last state")
    svg = "".join(saved[0]["data"]["image/svg+xml"])
    need(f"epoch {EPOCHS} of {EPOCHS}" in svg and len(svg) < 30_000, f"the saved panel has {len(svg)} bytes: {svg[:300]}")


def whole(page, selector):
    """Makes the window as high as what the element holds, as far as a picture can be."""
    height = page.evaluate(f"() => document.querySelector({selector!r}).scrollHeight")
    page.set_viewport_size({"width": 1200, "height": min(int(height) + 150, 16_000)})
    page.wait_for_timeout(500)


def photograph(page, address, path):
    """Photographs a whole committed notebook as a reader finds it who opens it first."""
    page.set_viewport_size({"width": 1200, "height": 900})
    open_notebook(page, address)
    page.wait_for_timeout(1500)
    whole(page, ".jp-WindowedPanel-outer")
    both(page, path)
    shown = output(page)
    need("untrusted" not in shown and " · done. " not in shown, "a figure is not shown in a notebook that is not trusted")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "out/browser", metavar="FOLDER", help="default: out/browser")
    parser.add_argument("--skip-training", action="store_true", help="only the photographs")
    args = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not chromium:
        print("skipped: there is no Chromium (apt-get install chromium)")
        return 0
    from playwright.sync_api import sync_playwright  # only here, so that a machine without it can skip

    out = args.out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    work = out / "work"
    (work / "notebooks").mkdir(parents=True)
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    for path in notebooks:
        shutil.copy(path, work / "notebooks")
    (work / "training.ipynb").write_text(json.dumps(notebook_of(CELL)), encoding="utf-8")
    failed = []

    def step(name, call):
        print(name, flush=True)
        try:
            call()
        except Failed as error:
            print(f"  FAILED: {error}", flush=True)
            failed.append(name)

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--disable-gpu"])
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        with lab(out, work) as address:
            if not args.skip_training:
                step("a training cell: followed, interrupted, taken up",
                     lambda: train(page, address("training.ipynb"), out, work / "training.ipynb"))
            for path in notebooks:
                step(f"{path.name} in JupyterLab",
                     lambda path=path: photograph(page, address(f"notebooks/{path.name}"), out / f"lab-{path.stem}"))
        for path in sorted((ROOT / "out/site").glob("*.html")):
            print(f"{path.name} of the site", flush=True)
            page.set_viewport_size({"width": 1200, "height": 900})
            page.goto(path.as_uri())
            whole(page, "html")
            both(page, out / f"site-{path.stem}")
        browser.close()
    print(f"pictures: {out}" + (f"; FAILED: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
