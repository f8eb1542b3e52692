"""Turns an executed notebook into one HTML file that loads nothing from anywhere.

nbconvert's own page loads MathJax, require.js and Mermaid from a host. Here formulas become MathML, which browsers draw
by themselves, and the scripts are left out.
"""

import html
import re
from html.parser import HTMLParser

from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath


# JupyterLab's page without its scripts.
TEMPLATE = """
{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js_requirejs -%}{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block extra_css -%}
<style>
main { max-width: 62rem; margin: 0 auto; }
math[display="block"] { margin: 0.8em 0; font-size: 1.1em; }
</style>
{%- endblock -%}
"""


class FormulaError(ValueError):
    """A formula that cannot be turned into MathML."""


def formula(latex, display):
    """Returns a LaTeX formula as MathML."""
    try:
        return convert(latex.strip(), display=display)
    except Exception as error:
        raise FormulaError(f"the formula {latex.strip()!r} cannot be turned into MathML: {error!r}") from error


class Renderer(IPythonRenderer):
    """Renders markdown cells with formulas as MathML."""

    def block_math(self, body):
        return formula(body, "block")

    def inline_math(self, body):
        return formula(body, "inline")

    def latex_environment(self, name, body):
        return formula(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")


class OfflineExporter(HTMLExporter):
    """nbconvert's HTML exporter, for a page that stands alone."""

    def __init__(self, **kw):
        super().__init__(raw_template=TEMPLATE, embed_images=True, exclude_anchor_links=True, **kw)

    @pass_context
    def markdown2html(self, context, source):
        cell = context.get("cell", {})
        path = context.get("resources", {}).get("metadata", {}).get("path", "")
        renderer = Renderer(
            escape=False,
            attachments=cell.get("attachments", {}),
            embed_images=True,
            path=path,
            exclude_anchor_links=True,
        )
        return MarkdownWithMath(renderer=renderer).render(source)


class _Loads(HTMLParser):
    """Collects what a browser would fetch to show the page; links that a reader may follow are not among it."""

    FETCHED = {
        "script": ("src",),
        "link": ("href",),
        "img": ("src", "srcset"),
        "image": ("href", "xlink:href"),
        "use": ("href", "xlink:href"),
        "iframe": ("src",),
        "source": ("src", "srcset"),
        "video": ("src", "poster"),
        "audio": ("src",),
        "embed": ("src",),
        "object": ("data",),
    }
    IN_CSS = re.compile(r"""(?:url\(\s*|@import\s+)['"]?((?:https?:)?//[^'")\s]+)""")
    IN_SCRIPT = re.compile(r"""(?:import|fetch|src\s*=)[^;\n]{0,80}?['"]((?:https?:)?//[^'"]+)""")

    def __init__(self):
        super().__init__()
        self.found = []
        self._inside = None

    def handle_starttag(self, tag, attrs):
        attrs = {name: value or "" for name, value in attrs}
        for name in self.FETCHED.get(tag, ()):
            if re.match(r"\s*(https?:)?//", attrs.get(name, "")):
                self.found.append(attrs[name])
        self.found += self.IN_CSS.findall(attrs.get("style", ""))
        if tag in ("style", "script"):
            self._inside = tag

    def handle_endtag(self, tag):
        if tag == self._inside:
            self._inside = None

    def handle_data(self, data):
        if self._inside == "style":
            self.found += self.IN_CSS.findall(data)
        elif self._inside == "script":
            self.found += self.IN_SCRIPT.findall(data)


def loads(page):
    """Lists the addresses that a browser would fetch to show the page."""
    parser = _Loads()
    parser.feed(page)
    return parser.found


def render(notebook, name, folder):
    """Returns the notebook as HTML. A page that would load something from a host is an error."""
    page, _ = OfflineExporter().from_notebook_node(
        notebook, resources={"metadata": {"name": name, "path": folder}}
    )
    found = loads(page)
    if found:
        raise ValueError(
            "the page would load " + ", ".join(html.escape(address) for address in found[:3])
            + "; show figures as SVG or PNG instead"
        )
    return page
