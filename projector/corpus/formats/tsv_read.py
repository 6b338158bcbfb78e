"""Read the shared tasks' TSV files as documents, or as the bare rows that evaluation needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import NamedTuple

from projector.corpus.formats.brat_read import ID_PATTERN
from projector.corpus.formats.tsv_dialects import (
    Columns,
    TableRow,
    ranges_of,
    read_columns,
    scan,
    scan_part,
)
from projector.corpus.offsets import RawMention, resolve_mentions
from projector.corpus.reading import Reading, read_text
from projector.document import Annotation, AnnotationKind, Document
from projector.errors import CorpusError, Problem
from projector.settings import STRICT, ReadingRules

EXPECTED_ROW = "a file's name, a label, numbers for offsets and a text, separated by tabs"


class SpanRow(NamedTuple):
    """A row as the official scorer sees it: the strings as they are written."""

    filename: str
    label: str
    start: int
    end: int
    text: str = ""
    code: str = ""
    origin: str = ""  # of the code, where the table tells


@dataclass(frozen=True, slots=True)
class RowRange:
    """Where the rows of one document lie: `length` bytes from `offset`, beginning at `line`."""

    path: Path
    columns: Columns
    line: int
    offset: int
    length: int

    def rows(self) -> Iterator[TableRow]:
        """Read the rows.

        Raises:
            CorpusError: The file can't be read any more.
        """
        try:
            with self.path.open("rb") as file:
                file.seek(self.offset)
                data = file.read(self.length)
        except OSError as error:
            raise CorpusError(Problem(self.path, None, f"can't be read: {error}")) from error
        return scan_part(data, self.path, self.columns, self.line)


def read_spans(path: Path, rules: ReadingRules = STRICT) -> list[SpanRow]:
    """Read a TSV's rows for evaluation, without its documents' texts.

    File names and labels stay as they are written, since the official scorer compares them so;
    a negative start passes, as it does there. A discontinuous mention is its covering span.

    Raises:
        CorpusError: The file is no known table, or a row is wrong; all of them are told.
    """
    columns = read_columns(path, rules)
    spans: list[SpanRow] = []
    problems: list[Problem] = []
    with path.open("rb") as file:
        for row in scan(file, path, columns):
            if row.cells is None:
                problems.append(Problem(path, row.line, row.found, EXPECTED_ROW))
                continue
            ranges = ranges_of(row.cells, columns) or ()
            start, end = min(ranges)[0], max(end for _, end in ranges)
            if any(end <= start for start, end in ranges):
                found = f"the range {start} {end} is empty or reversed"
                problems.append(Problem(path, row.line, found, "a start before its end"))
            name, label, text, code = (
                _cell(row.cells, columns, role) for role in ("filename", "label", "text", "code")
            )
            origin = columns.attributes.get("code_origin")
            told = "" if origin is None else row.cells[origin]
            spans.append(SpanRow(name, label, start, end, text, code, told))
    if problems:
        raise CorpusError(*problems)
    return spans


def index_rows(path: Path, rules: ReadingRules = STRICT) -> dict[str, list[RowRange]]:
    """Find each document's rows in a TSV, without keeping them.

    Returns:
        Ranges of rows by document name (without `.txt`); under the empty name, rows that name none.

    Raises:
        CorpusError: The file is no known table, or can't be read.
    """
    columns = read_columns(path, rules)
    row_ranges: dict[str, list[RowRange]] = {}
    current = None
    with path.open("rb") as file:
        for row in scan(file, path, columns):
            ranges_of_name = row_ranges.setdefault(row.filename, [])
            if row.filename == current:
                last = ranges_of_name.pop()
                length = row.offset + row.length - last.offset
                ranges_of_name.append(RowRange(path, columns, last.line, last.offset, length))
            else:
                ranges_of_name.append(RowRange(path, columns, row.line, row.offset, row.length))
            current = row.filename
    return row_ranges


_RowsById = Mapping[str, tuple[RowRange, TableRow]]


def read_tsv(
    text_path: Path,
    row_ranges: Sequence[RowRange],
    *,
    language: str = "und",
    labels: Mapping[str, str] | None = None,
    rules: ReadingRules = STRICT,
    name: str | None = None,
) -> Reading:
    """Read a text and its rows in one or several tables.

    Rows get the ids of their `ann_id` or `mark` where these are BRAT's and no two are the same,
    and are numbered `T1`, `T2`, … otherwise. A code becomes a normalisation, a note a note, any
    other column an attribute of its name.
    """
    name = text_path.name.removesuffix(".txt") if name is None else name
    try:
        rows = [(row_range, row) for row_range in row_ranges for row in row_range.rows()]
    except CorpusError as error:
        return Reading(None, error.problems)
    try:
        text = read_text(text_path)
    except CorpusError as error:
        return Reading(None, error.problems, unread=tuple(_ids(rows)))
    rows_by_id = dict(zip(_ids(rows), rows, strict=True))
    raw_mentions = list(_raw_mentions(rows_by_id, labels or {}))
    resolved = resolve_mentions(text, raw_mentions, check=rules.text_check)
    problems = [*resolved.problems, *_row_problems(rows_by_id)]
    problems.sort(key=lambda problem: (problem.path, problem.line or 0))
    annotations = (
        annotation
        for mention in resolved.mentions
        for annotation in _annotations(mention.id, *rows_by_id[mention.id])
    )
    document = Document(name, language, text, tuple(resolved.mentions), _numbered(annotations))
    return Reading(document, tuple(problems), tuple(resolved.notices))


def _ids(rows: Sequence[tuple[RowRange, TableRow]]) -> list[str]:
    """Return the rows' own ids if they can be ids, or new ones."""
    stated_ids = [_cell(row.cells or (), row_range.columns, "id") for row_range, row in rows]
    usable = all(id_.startswith("T") and ID_PATTERN.fullmatch(id_) for id_ in stated_ids)
    if usable and len(set(stated_ids)) == len(stated_ids):
        return stated_ids
    return [f"T{number}" for number in range(1, len(rows) + 1)]


