"""Writes committed notebooks as a small site that works offline: an index and a page for each, from their outputs.

Example: .venv/bin/python augkit/notebook/site_pages.py notebooks/*.ipynb --out out/site

Nothing is executed, and nothing is loaded from a host: no scripts, formulas as MathML, pictures inside the pages. The
pages are dark where the reader's system is.
"""

import argparse
import base64
import html
import re
import sys
from pathlib import Path

import nbformat

import page
from run import write

INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>aug: notebooks</title>
<style>
:root {{ --page: #ffffff; --ink: #222222; --soft: #595959; --line: #d0d0d0; --link: #0b57a4; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --page: #111111; --ink: #ececec; --soft: #b0b0b0; --line: #444444; --link: #8cc4ff; }}
}}
body {{ margin: 0 auto; padding: 1.5rem; max-width: 60rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }}
h1 {{ font-size: 1.6rem; font-weight: 600; }}
h2 {{ margin: 0; font-size: 1.15rem; font-weight: 600; line-height: 1.3; }}
a {{ color: var(--link); }}
p {{ margin: 0.4rem 0; }}
ol {{ padding: 0; list-style: none; }}
li {{ display: grid; grid-template-columns: 15rem 1fr; gap: 1.5rem; padding: 1.25rem 0; border-top: 1px solid var(--line); }}
li img {{ width: 100%; max-height: 12rem; object-fit: cover; object-position: top left; border-radius: 6px; background: #ffffff; }}
.time {{ color: var(--soft); font-size: 0.9rem; }}
@media (max-width: 40rem) {{ li {{ grid-template-columns: 1fr; }} }}
</style>
</head>
<body>
<h1>aug: notebooks</h1>
<p>Imbalanced multimodal learning, one question a notebook. The pages show the committed outputs; nothing is run.</p>
<ol>
{entries}
</ol>
</body>
</html>
"""


def said(notebook, words):
    """What the first text cell says after **words**, up to the line's end; empty if it does not."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            found = re.search(r"\*\*" + words + r":?\*\*:?\s*(.+)", cell.source)
            return found[1].strip() if found else ""
    return ""


def thumbnail(notebook):
    """The last figure, which most often is the answer, as an img; empty if there is none."""
    for cell in reversed(notebook.cells):
        for output in reversed(cell.get("outputs", [])):
            data = output.get("data", {})
            title = html.escape(data.get("text/plain", "").partition("\n")[0])
            if svg := data.get("image/svg+xml"):
                code = base64.b64encode(svg.encode()).decode()
                return f'<img alt="{title}" src="data:image/svg+xml;base64,{code}">'
            if png := data.get("image/png"):
                return f'<img alt="{title}" src="data:image/png;base64,{"".join(png.split())}">'
    return ""


def entry(stem, notebook):
    """A notebook's place in the index."""
    title = html.escape(page.heading(notebook, stem))
    learn, time = said(notebook, "You will learn"), said(notebook, "Run time")
    parts = [f'<div>{thumbnail(notebook)}</div>', "<div>", f'<h2><a href="{stem}.html">{title}</a></h2>']
    if learn:
        parts.append(page.markdown("You will learn " + learn))
    if time:
        parts.append('<div class="time">' + page.markdown("Run time: " + time) + "</div>")
    return "<li>" + "\n".join([*parts, "</div>"]) + "</li>"


LINK = re.compile(r'<a\s[^>]*?href="(?!https?:|mailto:|data:|#)([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


def relink(text, stems):
    """Turns links to notebooks into links to their pages, and links to what the site lacks into plain text."""

    def one(match):
        target, _, anchor = match[1].partition("#")
        stem = re.sub(r"\.(ipynb|html)$", "", target)
        if stem in stems:
            return f'<a href="{stem}.html{"#" + anchor if anchor else ""}">{match[2]}</a>'
        return match[2]

    return LINK.sub(one, text)


def build(paths, out):
    """Writes the site."""
    notebooks = {path.stem: nbformat.read(path, as_version=4) for path in paths}
    stems = list(notebooks)
    for i, path in enumerate(paths):
        links = ['<a href="index.html">all notebooks</a>']
        for words, k in (("before", i - 1), ("next", i + 1)):
            if 0 <= k < len(stems):
                links.append(f'<a href="{stems[k]}.html">{words}: {html.escape(page.heading(notebooks[stems[k]], stems[k]))}</a>')
        text = page.render(notebooks[path.stem], path.stem, str(path.parent), "\n".join(links))
        write(out / f"{path.stem}.html", relink(text, [*stems, "index"]))
    write(out / "index.html", INDEX.format(entries="\n".join(entry(stem, n) for stem, n in notebooks.items())))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebook", nargs="+", type=Path)
    parser.add_argument("--out", default="out/site", type=Path, metavar="FOLDER", help="default: out/site")
    args = parser.parse_args()
    try:
        build(args.notebook, args.out)
    except (OSError, ValueError) as error:
        print(f"the site was not made: {error}", file=sys.stderr)
        return 1
    print(f"{args.out / 'index.html'}: {len(args.notebook)} notebooks")
    return 0


if __name__ == "__main__":
    sys.exit(main())
