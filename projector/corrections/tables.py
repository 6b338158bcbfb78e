"""Write what was taken of people's corrections, what was not, and where they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from projector.corpus.formats.parquet_write import fragment_cells, table_writer
from projector.corpus.formats.tsv_write import format_row
from projector.corrections.change import Change
from projector.corrections.decide import Conflict
from projector.errors import Problem
from projector.run.reader import FinishedRun
from schemas.tables import CHANGES

CHANGES_FILE, CONFLICTS_FILE, NOT_TAKEN_FILE = "changes", "conflicts.tsv", "not_taken.tsv"
CONFLICT_COLUMNS = (
    "language",
    "document",
    "mention",
    "reviewer",
    "decision",
    "new",
    "text",
    "time",
    "comment",
    "file",
)
NOT_TAKEN_COLUMNS = ("file", "mention_id", "found", "expected", "hint")
OpenFile = Callable[[Path], AbstractContextManager[BinaryIO]]


def write_changes(changes: Iterable[Change], earlier: FinishedRun, open_file: OpenFile) -> None:
    """Write `changes.parquet` and `changes.tsv`: those that an earlier run has, then the new ones.

    Args:
        changes: In the run's order.
        earlier: The run that the corrections are of.
        open_file: Opens a file of the run's folder.
    """
    rows = chain(
        earlier.changes().iter_rows(named=True),
        _change_rows(changes, earlier.manifest.sha256 or ""),
    )
    table = table_writer(Path(f"{CHANGES_FILE}.parquet"), CHANGES, open_file=open_file)
    with table as writer, open_file(Path(f"{CHANGES_FILE}.tsv")) as file:
        file.write(format_row(_tsv_names()))
        for row in rows:
            writer.add([[row[name] for name in CHANGES.names]])
            file.write(format_row(map(_cell, row.values())))


def _change_rows(changes: Iterable[Change], run: str) -> Iterator[dict[str, Any]]:
    for change in changes:
        old, new, decided = change.old, change.new, change.decided
        cells = (
            *(change.language, change.document, old.mention_id, old.label, new.status.value),
            *(old.status.value, fragment_cells(old.fragments), old.text),
            *(fragment_cells(new.fragments), new.text),
            *(decided.reviewers, decided.time.isoformat(), decided.comment, run),
        )
        yield dict(zip(CHANGES.names, cells, strict=True))


def _tsv_names() -> list[str]:
    return [name.replace("_fragments", "_span") for name in CHANGES.names]


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ";".join(f"{part['start']} {part['end']}" for part in value)
    return str(value)


def write_conflicts(conflicts: Sequence[Conflict], open_file: OpenFile) -> None:
    """Write what people say differently, a row for each of them."""
    with open_file(Path(CONFLICTS_FILE)) as file:
        file.write(format_row(CONFLICT_COLUMNS))
        for given in (one for conflict in conflicts for one in conflict.given):
            said = given.correction
            spans = ";".join(f"{span.start} {span.end}" for span in said.new)
            told = (said.text, said.time.isoformat(), said.comment, given.path.name)
            file.write(format_row((*said.key, given.reviewer, said.decision, spans, *told)))


def write_not_taken(problems: Sequence[Problem], open_file: OpenFile) -> None:
    """Write which corrections can't be true, and why."""
    with open_file(Path(NOT_TAKEN_FILE)) as file:
        file.write(format_row(NOT_TAKEN_COLUMNS))
        for problem in problems:
            cells = (
                problem.path.name,
                problem.mention_id or "",
                problem.found,
                problem.expected,
                problem.hint,
            )
            file.write(format_row(cells))