def _raw_mentions(rows_by_id: _RowsById, labels: Mapping[str, str]) -> Iterator[RawMention]:
    """Yield the mentions of the rows that are understood."""
    for id_, (row_range, row) in rows_by_id.items():
        if row.cells is not None:
            label = _cell(row.cells, row_range.columns, "label")
            ranges = ranges_of(row.cells, row_range.columns) or ()
            text = _cell(row.cells, row_range.columns, "text")
            label = labels.get(label, label)
            yield RawMention(id_, label, ranges, text, row_range.path, row.line)


def _row_problems(rows_by_id: _RowsById) -> Iterator[Problem]:
    """Yield a problem for each row that isn't understood."""
    for id_, (row_range, row) in rows_by_id.items():
        if row.cells is None:
            yield Problem(row_range.path, row.line, row.found, EXPECTED_ROW, "", id_)


def _annotations(mention_id: str, row_range: RowRange, row: TableRow) -> Iterator[Annotation]:
    """Yield what a row says beside its mention, without ids."""
    columns, cells, line = row_range.columns, row.cells or (), row.line

    def about_mention(kind: AnnotationKind, label: str, value: str) -> Annotation:
        return Annotation("", kind, label, (("", mention_id),), value, line)

    stated_id = _cell(cells, columns, "id")
    if stated_id and stated_id != mention_id:
        yield about_mention("attribute", "ann_id", stated_id)
    code = _cell(cells, columns, "code")
    if code not in ("", "None"):
        yield about_mention("normalization", "Reference", f"{columns.resource}:{code}")
    for name, index in columns.attributes.items():
        if cells[index] not in ("", columns.absent):
            yield about_mention("attribute", name, cells[index])
    note = _cell(cells, columns, "note")
    if note:
        yield about_mention("note", "AnnotatorNotes", note)


def _numbered(annotations: Iterable[Annotation]) -> tuple[Annotation, ...]:
    letters = {"attribute": "A", "normalization": "N", "note": "#"}
    numbers = {kind: count(1) for kind in letters}
    return tuple(
        replace(annotation, id=f"{letters[annotation.kind]}{next(numbers[annotation.kind])}")
        for annotation in annotations
    )


def _cell(cells: Sequence[str], columns: Columns, role: str) -> str:
    index = columns.roles.get(role)
    return cells[index] if index is not None and index < len(cells) else ""
