"""Hold a section of a report's page, and what all sections are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from projector.report.markup import figure, section
from projector.report.panels import MOST_LABELS
from projector.report.svg import inline_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page.

    Args:
        name: What it is called in the page's addresses.
        title: Its heading.
        html: All of it.
    """

    name: str
    title: str
    html: str


def drawn_figure(name: str, drawn: Figure, alternative: str, caption: str) -> str:
    """Return a figure as HTML; its name heads its ids."""
    return figure(inline_svg(drawn, name, alternative), caption)


def made_section(name: str, title: str, lead: str, *parts: str) -> Section:
    """Return a section of parts that are HTML, with one sentence on what it shows."""
    return Section(name, title, section(name, title, lead, *parts))


def commonest(sizes: Mapping[str, int]) -> list[str]:
    """Return the labels of most mentions, sorted: what there is room for in a figure."""
    return sorted(sorted(sizes, key=lambda label: (-sizes[label], label))[:MOST_LABELS])


def room_note(shown: Sequence[str], there: Sequence[str], what: str) -> str:
    """Return what a caption tells where a figure has no room for all."""
    if len(there) <= len(shown):
        return ""
    return f" The {len(shown)} commonest of {len(there)} {what} are drawn; the table has all."
