"""Draw how good a run is: against gold, by its audit, with its codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from projector.html import PALETTE
from projector.report.figures import (
    CodeFigures,
    FaithfulnessFigures,
    FindingCount,
    GoldFigures,
    GoldRow,
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
from projector.report.svg import INK, LINE, MUTED, SURFACE

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def gold_scores(gold: GoldFigures, labels: Sequence[str]) -> Figure:
    """Draw strict and character F1 of each label, a panel each, a row a language."""
    languages = list(dict.fromkeys(row.language for row in gold.rows if row.language))
    languages = languages[:MOST_LANGUAGES]
    cells = {(row.language, row.label): row for row in gold.rows}
    figure, panels = panels_of(len(labels), len(languages), room=0.35)
    for panel, label in zip(panels, labels, strict=False):
        color = PALETTE[0]
        for place, language in enumerate(languages):
            row = cells.get((language, label))
            if row is None:
                continue
            panel.plot([row.strict_f1, row.character_f1], [place] * 2, color=LINE, lw=2.4, zorder=1)
            panel.plot(row.strict_f1, place, "o", color=color, ms=4.5, mec=SURFACE, mew=0)
            panel.plot(row.character_f1, place, "D", mfc="none", ms=7.5, mec=color, mew=1.5)
        panel.set_xlim(_least([row for row in gold.rows if row.label in labels]), 1.02)
        name_rows(panel, languages)
        panel.set_title(shortened(label))
    panels[0].plot([], [], "o", color=INK, ms=4.5, label="strict F1")
    panels[0].plot([], [], "D", mfc="none", ms=7.5, mec=INK, mew=1.5, label="character F1")
    figure.legend(loc="outside upper left", ncols=2)
    return figure


def reliability(gold: GoldFigures) -> Figure:
    """Draw how often projections are right by their score, and what a threshold costs."""
    figure, (left, right) = panels_beside(3.0)
    left.plot([0, 1], [0, 1], color=MUTED, lw=1, ls=(0, (4, 3)))
    most = max((one.predicted for one in gold.tenths), default=1)
    for tenth in gold.tenths:
        if tenth.predicted:
            middle, right_share = (tenth.low + tenth.high) / 2, tenth.right / tenth.predicted
            size = 14 + 130 * (tenth.predicted / most) ** 0.5
            left.scatter(
                middle,
                right_share,
                s=size,
                color=PALETTE[0],
                edgecolor=SURFACE,
                zorder=3,
                clip_on=False,
            )
    left.set_ylim(0, 1.05)
    left.set_ylabel("share that is strictly right")
    left.set_title("Right by score")
    score_axis(left)
    least = [row.least for row in gold.thresholds]
    curves: dict[str, Sequence[float | None]] = {
        "precision": [row.precision for row in gold.thresholds],
        "recall": [row.recall for row in gold.thresholds],
    }
    for number, (name, values) in enumerate(curves.items()):
        drawn = [float("nan") if value is None else value for value in values]
        right.plot(least, drawn, label=name, **line_style(number, every=5))
    shares = [share for row in gold.thresholds for share in (row.precision, row.recall)]
    lowest = min((share for share in shares if share is not None), default=0.0)
    right.set_ylim(max(0.0, int(10 * lowest) / 10 - 0.1), 1.02)
    right.set_title("What a threshold costs")
    score_axis(right, "least score that is kept")
    right.legend(loc="best", handlelength=2.6)
    return figure


def findings(counts: Sequence[FindingCount]) -> Figure:
    """Draw how many findings of each kind there are, by how much they weigh."""
    kinds: dict[str, dict[str, int]] = {}
    for count in counts:
        kind = kinds.setdefault(count.kind, {})
        kind[count.severity] = kind.get(count.severity, 0) + count.findings
    names = sorted(kinds, key=lambda kind: (-sum(kinds[kind].values()), kind))
    figure, panel = single_panel(ROW * len(names) + 1.0)
    left = [0] * len(names)
    for number, severity in enumerate(("document", "error", "warning")):
        numbers = [kinds[kind].get(severity, 0) for kind in names]
        if any(numbers):
            panel.barh(
                range(len(names)),
                numbers,
                left=left,
                height=BAR,
                color=PALETTE[(3, 1, 7)[number]],
                hatch=("xxxx", "////", "")[number],
                edgecolor=SURFACE,
                linewidth=0.8,
                label=severity,
            )
        left = [one + other for one, other in zip(left, numbers, strict=True)]
    for row, total in enumerate(left):
        panel.annotate(f"{total:,}", (total, row), (4, 0), **BESIDE)
    panel.set_xlim(0, max([*left, 1]) * 1.1)
    panel.xaxis.set_major_locator(few_ticks(6))
    panel.set_xlabel("findings")
    name_rows(panel, [name.replace("_", " ") for name in names])
    figure.legend(loc="outside upper left", ncols=3, handlelength=1.6)
    return figure


def faithfulness(spread: Sequence[FaithfulnessFigures]) -> Figure:
    """Draw how faithful the documents of each language are: its middle, its half, its most."""
    spread = spread[:MOST_LANGUAGES]
    figure, panel = single_panel(ROW * len(spread) + 0.75)
    for row, measured in enumerate(spread):
        least, low, middle, high, most = measured.quantiles
        panel.plot([least, most], [row] * 2, color=PALETTE[2], lw=1.4, solid_capstyle="round")
        panel.plot([low, high], [row] * 2, color=PALETTE[2], lw=7, solid_capstyle="butt")
        panel.plot(middle, row, "D", color=SURFACE, ms=6, mec=INK, mew=1.3, zorder=4, clip_on=False)
        panel.annotate(f"{middle:.3f}", (1.0, row), (10, 0), **BESIDE)
    name_rows(panel, [one.language for one in spread])
    lowest = min((one.quantiles[0] for one in spread), default=0)
    panel.set_xlim(max(0.0, lowest - 0.06), 1.0)
    panel.set_xlabel("faithfulness of a document")
    return figure


def codes(coded: CodeFigures, labels: Sequence[str]) -> Figure:
    """Draw which share of each label's mentions has a code, and why the others have none."""
    parts = ("given", "proposed", "unsure", "uncoded", "left_alone")
    figure, panel = single_panel(ROW * len(labels) + 1.0)
    totals = [
        max(
            sum(getattr(one, part) for one in coded.counts if one.label == label for part in parts),
            1,
        )
        for label in labels
    ]
    names, left = [shortened(label) for label in labels], [0.0] * len(labels)
    for number, part in enumerate(parts):
        shares = [
            100 * sum(getattr(one, part) for one in coded.counts if one.label == label) / total
            for label, total in zip(labels, totals, strict=True)
        ]
        if any(shares):
            panel.barh(
                range(len(names)),
                shares,
                left=left,
                height=BAR,
                color=PALETTE[(2, 0, 1, 3, 7)[number]],
                hatch=HATCHES[number],
                edgecolor=SURFACE,
                linewidth=0.8,
                label=part.replace("_", " "),
            )
        left = [one + other for one, other in zip(left, shares, strict=True)]
    panel.set_xlim(0, 100)
    panel.set_xlabel("% of the label's mentions")
    name_rows(panel, names)
    figure.legend(loc="outside upper left", ncols=5, handlelength=1.6)
    return figure


def _least(rows: Sequence[GoldRow]) -> float:
    """Return where an axis of F1 begins: a tenth below the least, so that differences show."""
    lowest = min((min(row.strict_f1, row.character_f1) for row in rows), default=0.0)
    return max(0.0, int(lowest * 10) / 10 - 0.1)
