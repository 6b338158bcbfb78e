"""Understand the shared tasks' TSV files: which column is what, and where a row ends.

Real files are written without CSV's quoting, so that a mention may begin with a quotation mark;
others are written by pandas, which quotes such a field, and one with a tab or a line end in it.
Each row is read both ways where that makes a difference, and the length that its offsets give
the mention's text decides; where it can't, the quoted reading, which is pandas', is taken.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from projector.corpus.offsets import parse_ranges
from projector.corpus.reading import decode
from projector.errors import CorpusError, Problem

COLUMNS = ("filename", "label", "start_span", "end_span", "text")

KNOWN_HEADERS = (
    " ".join(COLUMNS),
    "filename mark label off0 off1 span [code semantic_rel]",
    "filename ann_id label start_span end_span text [code sem_rel …]",
    "name tag start_span end_span text [note]",
    "or CodiESP-X without a header: name label code text 's e;s e'",
)

# What the relatives call a column, and what it is.
_ROLES = {
    "filename": "filename",
    "name": "filename",
    "label": "label",
    "tag": "label",
    "start_span": "start",
    "off0": "start",
    "end_span": "end",
    "off1": "end",
    "text": "text",
    "span": "text",
    "mark": "id",
    "ann_id": "id",
    "code": "code",
    "note": "note",
}
_NEEDED = ("filename", "label", "start", "end", "text")
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.0+)?")  # as 64 bits hold
_LONGEST_ROW = 200  # lines: where a quote is never closed, the search for its end stops here


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands where in a row.

    Args:
        count: The number of columns.
        roles: `filename`, `label`, `text`, and `start` and `end` or `ranges`; perhaps `id`,
            `code`, `note`; each with its index.
        attributes: The other columns' names and indices.
        resource: What the codes are of.
        absent: What, beside nothing, stands for no code and no attribute.
        header: Whether the first line of the file is one.
    """

    count: int
    roles: Mapping[str, int]
    attributes: Mapping[str, int]
    resource: str = "code"
    absent: str = ""
    header: bool = True


_CODIESP_X = Columns(
    5, {"filename": 0, "label": 1, "code": 2, "text": 3, "ranges": 4}, {}, "ICD10", header=False
)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row and the bytes it takes; `cells` is None when it can't be understood."""

    line: int
    offset: int
    length: int
    filename: str
    cells: tuple[str, ...] | None
    found: str = ""


def columns_named(names: Sequence[str]) -> Columns | None:
    """Return what columns of these names hold, or None when a needed one is missing."""
    roles: dict[str, int] = {}
    attributes: dict[str, int] = {}
    for index, name in enumerate(names):
        role = _ROLES.get(name)
        if role is None or role in roles:
            attributes[re.sub(r"\s+", "_", name.strip()) or f"column_{index + 1}"] = index
        else:
            roles[role] = index
    if not roles.keys() >= set(_NEEDED):
        return None
    resource = "SNOMEDCT" if {"semantic_rel", "sem_rel"} & set(names) else "code"
    absent = "None" if "off0" in names else ""
    return Columns(len(names), roles, attributes, resource, absent)


def read_columns(path: Path) -> Columns:
    """Recognise a table by its first line.

    Raises:
        CorpusError: It is none of the known ones, or can't be read.
    """
    try:
        with path.open("rb") as file:
            first = decode(file.readline(), path)
    except OSError as error:
        raise CorpusError(Problem(path, None, f"can't be read: {error.strerror}")) from error
    first = first.removeprefix("\ufeff").rstrip("\r\n")
    try:
        names = next(csv.reader([first], delimiter="\t"), []) if "\r" not in first else []
    except csv.Error:  # a cell of more than 131,072 characters
        names = [first]
    columns = columns_named(names)
    if columns is None and len(names) == 5 and parse_ranges(names[4]):
        columns = _CODIESP_X
    if columns is None:
        found = f"the columns {' '.join(names)[:200]!r} are none that are known"
        raise CorpusError(Problem(path, 1, found, "; ".join(KNOWN_HEADERS)))
    return columns


def scan(file: BinaryIO, path: Path, columns: Columns, line: int = 1) -> Iterator[TableRow]:
    """Yield the rows of a file, or of a part of one that begins at `line`, without its header.

    Blank lines are passed over, as pandas does. Offsets count bytes from where `file` stands.
    """
    buffer = _LineBuffer(file)
    offset = 0
    while (raw := buffer.line(0)) is not None:
        text, found = _decoded(raw, path, line)
        is_row = bool(text.strip("\r\n")) and not (line == 1 and columns.header)
        cells, taken = _cells(text, buffer, columns) if is_row and not found else (None, 1)
        length = buffer.drop(taken)
        if is_row:
            yield _table_row(text, cells, columns, (line, offset, length), found)
        offset += length
        line += taken


