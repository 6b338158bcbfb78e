"""Understand the shared tasks' TSV files: which column is what, and where a row ends.

Tables whose columns are parted by `;` or `,` are understood alike, whatever their names end in.

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
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from projector.corpus.formats.table_header import NEEDED, roles_of
from projector.corpus.offsets import parse_ranges
from projector.corpus.reading import decode
from projector.errors import CorpusError, Problem
from projector.settings import STRICT, ReadingRules

COLUMNS = ("filename", "label", "start_span", "end_span", "text")

KNOWN_HEADERS = (
    " ".join(COLUMNS),
    "filename mark label off0 off1 span [code semantic_rel]",
    "filename ann_id label start_span end_span text [code sem_rel …]",
    "name tag start_span end_span text [note]",
    "or CodiESP-X without a header: name label code text 's e;s e'",
)
_OWN_NAMES = "Say what they are: --columns filename=…,label=…,start=…,end=…,text=…"
_NO_TEXT = (
    "There is no column of texts: say which one it is, --columns text=…, or trust the offsets: "
    '--text-check off (text_check="off")'
)
_SEPARATORS = "\t;,"

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
        separator: What stands between columns.
    """

    count: int
    roles: Mapping[str, int]
    attributes: Mapping[str, int]
    resource: str = "code"
    absent: str = ""
    header: bool = True
    separator: str = "\t"


_FIVE = Columns(5, {role: index for index, role in enumerate(NEEDED)}, {})
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


def columns_named(names: Sequence[str], rules: ReadingRules = STRICT) -> Columns | None:
    """Return what columns of these names hold, or None when a needed one is missing.

    Args:
        names: The columns'.
        rules: What the user calls them, and whether a text is needed.
    """
    roles = roles_of(names, dict(rules.columns))
    needed = {*NEEDED} - ({"text"} if rules.text_check == "off" else set())
    if "ranges" in roles:
        needed -= {"start", "end"}
    if not roles.keys() >= needed:
        return None
    attributes = {
        re.sub(r"\s+", "_", name.strip()) or f"column_{index + 1}": index
        for index, name in enumerate(names)
        if index not in roles.values()
    }
    resource = "SNOMEDCT" if {"semantic_rel", "sem_rel"} & set(names) else "code"
    absent = "None" if "off0" in names else ""
    return Columns(len(names), roles, attributes, resource, absent)


def read_columns(path: Path, rules: ReadingRules = STRICT) -> Columns:
    """Recognise a table by its first line.

    Args:
        path: The table.
        rules: What the user calls its columns.

    Raises:
        CorpusError: It is none of the known ones, or can't be read.
    """
    try:
        with path.open("rb") as file:
            first = decode(file.readline(), path)
    except OSError as error:
        raise CorpusError(Problem(path, None, f"can't be read: {error.strerror}")) from error
    first = first.removeprefix("\ufeff").rstrip("\r\n")
    if "\r" in first:
        first = ""
    for separator in _SEPARATORS:
        columns = _columns_of(_names(first, separator), rules)
        if columns is not None:
            return replace(columns, separator=separator)
    raise CorpusError(_unknown(path, first, rules))


def _names(first: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([first], delimiter=separator), [])
    except csv.Error:  # a cell of more than 131,072 characters
        return [first]


def _columns_of(names: Sequence[str], rules: ReadingRules) -> Columns | None:
    """Return what the columns are by a first line's cells; one with offsets in it is no header."""
    columns = columns_named(names, rules)
    if columns is not None:
        return replace(columns, header=ranges_of(names, columns) is None)
    if len(names) != len(COLUMNS) or rules.columns:
        return None
    if parse_ranges(names[4]):
        return _CODIESP_X
    plain = replace(_FIVE, header=False)
    return plain if names[0] and ranges_of(names, plain) else None


def _unknown(path: Path, first: str, rules: ReadingRules) -> Problem:
    """Return what is wrong with a first line that tells no columns."""
    separator = max(_SEPARATORS, key=lambda mark: len(_names(first, mark)))
    names = _names(first, separator)
    trusting = replace(rules, text_check="off")
    hint = _OWN_NAMES if columns_named(names, trusting) is None else _NO_TEXT
    if stated := [name for _, name in rules.columns if name not in names]:
        hint = f"None is called {', '.join(stated)}, as --columns says"
    found = f"the columns {' '.join(names)[:200]!r} are none that are known"
    return Problem(path, 1, found, "; ".join(KNOWN_HEADERS), hint)


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
    plain = text.rstrip("\r\n").split(columns.separator)
    filename = plain[index].removesuffix(".txt") if index < len(plain) else ""
    found = found or f"a row of {len(plain)} columns that is not understood: {text[:80].rstrip()!r}"
    return TableRow(*position, filename, None, found)


def _cells(text: str, buffer: _LineBuffer, columns: Columns) -> tuple[tuple[str, ...] | None, int]:
    """Return the cells of the next row, None when it isn't one, and the lines that it takes."""
    readings: list[tuple[tuple[str, ...], int]] = []
    plain = text.removesuffix("\n").removesuffix("\r").split(columns.separator)
    if '"' in text and any(cell.startswith('"') for cell in plain):
        quoted, taken = _quoted(text, buffer, columns.separator)
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


def _quoted(text: str, buffer: _LineBuffer, separator: str) -> tuple[list[str], int]:
    """Return the cells as CSV has them, none when the row isn't CSV, and the lines taken."""

    def lines() -> Iterator[str]:
        yield text
        for index in range(1, _LONGEST_ROW):
            line = buffer.line(index)
            if line is None:
                return
            yield line.decode("utf-8")

    reader = csv.reader(lines(), delimiter=separator, strict=True)
    try:
        return next(reader), reader.line_num
    except (csv.Error, UnicodeDecodeError):
        return [], 1


def _padded(cells: Sequence[str], columns: Columns) -> tuple[str, ...]:
    """Add empty cells where a row leaves out its last columns."""
    return (*cells, *[""] * (columns.count - len(cells)))


def _text_merged(cells: Sequence[str], columns: Columns) -> tuple[str, ...]:
    """Take surplus cells for pieces of a text with tabs in it."""
    surplus = len(cells) - columns.count
    if surplus <= 0 or "text" not in columns.roles:
        return ()
    index = columns.roles["text"]
    behind = index + surplus + 1
    return (*cells[:index], columns.separator.join(cells[index:behind]), *cells[behind:])


def _plausible(cells: Sequence[str], columns: Columns) -> bool:
    return (
        len(cells) == columns.count
        and all(cells[columns.roles[role]] for role in ("filename", "label"))
        and ranges_of(cells, columns) is not None
    )


def _length_matches(cells: Sequence[str], columns: Columns) -> bool:
    """Tell whether the text is as long as the offsets say; where there is none, it is."""
    if "text" not in columns.roles:
        return True
    ranges = ranges_of(cells, columns) or ()
    length = sum(end - start for start, end in ranges) + len(ranges) - 1
    return len(cells[columns.roles["text"]]) == length
