"""Lay a report's figures out: panels, rows, axes and lines that look alike in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from projector.html import PALETTE
from projector.report.svg import MUTED, SURFACE, WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_LABELS = 12  # in a figure: the tables have all of them
MOST_LANGUAGES = 12
HATCHES = ("", "////", "\\\\\\\\", "----", "xxxx", "||||")  # dots take 200 kB each as SVG
_DASHES = ("-", (0, (5, 1.6)), (0, (1.2, 1.4)), (0, (6, 1.5, 1.2, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
_MARKS = "osD^vPX*"
BAR = 0.54
ROW = 0.27  # inches of a bar and the room around it


BESIDE: dict[str, Any] = {
    "textcoords": "offset points",
    "va": "center_baseline",
    "ha": "left",
    "fontsize": 8,
    "annotation_clip": False,
}


def shortened(label: str) -> str:
    """Return a label as far as there is room; what isn't seen is shown as such."""
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in label)
    return shown if len(shown) <= 24 else f"{shown[:23]}…"


def panels_of(count: int, rows: int, *, room: float = 0.0) -> tuple[Figure, list[Axes]]:
    """Return a figure with some panels of so many rows, three beside each other."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    columns = 4 if count == 4 else min(max(count, 1), 3)
    lines = -(-max(count, 1) // columns)
    size = (WIDTH, lines * (ROW * rows + 0.55) + 0.15 + room)
    layout = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.06)
    figure = Figure(figsize=size, layout=layout)
    panels = figure.subplots(lines, columns, squeeze=False, sharey=True, sharex=True).ravel()
    for panel in panels[count:]:
        panel.set_visible(False)
    for panel in panels:
        panel.grid(axis="y", visible=False)
        panel.spines["left"].set_visible(False)
        panel.tick_params(labelbottom=True)
    return figure, list(panels)


def single_panel(height: float) -> tuple[Figure, Axes]:
    """Return a figure with one panel of rows, of a height in inches."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    panel = figure.subplots()
    panel.grid(axis="y", visible=False)
    panel.spines["left"].set_visible(False)
    return figure, panel


def panels_beside(height: float) -> tuple[Figure, tuple[Axes, Axes]]:
    """Return a figure with two panels beside each other, of a height in inches."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(wspace=0.09)
    figure = Figure(figsize=(WIDTH, height), layout=layout)
    left, right = figure.subplots(1, 2)
    for panel in (left, right):
        panel.grid(axis="x", visible=False)
        panel.grid(axis="y", visible=True)
        panel.tick_params(axis="y", labelcolor=MUTED, labelsize=8)
    return figure, (left, right)


def name_rows(panel: Axes, names: Sequence[str]) -> None:
    """Name rows, the first at the top, with the same room around each."""
    panel.set_yticks(range(len(names)), [shortened(name) for name in names])
    panel.set_ylim(len(names) - 0.5, -0.5)


def score_axis(panel: Axes, words: str = "score") -> None:
    """Let a panel's horizontal axis run over the scores."""
    panel.set_xlim(0, 1)
    panel.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", ".25", ".5", ".75", "1"])
    panel.set_xlabel(words)


def line_style(number: int, *, every: int = 4) -> dict[str, Any]:
    """Return how a line looks: its colour, dashes and marks tell it from the others."""
    return {
        "color": PALETTE[number % len(PALETTE)],
        "linestyle": _DASHES[number % len(_DASHES)],
        "marker": _MARKS[number % len(_MARKS)],
        "markersize": 4.5,
        "markevery": (number % every, every),
        "markeredgecolor": SURFACE,
        "markeredgewidth": 0.5,
    }


def few_ticks(most: int = 3) -> Any:  # noqa: ANN401
    """Return what puts a few ticks at whole numbers."""
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(most, integer=True)
