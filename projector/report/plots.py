"""Draw what became of a run's mentions: no figure says anything by colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from projector.html import PALETTE
from projector.report.figures import (
    BINS,
    WITH_SPAN,
    WITHOUT_SPAN,
    ReportFigures,
    ScoreFigures,
)
from projector.report.panels import (
    BAR,
    BESIDE,
    HATCHES,
    MOST_LANGUAGES,
    ROW,
    few_ticks,
    line_style,
    name_rows,
    panels_beside,
    panels_of,
    score_axis,
    shortened,
    single_panel,
)
from projector.report.svg import LINE, SURFACE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def coverage(figures: ReportFigures, labels: Sequence[str]) -> Figure:
    """Draw which share of each label's mentions has a span, a panel each, a bar a language."""
    languages = [one.language for one in figures.languages][:MOST_LANGUAGES]
    figure, panels = panels_of(len(labels), len(languages))
    for panel, label in zip(panels, labels, strict=False):
        sought = [
            figures.count(*_statuses(figures), language=one, label=label) for one in languages
        ]
        found = [figures.count(*WITH_SPAN, language=one, label=label) for one in languages]
        shares = [
            part / whole if whole else None for part, whole in zip(found, sought, strict=True)
        ]
        _share_bars(panel, languages, shares)
        panel.set_title(shortened(label or "(none)"))
    return figure


def tagged(figures: ReportFigures, labels: Sequence[str]) -> Figure:
    """Draw how many mentions of each label were found, a panel each, a bar a language."""
    languages = [one.language for one in figures.languages][:MOST_LANGUAGES]
    figure, panels = panels_of(len(labels), len(languages))
    most = max((count.mentions for count in figures.statuses), default=1)
    for panel, label in zip(panels, labels, strict=False):
        counts = [
            figures.count(*_statuses(figures), language=one, label=label) for one in languages
        ]
        color = PALETTE[0]
        panel.barh(range(len(languages)), counts, height=BAR, color=color)
        for row, count in enumerate(counts):
            panel.annotate(f"{count:,}", (count, row), (4, 0), **BESIDE)
        panel.set_xlim(0, most * 1.3)
        panel.xaxis.set_major_locator(few_ticks())
        name_rows(panel, languages)
        panel.set_title(shortened(label or "(none)"))
    return figure


def without_span(figures: ReportFigures) -> Figure:
    """Draw which share of each language's mentions has no span, by the reason."""
    languages = [one.language for one in figures.languages][:MOST_LANGUAGES]
    figure, panel = single_panel(ROW * len(languages) + 1.0)
    left = [0.0] * len(languages)
    for number, status in enumerate(WITHOUT_SPAN):
        shares = [
            100
            * figures.count(status, language=one)
            / max(figures.count(*_statuses(figures), language=one), 1)
            for one in languages
        ]
        if any(shares):
            panel.barh(
                range(len(languages)),
                shares,
                left=left,
                height=BAR,
                color=PALETTE[number % len(PALETTE)],
                hatch=HATCHES[number % len(HATCHES)],
                edgecolor=SURFACE,
                linewidth=0.8,
                label=status.replace("_", " "),
            )
        left = [one + other for one, other in zip(left, shares, strict=True)]
    for row, total in enumerate(left):
        panel.annotate(f"{total:.1f}%", (total, row), (4, 0), **BESIDE)
    panel.set_xlim(0, max([*left, 0.1]) * 1.12)
    panel.set_xlabel("% of the language's mentions")
    name_rows(panel, languages)
    figure.legend(loc="outside upper left", ncols=4, handlelength=1.6)
    return figure


def scores(spread: Sequence[ScoreFigures]) -> Figure:
    """Draw how scores are spread: of all languages together, and the share below each score."""
    figure, (left, right) = panels_beside(2.5)
    total = [sum(counts) for counts in zip(*(one.bins for one in spread), strict=True)]
    edges = [number / BINS for number in range(BINS)]
    left.bar(edges, total, width=1 / BINS, align="edge", color=PALETTE[0], edgecolor=SURFACE)
    left.set_yscale("symlog", linthresh=1)
    left.yaxis.set_major_formatter("{x:,.0f}")
    left.set_ylim(0, max(total) * 2)
    left.set_title("Mentions by score")
    left.set_ylabel("mentions, on a logarithmic scale")
    score_axis(left)
    most = 0.0
    for number, scored in enumerate(spread[:MOST_LANGUAGES]):
        shares = 100 * np.cumsum([0, *scored.bins[:-1]]) / max(sum(scored.bins), 1)
        right.plot(edges, shares, label=scored.language, **line_style(number))
        most = max(most, float(shares[-1]))
    right.set_title("Share below a score")
    right.set_ylabel("% of projections")
    right.set_ylim(0, max(most, 1) * 1.1)
    score_axis(right)
    right.legend(loc="upper left", ncols=2, handlelength=2.6)
    return figure


def _statuses(figures: ReportFigures) -> list[str]:
    return sorted({count.status for count in figures.statuses})


def _share_bars(panel: Axes, names: Sequence[str], shares: Sequence[float | None]) -> None:
    whole = [100.0 if share is not None else 0.0 for share in shares]
    panel.barh(range(len(names)), whole, height=BAR, color=LINE, alpha=0.55)
    found = [100 * (share or 0) for share in shares]
    panel.barh(range(len(names)), found, height=BAR, color=PALETTE[0])
    for row, share in enumerate(shares):
        told = "–" if share is None else f"{100 * share:.1f}"
        panel.annotate(told, (100, row), (5, 0), **BESIDE)
    panel.set_xlim(0, 122)
    panel.set_xticks([0, 50, 100], ["0", "50", "100%"])
    name_rows(panel, names)
