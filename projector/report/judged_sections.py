"""Make the sections of how good a run is: against gold, by its audit, with its codes."""

from __future__ import annotations

from collections.abc import Iterator

from projector.report import judged_plots as plots
from projector.report.figures import AuditFigures, CodeFigures, GoldFigures, GoldRow
from projector.report.markup import Cell, Share, Table, bullets, folded, table
from projector.report.section import Section, commonest, drawn_figure, made_section, room_note


def against_gold(gold: GoldFigures) -> Iterator[Section]:
    """Yield the sections of how projections, and their scores, compare with gold."""
    sizes: dict[str, int] = {}
    for row in gold.rows:
        if row.label is not None and row.language is None:
            sizes[row.label] = row.gold
    labels = commonest(sizes)
    total = next((row for row in gold.rows if row.language is None and row.label is None), None)
    alone = len({row.language for row in gold.rows} - {None}) == 1
    rows = [row for row in gold.rows if row.language or not alone]
    listed = Table(
        "Scores against gold",
        ("Language", "Label", "Strict P", "Strict R", "Strict F1", "Char F1", "Gold", "Predicted"),
        [_gold_cells(row) for row in rows],
        frozenset(number for number, row in enumerate(rows) if row.label is None),
    )
    told = (
        ""
        if total is None
        else f" Strict F1 is {total.strict_f1:.4f}, character F1 {total.character_f1:.4f}."
    )
    drawn = (
        ""
        if not labels
        else drawn_figure(
            "gold",
            plots.gold_scores(gold, labels),
            f"Strict and character F1 of each label in each language.{told}",
            "Strict: both edges are gold's. Character: the overlap with the best counterpart."
            + room_note(labels, list(sizes), "labels"),
        )
    )
    lead = f"How the projections compare with gold, as the shared task scores them.{told}"
    parts = (drawn, folded("As a table", table(listed)), bullets(gold.remarks))
    yield made_section("gold", "Against gold", lead, *parts)
    if gold.tenths and any(one.predicted for one in gold.tenths):
        yield _reliability(gold)


def _gold_cells(row: GoldRow) -> list[Cell]:
    figures = (row.strict_precision, row.strict_recall, row.strict_f1, row.character_f1)
    return [row.language or "all", row.label or "all", *figures, row.gold, row.predicted]


def _reliability(gold: GoldFigures) -> Section:
    error, area = gold.calibration_error or 0.0, gold.area
    told = f"The expected calibration error is {error:.4f}"
    told += "." if area is None else f", the area under the ROC curve {area:.4f}."
    drawn = drawn_figure(
        "calibration",
        plots.reliability(gold),
        f"Left: the share of right projections in each tenth of the scores, beside the diagonal. "
        f"Right: precision and recall by the least score that is kept. {told}",
        "On the dashed line a score is the share that is right; a larger disc stands for more "
        "projections.",
    )
    tenths: list[list[Cell]] = [
        [
            f"{one.low:.1f} to {one.high:.1f}",
            one.predicted,
            one.right,
            Share.of(one.right, one.predicted),
        ]
        for one in gold.tenths
    ]
    header = ("Score", "Projections", "Right", "Share")
    first = table(Table("Strictly right projections by score", header, tenths))
    steps: list[list[Cell]] = [
        [f"{row.least:.2f}", row.kept, row.precision, row.recall] for row in gold.thresholds
    ]
    names = ("Least score", "Kept", "Precision", "Recall")
    second = table(Table("Precision and recall by threshold", names, steps))
    lead = f"Whether scores are what they say: the share that is right. {told}"
    return made_section(
        "calibration", "Calibration", lead, drawn, folded("As tables", first + second)
    )


def audited(audit: AuditFigures) -> Iterator[Section]:
    """Yield the section of what an audit found in the translations."""
    languages = sorted(
        {one.language for one in audit.findings} | {one.language for one in audit.faithfulness}
    )
    parts: list[str] = []
    total = sum(one.findings for one in audit.findings)
    if audit.faithfulness:
        parts += ["<h3>Faithfulness</h3>", *_faithfulness(audit)]
    if audit.findings:
        counts: dict[tuple[str, str], dict[str, int]] = {}
        for finding in audit.findings:
            counts.setdefault((finding.kind, finding.severity), {})[finding.language] = (
                finding.findings
            )
        rows: list[list[Cell]] = [
            [kind.replace("_", " "), severity, *(of.get(code, 0) for code in languages)]
            for (kind, severity), of in sorted(counts.items())
        ]
        listed = Table("Findings by kind and language", ("Kind", "Severity", *languages), rows)
        drawn = drawn_figure(
            "findings",
            plots.findings(audit.findings),
            f"Bars: findings by kind and severity, {total:,} in all.",
            "Document: nothing of it can be relied upon. Error: what is told differs. Warning: it "
            "may differ; good translations have some.",
        )
        parts += ["<h3>Findings</h3>", drawn, folded("As a table", table(listed))]
    lead = f"What the translations change, leave out or add: {total:,} findings."
    yield made_section("audit", "Translations", lead, *parts)


def _faithfulness(audit: AuditFigures) -> Iterator[str]:
    yield drawn_figure(
        "faithfulness",
        plots.faithfulness(audit.faithfulness),
        "For each language the middle document's faithfulness, and the range of half and of nine "
        "tenths of the documents.",
        "The diamond is the middle document; the thick line holds half of them, the thin one nine "
        "tenths.",
    )
    rows: list[list[Cell]] = [
        [one.language, one.documents, one.mean, *one.quantiles] for one in audit.faithfulness
    ]
    header = ("Language", "Documents", "Mean", "5%", "25%", "50%", "75%", "95%")
    listed = Table("Faithfulness of the documents: mean and percentiles", header, rows)
    yield folded("As a table", table(listed))


def coded_mentions(coded: CodeFigures) -> Section:
    """Return the section of the codes that mentions have."""
    sizes: dict[str, int] = {}
    for count in coded.counts:
        parts = (count.given, count.proposed, count.unsure, count.uncoded, count.left_alone)
        sizes[count.label] = sizes.get(count.label, 0) + sum(parts)
    labels = commonest(sizes)
    rows: list[list[Cell]] = [
        [
            *(one.language, one.label, one.given, one.proposed),
            *(one.unsure, one.uncoded, one.left_alone),
        ]
        for one in coded.counts
    ]
    header = ("Language", "Label", "Given", "Proposed", "Unsure", "Uncoded", "Left alone")
    listed = folded("As a table", table(Table("Mentions by their codes", header, rows)))
    drawn = (
        ""
        if not labels
        else drawn_figure(
            "codes",
            plots.codes(coded, labels),
            "Bars: the share of each label's mentions that have a code, given or proposed.",
            "Unsure: the best guess is less sure than asked for. Left alone: its label is not "
            "to be coded." + room_note(labels, list(sizes), "labels"),
        )
    )
    lead = f"Codes of {coded.codes}, proposed by {coded.coder}."
    return made_section("codes", "Codes", lead, drawn, listed)
