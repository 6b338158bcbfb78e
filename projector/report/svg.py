"""Make matplotlib's SVG a part of a page: its letters are the page's, its ids one figure's alone.

The same figures give the same bytes with the same matplotlib: no date, no drawn id.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

from projector.errors import missing_package

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Colours that the page has words for, so that light and dark themes differ in its style alone.
INK, MUTED, LINE, SURFACE = "#010203", "#010204", "#010205", "#010206"
_WORDS = {
    INK: "currentColor",
    MUTED: "var(--muted)",
    LINE: "var(--line)",
    SURFACE: "var(--surface)",
}
_STYLE: dict[Any, Any] = {  # the type of its keys lists each that matplotlib knows
    "axes.axisbelow": True,
    "axes.edgecolor": LINE,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.grid.axis": "x",
    "axes.labelcolor": MUTED,
    "axes.labelsize": 8.5,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "figure.facecolor": "none",
    "font.family": ["DejaVu Sans"],  # comes with matplotlib: measured alike everywhere
    "font.size": 8.5,
    "grid.color": LINE,
    "grid.linewidth": 0.7,
    "hatch.color": SURFACE,
    "hatch.linewidth": 1.1,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "legend.labelcolor": INK,
    "lines.linewidth": 1.8,
    "savefig.facecolor": "none",
    "svg.fonttype": "none",  # letters stay letters
    "svg.hashsalt": "projector",
    "text.color": INK,
    "text.parse_math": False,  # a label with $ in it is a label
    "xtick.color": LINE,
    "xtick.labelcolor": MUTED,
    "xtick.labelsize": 8,
    "xtick.major.size": 0,
    "ytick.color": LINE,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 8.5,
    "ytick.major.size": 0,
    "ytick.minor.size": 0,
}
_FAMILY = re.compile(r"'DejaVu Sans'(?:, ?[^;\"]*)?")
WIDTH = 7.6  # inches of every figure, so that letters are as large in all of them


@contextmanager
def drawing() -> Iterator[None]:
    """Draw in the report's style in the block.

    Raises:
        ConfigurationError: matplotlib is not installed.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure  # noqa: F401
    except ImportError as error:
        raise missing_package("matplotlib", "report", "projector report") from error
    with warnings.catch_warnings(), rc_context():
        from matplotlib import rcdefaults, rcParams

        # A label's letters may be in no font of matplotlib's; the page has those of its reader.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        warnings.filterwarnings("ignore", message="constrained_layout not applied")
        rcdefaults()
        rcParams.update(_STYLE)
        yield


def inline_svg(figure: Figure, name: str, alternative: str) -> str:
    """Return a figure as an element of a page.

    Args:
        figure: Drawn within `drawing`.
        name: Stands before its ids: of one figure on a page only.
        alternative: What it shows, for who doesn't see it.
    """
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Format": None})
    content = file.getvalue()
    content = content[content.index("<svg") :]
    content = re.sub(r"<!--.*?-->", "", content, flags=re.DOTALL)
    content = re.sub(r"<metadata>.*?</metadata>", "", content, flags=re.DOTALL)
    content = _own_ids(content, name)
    content = _FAMILY.sub("var(--font)", content)
    for color, word in _WORDS.items():
        content = content.replace(color, word)
    size = re.search(r'viewBox="[^"]*"', content)
    assert size is not None
    body = content[content.index(">") + 1 :]
    described = f'role="img" aria-label="{escape(alternative)}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size[0]} {described}>'
    return re.sub(r"\n\s*", "\n", head + body).strip()


def _own_ids(content: str, name: str) -> str:
    """Return an SVG with those ids only that something refers to, headed by a name."""
    used = set(re.findall(r"url\(#([^)]+)\)", content)) | set(
        re.findall(r'href="#([^"]+)"', content)
    )

    def renamed(match: re.Match[str]) -> str:
        return f' id="{name}-{match[1]}"' if match[1] in used else ""

    content = re.sub(r' id="([^"]*)"', renamed, content)
    content = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", content)
    return re.sub(r'(?:xlink:)?href="#([^"]+)"', rf'href="#{name}-\1"', content)
