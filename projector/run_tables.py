"""Write a run's tables from its entries, which come sorted and one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from projector.corpus.atomic import atomic_file
from projector.corpus.parquet_write import corpus_writer, table_writer
from projector.corpus.submission import write_submission
from projector.corpus.tsv_write import format_row
from projector.run_rows import (
    LOST_COLUMNS,
    UNPROJECTED_COLUMNS,
    lost_cells,
    lost_row,
    unprojected_cells,
)
from projector.run_spool import Entry
from schemas.tables import LOST_ANNOTATIONS, PROJECTIONS


def write_outcomes(folder: Path, entries: Iterable[Entry], facts: Mapping[str, str]) -> None:
    """Write what became of every mention and annotation: in full, and the losses for readers.

    Args:
        folder: Gets two Parquet tables and two TSVs.
        entries: Consumed one by one; the tables have their order.
        facts: Kept in the table of projections.
    """
    outcomes_path = folder / "projections.parquet"
    with (
        table_writer(outcomes_path, PROJECTIONS, metadata=facts) as outcomes,
        table_writer(folder / "lost_annotations.parquet", LOST_ANNOTATIONS) as lost,
        atomic_file(folder / "unprojected.tsv") as unprojected_table,
        atomic_file(folder / "lost_annotations.tsv") as lost_table,
    ):
        unprojected_table.write(format_row(UNPROJECTED_COLUMNS))
        lost_table.write(format_row(LOST_COLUMNS))
        for entry in entries:
            outcomes.add(entry.rows)
            unprojected = filter(None, map(unprojected_cells, entry.rows))
            unprojected_table.writelines(map(format_row, unprojected))
            target = None if entry.target is None else entry.target.name
            for one in entry.lost:
                lost.add([lost_row(entry.language, entry.source, target, one)])
                lost_table.write(format_row(lost_cells(entry.language, entry.source, one)))


def write_translations(folder: Path, entries: Iterable[Entry]) -> None:
    """Write the translations with what was projected onto them as a corpus of Parquet tables."""
    with corpus_writer(folder) as corpus:
        for entry in entries:
            if entry.target is not None:
                corpus.add(entry.target)


def write_submissions(
    folder: Path, entries: Iterable[Entry], *, language: str, labels: Iterable[str]
) -> dict[str, str]:
    """Write a language's submission tables, each label its own.

    Returns:
        Their paths within `folder`, by entity.
    """
    documents = (entry.target for entry in entries if entry.target is not None)
    tables = write_submission(documents, folder / "tsv", language=language, labels=sorted(labels))
    return {entity: path.relative_to(folder).as_posix() for entity, path in sorted(tables.items())}
