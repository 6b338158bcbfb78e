"""Find the objects of a JSON file, an array's, a line's each or one alone, and where they lie."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from json.decoder import WHITESPACE  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any, NoReturn

from projector.corpus.formats.stretch import Stretch, whole_file
from projector.errors import CorpusError, Problem
from projector.storage import strict_json
from projector.storage.strict_json import STRICT, WrongFieldError, brief, fault, whole


@dataclass(frozen=True, slots=True)
class Element:
    """An object of a file.

    Args:
        value: What it holds.
        stretch: Where it lies.
        where: Its place in the file, in words: `[3]`, or empty where its line says it.
    """

    value: Mapping[str, Any]
    stretch: Stretch
    where: str = ""


def elements(path: Path, member: str | None = None) -> Iterator[Element]:
    """Yield the objects of a file: those of its array, of its lines, or the one that it is.

    Args:
        path: The file.
        member: Where the file is one object: the name of the array in it whose objects are meant.

    Raises:
        CorpusError: It is no JSON, or something in the place of an object is none.
    """
    text = whole_file(path).text()
    shift = len(whole_file(path).data()) - len(text.encode("utf-8"))  # a byte order mark's
    cursor = _Cursor(path, text, shift)
    start = _skipped(text, 0)
    if text.startswith("[", start):
        yield from _array(cursor, start)
        return
    if member is not None:
        yield from _member(cursor, start, member)
        return
    while start < len(text):
        value, end = cursor.value(start)
        yield cursor.element(value, start, end, "")
        start = _skipped(text, end)


def read_element(stretch: Stretch) -> Mapping[str, Any]:
    """Read the object that lies in a stretch.

    Raises:
        CorpusError: It lies there no more.
    """
    cursor = _Cursor(stretch.path, stretch.text(), 0, stretch.line)
    value, _ = cursor.value(0)
    return cursor.element(value, 0, 0, "").value


class _Cursor:
    """Read values of a text, and know their lines and bytes; positions only ever grow."""

    def __init__(self, path: Path, text: str, shift: int, line: int = 1) -> None:
        self.path, self.text = path, text
        self._position, self._line, self._byte = 0, line, shift
        self._decoder = json.JSONDecoder(**STRICT)

    def value(self, start: int) -> tuple[Any, int]:
        """Return the value at `start`, and where it ends."""
        try:
            value, end = self._decoder.raw_decode(self.text, start)
        except json.JSONDecodeError as error:
            found = f"no JSON ({error.msg} at column {error.colno})"
            raise CorpusError(Problem(self.path, self.line(error.pos), found, "JSON")) from error
        except (ValueError, RecursionError) as error:
            found = f"no JSON ({fault(error)})"
            raise CorpusError(Problem(self.path, self.line(start), found, "JSON")) from error
        return value, end

    def line(self, position: int) -> int:
        """Return the line of a position at or behind the last element."""
        return self._line + self.text.count("\n", self._position, position)

    def element(self, value: object, start: int, end: int, where: str) -> Element:
        """Return an object with where it lies."""
        self._line = self.line(start)
        self._byte += len(self.text[self._position : start].encode("utf-8"))
        self._position = start
        if not isinstance(value, dict):
            found = f"{where} is {brief(value)}" if where else brief(value)
            raise CorpusError(Problem(self.path, self._line, found, "an object: {…}"))
        length = len(self.text[start:end].encode("utf-8"))
        return Element(value, Stretch(self.path, self._line, self._byte, length), where)

    def fail(self, position: int, expected: str) -> NoReturn:
        """Raise what is there instead of what should be."""
        found = (
            repr(self.text[position : position + 20]) if position < len(self.text) else "the end"
        )
        raise CorpusError(Problem(self.path, self.line(position), f"no JSON: {found}", expected))


def _array(cursor: _Cursor, start: int, name: str = "") -> Generator[Element, None, int]:
    """Yield the objects of the array that begins at `start`; return where it ends."""
    text, index = cursor.text, 0
    position = _skipped(text, start + 1)
    while not text.startswith("]", position):
        if index:
            if not text.startswith(",", position):
                cursor.fail(position, "a comma or the array's end")
            position = _skipped(text, position + 1)
        value, end = cursor.value(position)
        yield cursor.element(value, position, end, f"{name}[{index}]")
        position, index = _skipped(text, end), index + 1
    if not name and _skipped(text, position + 1) < len(text):
        cursor.fail(_skipped(text, position + 1), "nothing behind the array")
    return position + 1


def _member(cursor: _Cursor, start: int, member: str) -> Iterator[Element]:
    """Yield the objects of an array that is a member of the object at `start`."""
    text, seen = cursor.text, False
    position = _skipped(text, start + 1)
    while text.startswith('"', position):
        name, end = cursor.value(position)
        position = _skipped(text, end)
        if not text.startswith(":", position):
            cursor.fail(position, "a colon")
        position = _skipped(text, position + 1)
        if name == member and text.startswith("[", position):
            if seen:
                cursor.fail(position, f"one array {member!r} in the object")
            seen, end = True, (yield from _array(cursor, position, member))
        else:
            _, end = cursor.value(position)
        position = _skipped(text, end)
        if text.startswith(",", position):
            position = _skipped(text, position + 1)
    if not seen:
        cursor.fail(position, f"an array {member!r} in the object")
    if not text.startswith("}", position) or _skipped(text, position + 1) < len(text):
        cursor.fail(position, "the object's end, and nothing behind it")


def _skipped(text: str, position: int) -> int:
    match = WHITESPACE.match(text, position)
    return int(match.end())


def whole_number(value: object, name: str) -> int:
    """Return an offset: an integer that isn't negative.

    Raises:
        WrongFieldError: It isn't.
    """
    number = whole(value, name)
    if number < 0:
        raise WrongFieldError(f"{name} is {number}; a whole number from 0 is needed")
    return number


def array(value: object, name: str) -> Sequence[Any]:
    """Return an array; an absent one is empty.

    Raises:
        WrongFieldError: It isn't.
    """
    return () if value is None else strict_json.array(value, name)


def objects(value: object, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the objects of an array with their names; an absent array has none.

    Raises:
        WrongFieldError: It isn't, or one of them is none.
    """
    for index, item in enumerate(array(value, name)):
        if not isinstance(item, dict):
            raise WrongFieldError(f"{name}[{index}] is {brief(item)}; expected an object")
        yield f"{name}[{index}]", item