def scan_part(data: bytes, path: Path, columns: Columns, line: int) -> Iterator[TableRow]:
    """Yield the rows in `data`, a part of `path` that begins with the row at `line`."""
    return scan(BytesIO(data), path, columns, line)


def ranges_of(cells: Sequence[str], columns: Columns) -> tuple[tuple[int, int], ...] | None:
    """Return a row's (start, end) in its order, or None when they aren't numbers."""
    if "ranges" in columns.roles:
        return parse_ranges(cells[columns.roles["ranges"]].strip())
    edges = [cells[columns.roles[role]].strip() for role in ("start", "end")]
    if not all(map(_NUMBER.fullmatch, edges)):
        return None
    return ((int(float(edges[0])), int(float(edges[1]))),)


class _LineBuffer:
    """Look at lines of a file before taking them."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lines: deque[bytes] = deque()

    def line(self, index: int) -> bytes | None:
        """Return the line `index` lines ahead, None behind the end."""
        while len(self._lines) <= index:
            line = self._file.readline()
            if not line:
                return None
            self._lines.append(line)
        return self._lines[index]

    def drop(self, count: int) -> int:
        """Take lines; return how many bytes they had."""
        return sum(len(self._lines.popleft()) for _ in range(count))


def _decoded(raw: bytes, path: Path, line: int) -> tuple[str, str]:
    """Return a line's text, and what is wrong with its bytes."""
    try:
        text, found = decode(raw, path), ""
    except CorpusError as error:
        text, found = raw.decode(errors="replace"), error.problems[0].found
    return text.removeprefix("\ufeff") if line == 1 else text, found


def _table_row(
    text: str,
    cells: tuple[str, ...] | None,
    columns: Columns,
    position: tuple[int, int, int],
    found: str,
) -> TableRow:
    """Return a row at its line, offset and length; `found` is what is wrong with its bytes."""
    index = columns.roles["filename"]
    if cells is not None:
        return TableRow(*position, cells[index].removesuffix(".txt"), cells)
    plain = text.rstrip("\r\n").split("\t")
    filename = plain[index].removesuffix(".txt") if index < len(plain) else ""
    found = found or f"a row of {len(plain)} columns that is not understood: {text[:80].rstrip()!r}"
    return TableRow(*position, filename, None, found)


def _cells(text: str, buffer: _LineBuffer, columns: Columns) -> tuple[tuple[str, ...] | None, int]:
    """Return the cells of the next row, None when it isn't one, and the lines that it takes."""
    readings: list[tuple[tuple[str, ...], int]] = []
    plain = text.removesuffix("\n").removesuffix("\r").split("\t")
    if '"' in text and any(cell.startswith('"') for cell in plain):
        quoted, taken = _quoted(text, buffer)
        readings.append((_padded(quoted, columns), taken))
    readings.append((_padded(plain, columns), 1))
    readings = [reading for reading in readings if _plausible(reading[0], columns)]
    if len(readings) > 1:
        fitting = (reading for reading in readings if _length_matches(reading[0], columns))
        return next(fitting, readings[0])
    if readings:
        return readings[0]
    merged = _text_merged(plain, columns)
    if _plausible(merged, columns) and _length_matches(merged, columns):
        return merged, 1
    return None, 1


def _quoted(text: str, buffer: _LineBuffer) -> tuple[list[str], int]:
    """Return the cells as CSV has them, none when the row isn't CSV, and the lines taken."""

    def lines() -> Iterator[str]:
        yield text
        for index in range(1, _LONGEST_ROW):
            line = buffer.line(index)
            if line is None:
                return
            yield line.decode("utf-8")

    reader = csv.reader(lines(), delimiter="\t", strict=True)
    try:
        return next(reader), reader.line_num
    except (csv.Error, UnicodeDecodeError):
        return [], 1


def _padded(cells: Sequence[str], columns: Columns) -> tuple[str, ...]:
    """Add empty cells where a row leaves out its last columns."""
    return (*cells, *[""] * (columns.count - len(cells)))


def _text_merged(cells: Sequence[str], columns: Columns) -> tuple[str, ...]:
    """Take surplus cells for pieces of a text with tabs in it."""
    surplus, index = len(cells) - columns.count, columns.roles["text"]
    if surplus <= 0:
        return ()
    behind = index + surplus + 1
    return (*cells[:index], "\t".join(cells[index:behind]), *cells[behind:])


def _plausible(cells: Sequence[str], columns: Columns) -> bool:
    return (
        len(cells) == columns.count
        and all(cells[columns.roles[role]] for role in ("filename", "label"))
        and ranges_of(cells, columns) is not None
    )


def _length_matches(cells: Sequence[str], columns: Columns) -> bool:
    """Tell whether the text is as long as the offsets say."""
    ranges = ranges_of(cells, columns) or ()
    length = sum(end - start for start, end in ranges) + len(ranges) - 1
    return len(cells[columns.roles["text"]]) == length
