"""Write a run's tables, all of them in one pass over its entries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from projector.corpus.formats.parquet_write import (
    CorpusWriter,
    TableWriter,
    corpus_writer,
    table_writer,
)
from projector.corpus.formats.submission import write_submission
from projector.corpus.formats.tsv_write import format_row
from projector.document import Document
from projector.errors import Problem
from projector.run.outcome import Entry
from projector.run.rows import (
    FAILED_COLUMNS,
    LOST_COLUMNS,
    PROBLEM_COLUMNS,
    UNPROJECTED_COLUMNS,
    lost_cells,
    lost_row,
    unprojected_cells,
)
from projector.run.spool import Spool
from projector.storage.atomic_file import atomic_file
from schemas.tables import LOST_ANNOTATIONS, PROJECTIONS


def write_tables(
    folder: Path, spool: Spool, labels: Mapping[str, Collection[str]], facts: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Write every table of a run, sorted by language and source document.

    Args:
        folder: The run's.
        spool: What became of the documents.
        labels: Each language's.
        facts: Kept in the tables of projections.

    Returns:
        The submission tables' paths within `folder`, by language and entity.
    """
    tables: dict[str, dict[str, str]] = {}
    with _loss_writer(folder) as losses, corpus_writer(folder) as corpus:
        for language in sorted(labels):
            with _projection_writer(folder / "projections" / language, facts) as projections:
                translations = _written(spool.entries(language), projections, losses, corpus)
                paths = write_submission(
                    translations,
                    folder / "tsv",
                    language=language,
                    labels=sorted(labels[language]),
                )
            tables[language] = {
                entity: path.relative_to(folder).as_posix()
                for entity, path in sorted(paths.items())
            }
    return tables


def write_problems(path: Path, problems: Sequence[Problem]) -> None:
    """Write what was wrong with a source as a table, in the order that it was found."""
    with atomic_file(path) as file:
        file.write(format_row(PROBLEM_COLUMNS))
        for one in problems:
            line = "" if one.line is None else str(one.line)
            place = (str(one.path), line, one.mention_id or "")
            file.write(format_row((*place, one.found, one.expected, one.hint)))


def _written(
    entries: Iterator[Entry],
    projections: _ProjectionWriter,
    losses: _LossWriter,
    corpus: CorpusWriter,
) -> Iterator[Document]:
    """Pass the translations on, once they and their outcomes are written to the other tables."""
    for entry in entries:
        projections.add(entry)
        losses.add(entry)
        if entry.target is not None:
            corpus.add(entry.target)
            yield entry.target


class _ProjectionWriter:
    """Append what became of one language's mentions, to a table for each entity."""

    def __init__(self, folder: Path, facts: Mapping[str, str], stack: ExitStack) -> None:
        self._folder = folder
        self._facts = facts
        self._stack = stack
        self._tables: dict[str, TableWriter] = {}

    def add(self, entry: Entry) -> None:
        """Append a document's."""
        for row in entry.rows:
            self._table(str(row[4])).add([row])

    def _table(self, label: str) -> TableWriter:
        # An annotation that can't be understood may not even tell its label.
        entity = label.lower() or "unknown"
        if entity not in self._tables:
            path = self._folder / f"{entity}.parquet"
            opened = table_writer(path, PROJECTIONS, metadata=self._facts)
            self._tables[entity] = self._stack.enter_context(opened)
        return self._tables[entity]


@contextmanager
def _projection_writer(folder: Path, facts: Mapping[str, str]) -> Iterator[_ProjectionWriter]:
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        yield _ProjectionWriter(folder, facts, stack)


class _LossWriter:
    """Append what is not projected, lost or failed, in tables that people read too."""

    def __init__(
        self, lost: TableWriter, unprojected_rows: BinaryIO, lost_rows: BinaryIO, failed: BinaryIO
    ) -> None:
        self._lost = lost
        self._unprojected_rows = unprojected_rows
        self._lost_rows = lost_rows
        self._failed = failed

    def add(self, entry: Entry) -> None:
        """Append a document's."""
        self._unprojected_rows.writelines(map(format_row, unprojected_cells(entry)))
        if entry.failed and entry.whole:
            self._failed.write(format_row((entry.language, entry.source, entry.whole[1])))
        target = None if entry.target is None else entry.target.name
        for one in entry.lost:
            self._lost.add([lost_row(entry.language, entry.source, target, one)])
            self._lost_rows.write(format_row(lost_cells(entry.language, entry.source, one)))


@contextmanager
def _loss_writer(folder: Path) -> Iterator[_LossWriter]:
    with (
        table_writer(folder / "lost_annotations.parquet", LOST_ANNOTATIONS) as lost,
        atomic_file(folder / "unprojected.tsv") as unprojected_rows,
        atomic_file(folder / "lost_annotations.tsv") as lost_rows,
        atomic_file(folder / "failed.tsv") as failed,
    ):
        unprojected_rows.write(format_row(UNPROJECTED_COLUMNS))
        lost_rows.write(format_row(LOST_COLUMNS))
        failed.write(format_row(FAILED_COLUMNS))
        yield _LossWriter(lost, unprojected_rows, lost_rows, failed)
