"""Tests of what stands around the notebooks: stamps, the check of committed ones, pages, the site. Nothing is executed."""

import base64
import copy
import re
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import check
import page
import run
import site_pages
import stamp

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"><rect width="2" height="2"/></svg>'
TEXT = """# A question & its answer

**You will learn** what $p_{<t}$ is.
**Run time**: a minute.

See [the next](02_next.ipynb#part), [the code](../augkit/doc.go) and [the paper](https://arxiv.org/abs/2502.20120).

$$\\begin{aligned} a &= b \\\\ c &= \\mathbf{d} \\end{aligned}$$
"""
CODE = 'import "github.com/augkit/aug/augkit/stats"\n\n%%\nfmt.Println(stats.Mean([]float64{1}))'


def made():
    """A notebook as `make outputs` leaves it."""
    figure = new_output("display_data", {"image/svg+xml": SVG, "text/plain": "A figure\nIn words."})
    notebook = new_notebook(cells=[new_markdown_cell(TEXT), new_code_cell(CODE, outputs=[figure])])
    notebook.metadata["aug"] = {"mode": "full", "commit": "", "code": stamp.code(notebook),
                                "packages": {"augkit/stats": stamp.package("augkit/stats")}, "files": {}}
    return notebook


class Stamp(unittest.TestCase):
    def test_code(self):
        one, other = made(), made()
        other.cells[1].source = CODE.replace("\n\n", "  \n\n") + "\n"
        other.cells[0].source += "more text"
        self.assertEqual(stamp.code(one), stamp.code(other), "white space at the end or text made another hash")
        other.cells[1].source = CODE.replace("1", "2")
        self.assertNotEqual(stamp.code(one), stamp.code(other))

    def test_mode(self):
        for value, want in (("", "fast"), ("0", "fast"), ("1", "full")):
            with mock.patch.dict("os.environ", AUG_FULL=value):
                self.assertEqual(stamp.mode(), want)

    def test_package(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(stamp, "ROOT", Path(folder)):
            for name in ("a.go", "a_test.go", "README.md", "defaults/x.json", "testdata/y", "inner/b.go"):
                (Path(folder) / "p" / name).parent.mkdir(parents=True, exist_ok=True)
                (Path(folder) / "p" / name).write_text(name)
            was = stamp.package("p")
            for name, counts in (("a_test.go", False), ("README.md", False), ("testdata/y", False), ("inner/b.go", False),
                                 ("a.go", True), ("defaults/x.json", True)):
                (Path(folder) / "p" / name).write_text("changed")
                self.assertEqual(stamp.package("p") != was, counts, name)
                was = stamp.package("p")
            self.assertIsNone(stamp.package("none"))

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "a.json").write_text("{}")
            notebook = new_notebook(cells=[new_code_cell('read("a.json", "b.json", "/etc/hostname", "x/y")')])
            self.assertEqual(list(stamp.files(notebook, folder)), ["a.json"])


class Check(unittest.TestCase):
    def test_good(self):
        self.assertEqual(check.problems(made(), 1000), [])
        self.assertEqual(check.changes(made(), "."), [])

    def test_problems(self):
        def outputs(*out):
            return lambda n: n.cells[1].update(outputs=list(out))

        host = "proxy." + "golang.org"
        for want, change in {
            "no outputs": outputs(),
            "does not say": lambda n: n.metadata.pop("aug"),
            "of the fast mode": lambda n: n.metadata.aug.update(mode="fast"),
            "not those that its outputs": lambda n: n.cells[1].update(source=CODE + "\n// more"),
            "an error in the output of cell 2": outputs(new_output("error", ename="ERROR", evalue="exit status 1", traceback=[])),
            "21 cells": lambda n: n.cells.extend(new_markdown_cell("x") for _ in range(19)),
            "path /tmp/gonb_1 in the output of cell 2": outputs(new_output("stream", text="wrote /tmp/gonb_1")),
            "path /root/x in the cell 1": lambda n: n.cells[0].update(source="see `/root/x`"),
            "path /home/me/y in the output of cell 2": outputs(new_output("display_data", {"text/html": "<p>/home/me/y</p>"})),
            "a registry, " + host[:13]: outputs(new_output("stream", text="get " + host)),
        }.items():
            notebook = made()
            change(notebook)
            with self.subTest(want):
                self.assertIn(want, "; ".join(check.problems(notebook, 1000)))
        self.assertIn("1.20 MB", check.problems(made(), 1_200_000)[0])

    def test_hosts_of_this_machine(self):
        environment = {"GOPROXY": "https://user:word@mirror.example.net/go,direct", "PIP_INDEX_URL": "http://wheels.example.net:80/x"}
        self.assertEqual(check.registries(environment), {"mirror.example.net", "wheels.example.net"})

    def test_no_false_alarm(self):
        notebook = made()
        notebook.cells[0].source += "\nruns/watch7/tmp/x, https://example.org/work/home, and/or, a/root/b, ../work/x"
        picture = base64.b64encode(b"\xff\x0f\xfe\x9a\x6f" * 30).decode() + "/tmp/x/work/y"
        notebook.cells[1].outputs.append(new_output("display_data", {"image/png": picture,
                                                                     "text/html": f'<img src="data:image/png;base64,{picture}">'}))
        self.assertEqual(check.problems(notebook, 1000), [])

    def test_changes(self):
        notebook = made()
        notebook.metadata.aug.packages.update({"augkit/stats": "other", "augkit/gone": "x"})
        notebook.metadata.aug.files["none.json"] = "x"
        self.assertEqual(check.changes(notebook, "."), ["augkit/stats", "augkit/gone", "none.json"])


