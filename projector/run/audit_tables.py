"""Write an audit's tables: its findings, and how faithful each document is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from projector.audit.findings import Finding
from projector.corpus.formats.parquet_write import table_writer
from projector.corpus.formats.tsv_write import format_row
from projector.document import DocumentPair, Fragment
from projector.storage.atomic_file import atomic_file
from schemas.tables import AUDIT

if TYPE_CHECKING:
    from projector.audit.audit_pair import PairAudit

MARK = "audit.parquet"  # every audit's folder has one
FAITHFULNESS_COLUMNS = (
    "language",
    "document",
    "score",
    "source_covered",
    "target_covered",
    "intact",
    "findings",
)


@dataclass(frozen=True, slots=True)
class DocumentAudit:
    """A document, its translation, and what is wrong with it."""

    pair: DocumentPair
    audit: PairAudit


def write_audit(folder: Path, audits: Mapping[str, Sequence[DocumentAudit]]) -> None:
    """Write `audit.parquet`, `audit.tsv` and `faithfulness.tsv`.

    Args:
        folder: Where to.
        audits: Of each language, in the order that they are to have.
    """
    with ExitStack() as stack:
        table = stack.enter_context(table_writer(folder / MARK, AUDIT))
        rows = stack.enter_context(atomic_file(folder / "audit.tsv"))
        faithful = stack.enter_context(atomic_file(folder / "faithfulness.tsv"))
        rows.write(format_row(AUDIT.names))
        faithful.write(format_row(FAITHFULNESS_COLUMNS))
        for language, documents in audits.items():
            for one in documents:
                cells = list(_rows(language, one))
                table.add(cells)
                for row in cells:
                    rows.write(format_row(["" if cell is None else str(cell) for cell in row]))
                faithful.write(format_row(_faithfulness(language, one)))


def _rows(language: str, audited: DocumentAudit) -> Iterator[tuple[object, ...]]:
    """Yield the row of each of a document's findings."""
    for finding in audited.audit.findings:
        yield (
            language,
            audited.pair.source.name,
            finding.kind.value,
            finding.severity.value,
            *_places(finding, audited.pair),
            finding.message,
            finding.score,
        )


def _places(finding: Finding, pair: DocumentPair) -> tuple[object, ...]:
    return *_place(finding.source, pair.source.text), *_place(finding.target, pair.target.text)


def _place(place: Fragment | None, text: str) -> tuple[int | None, int | None, str]:
    if place is None:
        return None, None, ""
    return place.start, place.end, text[place.start : place.end]


def _faithfulness(language: str, audited: DocumentAudit) -> tuple[str, ...]:
    parts = audited.audit.faithfulness
    numbers = parts.score, parts.source_covered, parts.target_covered, parts.intact
    shown = (f"{number:.4f}" for number in numbers)
    return (language, audited.pair.source.name, *shown, str(len(audited.audit.findings)))
