"""Say where in files a document lies, so that it is read without the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from projector.corpus.reading import decode
from projector.errors import CorpusError, Problem

BOM = "\ufeff".encode()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a file.

    Args:
        path: The file.
        line: The line that it begins in, 1-based.
        offset: Its first byte.
        length: Its bytes.
    """

    path: Path
    line: int
    offset: int
    length: int

    def text(self) -> str:
        """Read it.

        Raises:
            CorpusError: The file can't be read any more, or is not UTF-8.
        """
        return decode_at(self.data(), self.path, self.line)

    def data(self) -> bytes:
        """Read its bytes.

        Raises:
            CorpusError: The file can't be read any more.
        """
        try:
            with self.path.open("rb") as file:
                file.seek(self.offset)
                return file.read(self.length)
        except OSError as error:
            raise CorpusError(
                Problem(self.path, None, f"can't be read: {error.strerror}")
            ) from error


@dataclass(frozen=True, slots=True)
class RecordFiles:
    """Where a document lies.

    Args:
        parts: Of the files that its annotations, and mostly its text, are in.
        text: The `.txt` of its text, if it has one.
    """

    parts: tuple[Stretch, ...]
    text: Path | None = None


def whole_file(path: Path) -> Stretch:
    """Return all of a file.

    Raises:
        CorpusError: It can't be read.
    """
    try:
        return Stretch(path, 1, 0, path.stat().st_size)
    except OSError as error:
        raise CorpusError(Problem(path, None, f"can't be read: {error.strerror}")) from error


def decode_at(data: bytes, path: Path, line: int) -> str:
    """Decode a part of a file that begins in `line`, without a byte order mark.

    Raises:
        CorpusError: It is not UTF-8; the line of the first wrong byte is told.
    """
    try:
        return decode(data, path).removeprefix("\ufeff")
    except CorpusError as error:
        (problem,) = error.problems
        raise CorpusError(
            Problem(
                path,
                (problem.line or 1) + line - 1,
                problem.found,
                problem.expected,
                problem.hint,
            )
        ) from error


def lines_of(path: Path) -> Iterator[tuple[int, int, str]]:
    r"""Yield each line's number, first byte and text, without its line end and a byte order mark.

    Lines end with "\n" only; one CR before it belongs to the line end.

    Raises:
        CorpusError: The file can't be read or is not UTF-8.
    """
    offset = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                text = _decoded(line, path, number)
                yield number, offset, text.removesuffix("\n").removesuffix("\r")
                offset += len(line)
    except OSError as error:
        raise CorpusError(Problem(path, None, f"can't be read: {error.strerror}")) from error


def _decoded(line: bytes, path: Path, number: int) -> str:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return decode_at(line, path, number)
    return text.removeprefix("\ufeff") if number == 1 else text


def numbered_lines(text: str, first: int) -> Iterator[tuple[int, str]]:
    """Yield the lines of a part of a file with their numbers, as `lines_of` cuts them."""
    for number, line in enumerate(text.split("\n"), start=first):
        yield number, line.removesuffix("\r")