class Pages(unittest.TestCase):
    def test_formula(self):
        self.assertIn("<mtr>", page.formula(r"\begin{aligned} a &= b \end{aligned}", "block"))
        self.assertIn("<mi>log</mi><mspace", page.formula(r"\log 7", "inline"))
        self.assertIn("<mi>log</mi><mo", page.formula(r"\log(x)", "inline"))
        for bad in (r"\nosuch x", r"a & b"):
            with self.subTest(bad), self.assertRaises(page.FormulaError):
                page.formula(bad, "inline")

    def test_formulas_are_checked_without_outputs(self):
        notebook = made()
        page.check_formulas(notebook, "n", ".")
        notebook.cells[0].source += r" $\nosuch$"
        with self.assertRaises(page.FormulaError):
            page.check_formulas(notebook, "n", ".")

    def test_page(self):
        notebook = made()
        before = copy.deepcopy(notebook)
        text = page.render(notebook, "n", ".")
        self.assertEqual(notebook, before, "rendering changed the notebook")
        for want in ("<title>A question &amp; its answer</title>", 'media="(prefers-color-scheme: dark)"', "<math",
                     base64.b64encode(SVG.encode()).decode(), 'alt="A figure\nIn words."', '<span class="kn">import'):
            self.assertTrue(want in text, want)
        self.assertFalse("<script" in text)

    def test_loads(self):
        for bad in ('<script src="https://x.org/a.js"></script>', '<img src="//x.org/a.png">', '<link href="http://x.org/a.css">',
                    "<style>@import 'https://x.org/a.css'</style>", '<p style="background:url(https://x.org/a.png)">'):
            self.assertTrue(page.loads(bad), bad)
        self.assertEqual(page.loads('<a href="https://x.org">x</a><img src="data:image/png;base64,AA">'), [])
        notebook = made()
        notebook.cells[1].outputs.append(new_output("display_data", {"text/html": '<script src="https://x.org/a.js"></script>'}))
        with self.assertRaisesRegex(ValueError, "x.org"):
            page.render(notebook, "n", ".")


class Site(unittest.TestCase):
    def test_site(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / f"{name}.ipynb" for name in ("01_this", "02_next", "03_last")]
            for path in paths:
                nbformat.write(made(), path)
            out = Path(folder) / "site"
            site_pages.build(paths, out)
            pages = {path.name: path.read_text() for path in out.iterdir()}
            self.assertEqual(sorted(pages), ["01_this.html", "02_next.html", "03_last.html", "index.html"])
            for name, text in pages.items():
                self.assertEqual(page.loads(text), [], name)
                self.assertFalse("<script" in text, name)
                self.assertTrue("prefers-color-scheme: dark" in text, name)
                for target in re.findall(r'<a\s[^>]*href="([^"#]+)', text):
                    self.assertTrue(target.startswith("https://") or target in pages, f"{name} links to {target}")
            for path in paths:
                self.assertIn(f'href="{path.stem}.html"', pages["index.html"])
            self.assertTrue('href="02_next.html#part"' in pages["01_this.html"])
            for want in ("A question &amp; its answer", "You will learn what <math", "Run time: a minute", 'alt="A figure"'):
                self.assertIn(want, pages["index.html"])


class Titles(unittest.TestCase):
    def test_title(self):
        self.assertEqual(run.title('import (\n\t"fmt"\n)\n\n%%\n// does it\nf()'), "does it")


if __name__ == "__main__":
    unittest.main()
