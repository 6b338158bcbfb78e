"""Make the sections of a report of its figures: each drawn, told in words, and as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from projector.report.figures import DocumentFigures, ReportFigures
from projector.report.judged_sections import against_gold, audited, coded_mentions
from projector.report.markup import Cell, Table, link, table
from projector.report.outcome_sections import (
    coverage,
    human_corrections,
    scores,
    tagged,
    without_span,
)
from projector.report.section import Section, made_section

Address = Callable[[str, str], str]  # of a document's place in the review page


def sections(figures: ReportFigures, address: Address | None) -> Iterator[Section]:
    """Yield the sections for which there are figures, in the order of the page.

    Args:
        figures: What is shown.
        address: Gives a document's place in a review page; None: there is none.
    """
    if not figures.mentions:
        return
    if figures.tags:
        yield tagged(figures)
    else:
        yield coverage(figures)
        yield from without_span(figures)
        if any(sum(one.bins) for one in figures.scores):
            yield scores(figures)
    if figures.gold is not None:
        yield from against_gold(figures.gold)
    if figures.audit is not None:
        yield from audited(figures.audit)
    if figures.codes is not None:
        yield coded_mentions(figures.codes)
    if human := human_corrections(figures):
        yield human
    yield from worst_documents(figures, address)


def worst_documents(figures: ReportFigures, address: Address | None) -> Iterator[Section]:
    """Yield the section of the documents to look at first."""
    lists = (
        (
            "Most in doubt",
            "Documents with most mentions that have no span, a score below .5, or another's span",
            figures.worst.doubtful,
        ),
        (
            "Least covered",
            "Documents of which the largest share of mentions has no span",
            figures.worst.uncovered,
        ),
        (
            "Least faithful",
            "Documents whose translation an audit finds least faithful",
            figures.worst.unfaithful,
        ),
    )
    parts = [
        f"<h3>{title}</h3>{table(_documents(caption, documents, address))}"
        for title, caption, documents in lists
        if documents
    ]
    if parts:
        lead = "The documents in which a reader finds most."
        yield made_section("worst", "Where to look first", lead, *parts)


def _documents(
    caption: str, documents: Sequence[DocumentFigures], address: Address | None
) -> Table:
    audited = any(one.findings is not None for one in documents)
    header = ["Document", "Language", "Mentions", "In doubt", "No span", "Mean score"]
    rows: list[list[Cell]] = [
        [
            one.document
            if address is None
            else link(address(one.language, one.document), one.document),
            *(one.language, one.mentions, one.doubtful, one.lost, one.mean_score),
            *((one.findings, one.faithfulness) if audited else ()),
        ]
        for one in documents
    ]
    return Table(caption, [*header, *(("Errors", "Faithful") if audited else ())], rows)
