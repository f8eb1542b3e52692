"""Turns an executed notebook into one HTML file that loads nothing from anywhere.

nbconvert's own page loads MathJax, require.js and Mermaid from a host. Here formulas become MathML, which browsers draw
by themselves, and the scripts are left out.
"""

import copy
import html
import re
from html.parser import HTMLParser

from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath


# JupyterLab's page without its scripts, dark where the reader's system is.
TEMPLATE = """
{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js_requirejs -%}{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block html_head_css -%}
<meta name="color-scheme" content="light dark">
{{ resources.include_css("static/theme-dark.css") | replace("<style", '<style media="(prefers-color-scheme: dark)"') }}
<style>
body.jp-Notebook { background: var(--jp-layout-color0); color: var(--jp-content-font-color1); }
main { max-width: 60rem; margin: 0 auto; padding-bottom: 3rem; }
pre { tab-size: 4; }
h1 { line-height: 1.2 !important; }
.jp-InputArea-editor { overflow-x: auto !important; }
@media (prefers-color-scheme: dark) { :root {
  --jp-mirror-editor-comment-color: #8ab5b5; --jp-mirror-editor-operator-color: #c79bff; /* legible on dark */
} }
/* Text, code and outputs begin at one line. */
.jp-Cell { padding: 0 0.5rem; }
.jp-MarkdownOutput, .jp-OutputArea-output, .jp-OutputArea-output.jp-RenderedText { padding-left: 0 !important; padding-right: 0 !important; }
.jp-OutputArea-child { margin: 0.5rem 0; }
.jp-OutputArea-output svg, .jp-OutputArea-output img { max-width: 100%; height: auto; }
.jp-RenderedHTMLCommon table { margin-left: 0; }
math[display="block"] { margin: 0.8em 0; font-size: 1.1em; overflow: auto hidden; }
math [mathvariant^="bold"] { font-weight: bold; } /* browsers know no other variant than normal */
nav { display: flex; flex-wrap: wrap; gap: 0.3rem 1.5rem; padding: 1rem 0.5rem 0; font: 0.9rem system-ui, sans-serif; }
nav a { color: var(--jp-content-link-color, #1976d2); }
</style>
{%- endblock -%}
{%- block data_svg scoped -%}
<div class="jp-RenderedSVG jp-OutputArea-output" data-mime-type="image/svg+xml">
<img alt="{{ output.data.get("text/plain", "") | escape_html }}" src="data:image/svg+xml;base64,{{ output.data["image/svg+xml"] | text_base64 | escape_html }}">
</div>
{%- endblock -%}
"""


class FormulaError(ValueError):
    """A formula that cannot be turned into MathML."""


# What the converter does not know, in words that it knows.
ENVIRONMENTS = {"aligned": "split", "align": "align*", "gathered": "gather*"}
UNKNOWN = re.compile(r"<m[ino]>(\\\w*|&(?!#))")
FUNCTION = re.compile(r"(<m[io]>(?:log|ln|exp)</m[io]>)(?!<mo)")  # before what it is of, unless a bracket parts them


def formula(latex, display):
    """Returns a LaTeX formula as MathML."""
    latex = latex.strip()
    known = re.sub(r"\\(begin|end)\{(\w+)\}", lambda m: rf"\{m[1]}{{{ENVIRONMENTS.get(m[2], m[2])}}}", latex)
    try:
        result = convert(known, display=display)
    except Exception as error:
        raise FormulaError(f"the formula {latex!r} cannot be turned into MathML: {error!r}") from error
    if unknown := UNKNOWN.search(result):
        raise FormulaError(f"the formula {latex!r} cannot be turned into MathML: {unknown[1]!r} is not known; write it otherwise")
    result = FUNCTION.sub(r'\1<mspace width="0.17em"/>', result)
    return result.replace("<mrow><mo>", '<mrow><mo lspace="0" rspace="0">')  # a sign that begins has no left side


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
        super().__init__(raw_template=TEMPLATE, embed_images=True, exclude_anchor_links=True,
                         exclude_input_prompt=True, exclude_output_prompt=True, **kw)

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


def markdown(source):
    """Returns a piece of markdown as HTML."""
    return MarkdownWithMath(renderer=Renderer(escape=False)).render(source)


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


def heading(notebook, name):
    """The title of a notebook: its first heading, else its name."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (found := re.search(r"^#\s+(.+)$", cell.source, re.MULTILINE)):
            return re.sub(r"[*_`$]", "", found[1]).strip()
    return name


def render(notebook, name, folder, navigation=""):
    """Returns the notebook as HTML, with the navigation on top. A page that would load something from a host is an error."""
    notebook = copy.deepcopy(notebook)
    # GoNB leaves it empty, and nbconvert then takes the code for Python.
    notebook.metadata["language_info"] = {"name": "go", **notebook.metadata.get("language_info", {}), "pygments_lexer": "go"}
    page, _ = OfflineExporter().from_notebook_node(
        notebook, resources={"metadata": {"name": heading(notebook, name), "path": folder}}
    )
    if navigation:
        page = page.replace("<main>", f"<main>\n<nav>{navigation}</nav>", 1)
    found = loads(page)
    if found:
        raise ValueError(
            "the page would load " + ", ".join(html.escape(address) for address in found[:3])
            + "; show figures as SVG or PNG instead"
        )
    return page


def check_formulas(notebook, name, folder):
    """Reports a formula that cannot be shown, without the outputs, so before they are made."""
    bare = copy.deepcopy(notebook)
    bare.cells = [cell for cell in bare.cells if cell.cell_type == "markdown"]
    render(bare, name, folder)
