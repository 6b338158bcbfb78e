"""Write a report as one page that needs nothing else: no network, no script, no file beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from projector.errors import OutputError, counted
from projector.report.figures import WITH_SPAN, ReportFigures
from projector.report.frame import page_head
from projector.report.markup import Html, Share, Table, bullets, folded, section, table, text
from projector.report.section import Section
from projector.report.sections import sections
from projector.report.svg import drawing
from projector.run.outcome import LOW_SCORE
from projector.storage.atomic_file import atomic_write, check_place

EXAMPLE = "report.html"


def write_report(
    figures: ReportFigures, path: Path, *, review: Path | None = None, overwrite: bool = False
) -> None:
    """Write a report's page, whole or not at all; equal figures give equal bytes.

    Args:
        figures: What it shows.
        path: The file.
        review: The folder of the run's review page, which documents are linked to.
        overwrite: Replace a file that is there.

    Raises:
        OutputError: The file exists, or can't be written.
        ConfigurationError: matplotlib is not installed.
    """
    check_place(path, overwrite=overwrite, example=EXAMPLE)
    page = report_page(figures, None if review is None else _relative(review, path))
    try:
        atomic_write(path, page.encode("utf-8"))
    except OSError as error:
        raise OutputError(f"{path}: can't be written: {error.strerror}") from error


def _relative(review: Path, path: Path) -> str:
    """Return the address of a review page, seen from the report."""
    page = review if review.suffix == ".html" else review / "index.html"
    return quote(Path(os.path.relpath(page, path.parent)).as_posix(), errors="surrogateescape")


def report_page(figures: ReportFigures, review: str | None = None) -> str:
    """Return a report as HTML.

    Args:
        figures: What it shows.
        review: The address of the run's review page; None: there is none.

    Raises:
        ConfigurationError: matplotlib is not installed.
    """

    def address(language: str, document: str) -> str:
        return f"{review}#{quote(language, safe='')}/{quote(document, safe='')}"

    with drawing():
        shown = list(sections(figures, None if review is None else address))
    title = f"{figures.run}: report of a run"
    parts = [
        page_head(title),
        _header(figures, shown),
        '<main id="main">\n',
        *(one.html for one in shown),
        _provenance(figures),
        "</main>\n",
        f"<footer>{_footer(figures)}</footer>\n</body>\n</html>\n",
    ]
    return "".join(parts)


def _header(figures: ReportFigures, shown: Sequence[Section]) -> str:
    numbers = "".join(
        f"<div><dt>{text(name)}</dt><dd>{text(value)}<small>{text(more)}</small></dd></div>"
        for name, value, more in totals(figures)
    )
    items = "".join(f'<li><a href="#{one.name}">{text(one.title)}</a></li>' for one in shown)
    items += '<li><a href="#provenance">Made from</a></li>'
    languages = ", ".join(one.language for one in figures.languages)
    lead = f"Into {languages}." if languages and not figures.tags else f"In {languages}."
    return (
        '<header>\n<p class="kind">Report of a run</p>'
        f"<h1>{text(figures.run)}</h1>"
        f'<p class="lead">{text(lead if languages else "There are no documents in it.")}</p>'
        f'<dl class="totals">{numbers}</dl>'
        f'<nav aria-label="Sections"><ul>{items}</ul></nav>\n</header>\n'
    )


def totals(figures: ReportFigures) -> Iterator[tuple[str, str, str]]:
    """Yield the figures that come first: a name, a number, and what more there is to say of it."""
    documents = sum(one.documents for one in figures.languages)
    translated = sum(one.translated for one in figures.languages)
    failed = sum(one.failed for one in figures.languages)
    more = f"in {counted(len(figures.languages), 'language')}"
    if figures.tags:
        yield "Documents", f"{documents:,}", f"{more}, {failed:,} failed" if failed else more
        yield "Mentions found", f"{figures.mentions:,}", counted(len(figures.labels), "label")
        return
    lacking = documents - translated
    yield "Translations", f"{translated:,}", f"{more}, {lacking:,} missing" if lacking else more
    found = figures.count(*WITH_SPAN)
    yield "Mentions", f"{figures.mentions:,}", f"{counted(len(figures.labels), 'label')}"
    yield "With a span", str(Share.of(found, figures.mentions)), f"{found:,} of them"
    yield "Low scores", f"{sum(one.low for one in figures.scores):,}", f"below {LOW_SCORE}"
    if figures.gold is not None:
        (total,) = (row for row in figures.gold.rows if row.language is row.label is None)
        yield "Strict F1", f"{total.strict_f1:.4f}", f"character {total.character_f1:.4f}"
    if figures.audit is not None and figures.audit.faithfulness:
        spread = figures.audit.faithfulness
        mean = sum(one.mean * one.documents for one in spread) / sum(
            one.documents for one in spread
        )
        grave = sum(one.findings for one in figures.audit.findings if one.severity != "warning")
        yield "Faithfulness", f"{mean:.3f}", counted(grave, "error")


def _provenance(figures: ReportFigures) -> str:
    rows = [
        [one.name, Html(f"<pre>{text(one.value)}</pre>") if "\n" in one.value else one.value]
        for one in figures.provenance
    ]
    short = [row for row in rows if isinstance(row[1], str)]
    long = [row for row in rows if not isinstance(row[1], str)]
    facts = table(Table("What the run was made from", ("What", "Value"), short), kind="facts")
    lead = "The same inputs, configuration, weights and versions give the same run."
    parts = [folded("Model, inputs, versions and hashes", facts)]
    parts += [folded(str(name), value.content) for name, value in long if isinstance(value, Html)]
    lost = sum(one.lost_annotations for one in figures.languages)
    if lost:
        told = f"{counted(lost, 'annotation')} could not travel: lost_annotations.tsv lists them."
        parts.insert(0, bullets([told]))
    if figures.notices:
        parts.insert(0, bullets(figures.notices))
    return section("provenance", "Made from", lead, *parts)


def _footer(figures: ReportFigures) -> str:
    made = {one.name: one.value for one in figures.provenance}
    by = made.get("Version of projector", "")
    return text(f"A run of projector {by}.".replace(" .", "."))
