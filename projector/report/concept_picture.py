"""Draw a space of concepts on its two principal directions, as a picture that stands alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from projector.report.svg import WIDTH, drawing, inline_svg

if TYPE_CHECKING:
    from projector.arrays import Floats
    from projector.concepts.space import ConceptSpace

_HEIGHT = 6.0  # inches
# The page's words for colours mean nothing to a file that stands alone.
_STYLE = (
    "<style>:root{--muted:#667;--line:#ccd;--surface:#fff;--font:sans-serif}"
    "svg{background:#fff;color:#112;font-family:sans-serif}</style>"
)


def principal_directions(vectors: Floats, count: int = 2) -> Floats:
    """Return [N, count] points on the directions in which vectors [N, d] differ most.

    Each direction's sign is such that its largest part is positive, so that a picture stays as it
    is whatever computed it.
    """
    centred = vectors - vectors.mean(0)
    directions = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :count]
    largest = np.abs(directions).argmax(0)
    directions = directions * np.sign(directions[largest, np.arange(directions.shape[1])])
    points: Floats = (centred @ directions).astype(np.float32)
    return points


def concept_picture(space: ConceptSpace) -> str:
    """Return an SVG of all concepts: a colour a chapter, whose name stands at its middle.

    Raises:
        ConfigurationError: matplotlib is not installed.
    """
    points = principal_directions(space.vectors)
    chapters = space.concepts["chapter"].to_numpy()
    named = dict.fromkeys(chapters.tolist())
    with drawing():
        from matplotlib import colormaps
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH, _HEIGHT), layout="constrained")
        panel = figure.subplots()
        panel.grid(visible=False)
        panel.set_axis_off()
        colors = colormaps["turbo"](np.linspace(0.05, 0.95, max(len(named), 1)))
        for color, chapter in zip(colors, named, strict=True):
            part = points[chapters == chapter]
            # One image for thousands of points: as vectors they would be megabytes.
            panel.scatter(
                part[:, 0], part[:, 1], s=3, color=color, alpha=0.5, linewidths=0, rasterized=True
            )
        for color, chapter in zip(colors, named, strict=True):
            across, up = np.median(points[chapters == chapter], 0).tolist()
            style = {"boxstyle": "round", "facecolor": "white", "edgecolor": color}
            panel.text(across, up, chapter or "–", ha="center", va="center", bbox=style)
        alternative = f"{len(space)} concepts on two principal directions, by chapter"
        content = inline_svg(figure, "concepts", alternative)
    head, closed, body = content.partition(">")
    return head + closed + _STYLE + body
