"""Write a run's tables, all of them in one pass over its entries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from projector.corpus.atomic import atomic_file
from projector.corpus.parquet_write import (
    CorpusWriter,
    TableWriter,
    corpus_writer,
    table_writer,
)
from projector.corpus.submission import write_submission
from projector.corpus.tsv_write import format_row
from projector.document import Document
from projector.run_rows import (
    LOST_COLUMNS,
    UNPROJECTED_COLUMNS,
    lost_cells,
    lost_row,
    unprojected_cells,
)
from projector.run_spool import Entry, Spool
from schemas.tables import LOST_ANNOTATIONS, PROJECTIONS


def write_tables(
    folder: Path, spool: Spool, labels: Mapping[str, Collection[str]], facts: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Write every table of a run, sorted by language and source document.

    Args:
        folder: The run's.
        spool: What became of the documents.
        labels: Each language's.
        facts: Kept in the table of projections.

    Returns:
        The submission tables' paths within `folder`, by language and entity.
    """
    tables: dict[str, dict[str, str]] = {}
    with _outcome_writer(folder, facts) as outcomes, corpus_writer(folder) as corpus:
        for language in sorted(labels):
            translations = _written(spool.entries(language), outcomes, corpus)
            paths = write_submission(
                translations, folder / "tsv", language=language, labels=sorted(labels[language])
            )
            tables[language] = {
                entity: path.relative_to(folder).as_posix()
                for entity, path in sorted(paths.items())
            }
    return tables


def _written(
    entries: Iterator[Entry], outcomes: _OutcomeWriter, corpus: CorpusWriter
) -> Iterator[Document]:
    """Pass the translations on, once they and their outcomes are written to the other tables."""
    for entry in entries:
        outcomes.add(entry)
        if entry.target is not None:
            corpus.add(entry.target)
            yield entry.target


class _OutcomeWriter:
    """Append what became of mentions and annotations: in full, and the losses for readers."""

    def __init__(
        self,
        outcomes: TableWriter,
        lost: TableWriter,
        unprojected_table: BinaryIO,
        lost_table: BinaryIO,
    ) -> None:
        self._outcomes = outcomes
        self._lost = lost
        self._unprojected_table = unprojected_table
        self._lost_table = lost_table

    def add(self, entry: Entry) -> None:
        """Append a document's."""
        self._outcomes.add(entry.rows)
        self._unprojected_table.writelines(map(format_row, unprojected_cells(entry)))
        target = None if entry.target is None else entry.target.name
        for one in entry.lost:
            self._lost.add([lost_row(entry.language, entry.source, target, one)])
            self._lost_table.write(format_row(lost_cells(entry.language, entry.source, one)))


@contextmanager
def _outcome_writer(folder: Path, facts: Mapping[str, str]) -> Iterator[_OutcomeWriter]:
    with (
        table_writer(folder / "projections.parquet", PROJECTIONS, metadata=facts) as outcomes,
        table_writer(folder / "lost_annotations.parquet", LOST_ANNOTATIONS) as lost,
        atomic_file(folder / "unprojected.tsv") as unprojected_table,
        atomic_file(folder / "lost_annotations.tsv") as lost_table,
    ):
        unprojected_table.write(format_row(UNPROJECTED_COLUMNS))
        lost_table.write(format_row(LOST_COLUMNS))
        yield _OutcomeWriter(outcomes, lost, unprojected_table, lost_table)