def identifier(value: object) -> str:
    """Return an id or a name, of a number or a string; empty where it is neither."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return ""
    return str(value).strip()


def document_name(name: str) -> str:
    """Return a document's name of a file's: without folders and the ending of a text."""
    return re.split(r"[/\\]", name)[-1].removesuffix(".txt")


Namer = Callable[[Mapping[str, Any]], object]


def named(
    found: Iterable[Element], namers: Sequence[Namer], stem: str
) -> Iterator[tuple[str, Stretch]]:
    """Yield the names of documents and where they lie.

    Args:
        found: All objects of a file; what they hold is not kept.
        namers: What a name can be, best first: the first that all objects have, each another, is
            taken. Where there is none, they are numbered.
        stem: The file's, which numbered ones begin with; a single one is called so.
    """
    stretches: list[Stretch] = []
    columns: list[list[str]] = [[] for _ in namers]
    for element in found:
        stretches.append(element.stretch)
        for names, namer in zip(columns, namers, strict=True):
            names.append(document_name(identifier(namer(element.value))))
    for names in columns:
        if all(names) and len(set(names)) == len(names):
            yield from zip(names, stretches, strict=True)
            return
    width = len(str(len(stretches)))
    for number, stretch in enumerate(stretches, start=1):
        yield stem if len(stretches) == 1 else f"{stem}-{number:0{width}}", stretch
