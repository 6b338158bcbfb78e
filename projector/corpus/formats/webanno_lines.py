"""Take the lines of a WebAnno TSV 3 file apart: its layers, its sentences, tokens and cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from projector.corpus.formats.stretch import numbered_lines
from projector.errors import CorpusError, Problem

FORMAT = re.compile(r"#FORMAT=WebAnno TSV ([0-9]+)\.([0-9]+)\s*")
_LAYER = re.compile(r"#T_(SP|CH|RL)=([^|]+)((?:\|[^|]*)*)")
_UNIT = re.compile(r"[0-9]+-[0-9]+(?:\.[0-9]+)?")
_OFFSETS = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")
_ESCAPED = re.compile(r"\\(->|.)", re.DOTALL)
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r"}
_EXPECTED = "1-2<tab>6-10<tab>token<tab>a column for each feature"

NOTHING, NO_VALUE = "_", "*"  # no annotation here; an annotation without a value

LayerKind = Literal["SP", "CH", "RL"]
ColumnKind = Literal["feature", "role", "target", "base"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a layer: a feature's, a slot's role or target, or where a relation comes from."""

    kind: ColumnKind
    name: str


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer and its columns, the first of which is cell number `first`."""

    kind: LayerKind
    name: str
    columns: tuple[Column, ...]
    first: int

    @property
    def short(self) -> str:
        """Return the last part of its name."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Unit:
    """A token, or a part of one, with its cells."""

    id: str
    line: int
    start: int
    end: int
    token: str
    cells: tuple[str, ...]

    @property
    def is_token(self) -> bool:
        """Tell whether it is a whole token."""
        return "." not in self.id


@dataclass(slots=True)
class Sentence:
    """A sentence: its text's lines as they are written, and its units."""

    line: int
    texts: list[str] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)


def read_layers(text: str, path: Path) -> list[Layer]:
    """Return the layers that the header declares.

    Raises:
        CorpusError: The first line is none of version 3, or a layer is not understood.
    """
    layers: list[Layer] = []
    first = 3
    for number, line in numbered_lines(text, 1):
        if number == 1:
            _check_version(line, path)
        elif line.startswith("#T_"):
            match = _LAYER.fullmatch(line)
            if match is None:
                raise CorpusError(
                    Problem(path, number, f"{line[:80]!r}", "#T_SP=, #T_CH= or #T_RL=name|features")
                )
            layers.append(_layer(match[1], match[2], match[3].split("|")[1:], first))
            first += len(layers[-1].columns)
        elif line.strip():
            break
    return layers


def _check_version(line: str, path: Path) -> None:
    match = FORMAT.fullmatch(line)
    if match is None or match[1] != "3":
        hint = "Export the corpus anew from INCEpTION as WebAnno TSV 3.3"
        raise CorpusError(Problem(path, 1, repr(line[:80]), "#FORMAT=WebAnno TSV 3.x", hint))


def _layer(kind: str, name: str, names: list[str], first: int) -> Layer:
    columns: list[Column] = []
    for column in names or [""]:
        if kind == "SP" and columns and columns[-1].kind == "role":
            columns.append(Column("target", column))
        elif kind == "SP" and column.startswith("ROLE_"):
            columns.append(Column("role", column.partition(":")[2].partition("_")[0] or column))
        elif kind == "RL" and column.startswith("BT_"):
            columns.append(Column("base", column.removeprefix("BT_")))
        else:
            columns.append(Column("feature", column))
    layer_kind: LayerKind = "RL" if kind == "RL" else "CH" if kind == "CH" else "SP"
    return Layer(layer_kind, name, tuple(columns), first)


def read_sentences(
    text: str, path: Path, width: int, problems: list[Problem]
) -> Iterator[Sentence]:
    """Yield the sentences behind the header.

    Args:
        text: The file's.
        path: The file.
        width: How many cells a row has, at least.
        problems: Takes what is wrong with rows.

    Raises:
        CorpusError: A row of tokens stands in no sentence.
    """
    sentence: Sentence | None = None
    for number, line in numbered_lines(text, 1):
        if line.startswith("#Text="):
            if sentence is None or sentence.units:
                if sentence is not None:
                    yield sentence
                sentence = Sentence(number)
            sentence.texts.append(line.removeprefix("#Text="))
        elif line.strip() and not line.startswith("#"):
            if sentence is None:
                found = f"{line[:60]!r} before a sentence"
                raise CorpusError(Problem(path, number, found, "#Text= and a sentence's text"))
            unit = _unit(line, number, width)
            if unit is None:
                found = f"{line[:80]!r} is not understood"
                problems.append(Problem(path, number, found, f"{_EXPECTED}, {width} in all"))
            else:
                sentence.units.append(unit)
    if sentence is not None:
        yield sentence


def _unit(line: str, number: int, width: int) -> Unit | None:
    cells = line.split("\t")
    if len(cells) < width or any(cells[width:]) or not _UNIT.fullmatch(cells[0]):
        return None
    offsets = _OFFSETS.fullmatch(cells[1])
    if offsets is None:
        return None
    start, end = int(offsets[1]), int(offsets[2])
    return Unit(cells[0], number, start, end, cells[2], tuple(cells[:width]))


def unescaped(written: str) -> str:
    """Return what is written with backslashes before reserved characters."""
    return _ESCAPED.sub(lambda match: _CONTROLS.get(match[1], match[1]), written)


def split_unescaped(written: str, separator: str) -> list[str]:
    """Return the parts between separators that no backslash stands before, still escaped."""
    parts, start, position = [], 0, 0
    while position < len(written):
        if written[position] == "\\":
            position += 2
            continue
        if written[position] == separator:
            parts.append(written[start:position])
            start = position + 1
        position += 1
    return [*parts, written[start:]]


_SUFFIX = re.compile(r"(?s)(.*?)(?<!\\)((?:\\\\)*)\[([0-9_]+)\]")


def split_id(written: str) -> tuple[str, str]:
    """Return a value, still escaped, and the number in brackets behind it, empty where none is."""
    match = _SUFFIX.fullmatch(written)
    return (match[1] + match[2], match[3]) if match else (written, "")
