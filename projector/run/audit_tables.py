"""Write an audit's tables: its findings, how faithful each document is, which sentences pair."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from projector.corpus.formats.parquet_write import TableWriter, fragment_cells, table_writer
from projector.corpus.formats.tsv_write import format_row
from projector.document import Fragment
from projector.run.audit_outcome import AuditOutcome, FindingOutcome
from projector.storage.atomic_file import FileOpener, atomic_file
from schemas.tables import AUDIT, SENTENCES

MARK = "audit.parquet"  # every audit's folder has one
AUDIT_FILES = (MARK, "audit.tsv", "faithfulness.tsv", "sentences.parquet")
FAITHFULNESS_COLUMNS = (
    "language",
    "document",
    "score",
    "source_covered",
    "target_covered",
    "intact",
    "findings",
)


class AuditWriter:
    """Append what is wrong with translations, one after the other; see `audit_writer`."""

    def __init__(
        self, findings: TableWriter, sentences: TableWriter, rows: BinaryIO, faithful: BinaryIO
    ) -> None:
        self._findings = findings
        self._sentences = sentences
        self._rows = rows
        self._faithful = faithful

    def add(self, language: str, source: str, target: str, audit: AuditOutcome) -> None:
        """Append a document's.

        Args:
            language: The translation's.
            source, target: The documents' names.
            audit: What was found.
        """
        findings = [(language, source, *finding_cells(finding)) for finding in audit.findings]
        self._findings.add(findings)
        for row in findings:
            shown = ["" if cell is None else str(cell) for cell in row]
            self._rows.write(format_row(shown))
        self._faithful.write(format_row((language, source, *_faithfulness(audit))))
        for pair in audit.sentences:
            sides = fragment_cells(pair.source), fragment_cells(pair.target)
            self._sentences.add([(language, source, target, *sides, pair.score)])


@contextmanager
def audit_writer(folder: Path, open_file: FileOpener = atomic_file) -> Iterator[AuditWriter]:
    """Open `audit.parquet`, `audit.tsv`, `faithfulness.tsv` and `sentences.parquet` in a folder."""
    table, shown, scores, pairs = (folder / name for name in AUDIT_FILES)
    with (
        table_writer(table, AUDIT, open_file=open_file) as findings,
        table_writer(pairs, SENTENCES, open_file=open_file) as sentences,
        open_file(shown) as rows,
        open_file(scores) as faithful,
    ):
        rows.write(format_row(AUDIT.names))
        faithful.write(format_row(FAITHFULNESS_COLUMNS))
        yield AuditWriter(findings, sentences, rows, faithful)


def finding_cells(finding: FindingOutcome) -> tuple[object, ...]:
    """Return the cells of `AUDIT` behind language and document."""
    return (
        finding.kind.value,
        finding.severity.value,
        *_limits(finding.source),
        finding.source_text,
        *_limits(finding.target),
        finding.target_text,
        finding.message,
        finding.score,
    )


def _limits(place: Fragment | None) -> tuple[int | None, int | None]:
    return (None, None) if place is None else (place.start, place.end)


def _faithfulness(audit: AuditOutcome) -> Iterator[str]:
    for number in (audit.faithfulness, audit.source_covered, audit.target_covered, audit.intact):
        yield f"{number:.4f}"
    yield str(len(audit.findings))
