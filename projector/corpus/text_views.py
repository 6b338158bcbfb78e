"""Give a text as another tool saw it, and tell where its boundaries truly are.

Only what differs is kept: a megabyte of Spanish is seen in another form in a tenth of a second.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

NOWHERE = -1  # a boundary of the seen text that is none of the true one

Form = Literal["", "NFC", "NFD"]
LineEnds = Literal["", "LF", "CRLF"]

_MARK = "\ufeff"
_CRLF = re.compile("\r\n")
_LONE = re.compile(r"(?<!\r)\n")
_BEYOND_ASCII = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch that is seen otherwise.

    Args:
        start, end: Where it is in the true text.
        seen: As what.
        cuts: The true offset of boundaries within it, by how many of its seen characters are
            before; at others it can't be cut.
    """

    start: int
    end: int
    seen: str
    cuts: dict[int, int] = field(default_factory=dict)


class View:
    """A text as it was seen.

    Args:
        text: The true one.
        pieces: Those that differ, in order.
    """

    def __init__(self, text: str, pieces: Iterable[Piece]) -> None:
        self._pieces: list[Piece] = []
        self._starts: list[int] = []  # in the seen text
        parts: list[str] = []
        length = last = 0
        for piece in pieces:
            parts += (text[last : piece.start], piece.seen)
            length += piece.start - last
            self._pieces.append(piece)
            self._starts.append(length)
            length += len(piece.seen)
            last = piece.end
        self.text = "".join([*parts, text[last:]])

    @property
    def differs(self) -> bool:
        """Tell whether it is another text."""
        return bool(self._pieces)

    def true_offset(self, offset: int) -> int:
        """Return where a boundary of the seen text is in the true one, or `NOWHERE`."""
        number = bisect_right(self._starts, offset) - 1
        if number < 0:
            return offset
        piece, within = self._pieces[number], offset - self._starts[number]
        if within >= len(piece.seen):
            return piece.end + within - len(piece.seen)
        return piece.cuts.get(within, NOWHERE) if within else piece.start


def without_mark(text: str) -> View:
    """Return a text without its byte order mark."""
    return View(text, [Piece(0, 1, "")] if text.startswith(_MARK) else [])


def with_line_ends(text: str, kind: Literal["LF", "CRLF"]) -> View:
    """Return a text with all its line ends of one kind.

    CRLF that was seen as one character is one. A mention that ends or begins within what was seen
    as two ends or begins before it.
    """
    if kind == "LF":
        return View(text, (Piece(*match.span(), "\n") for match in _CRLF.finditer(text)))
    lone = (match.span() for match in _LONE.finditer(text))
    return View(text, (Piece(start, end, "\r\n", {1: start}) for start, end in lone))


def in_form(text: str, form: Literal["NFC", "NFD"]) -> View | None:
    """Return a text in a Unicode form; None where it can't be told character by character."""
    view = View(text, _formed(text, form))
    return view if view.text == unicodedata.normalize(form, text) else None


def _formed(text: str, form: Literal["NFC", "NFD"]) -> Iterator[Piece]:
    for start, end in _characters(text):
        seen = unicodedata.normalize(form, text[start:end])
        if seen != text[start:end]:
            yield Piece(start, end, seen, dict(_cuts(text, start, end, seen, form)))


def _cuts(
    text: str, start: int, end: int, seen: str, form: Literal["NFC", "NFD"]
) -> Iterator[tuple[int, int]]:
    """Yield where a character with its marks can be cut in both forms."""
    for cut in range(start + 1, end):
        before, behind = (
            unicodedata.normalize(form, part) for part in (text[start:cut], text[cut:end])
        )
        if before + behind == seen:
            yield len(before), cut


def _characters(text: str) -> Iterator[tuple[int, int]]:
    """Yield where characters beyond ASCII, with all marks on them, begin and end."""
    for match in _BEYOND_ASCII.finditer(text):
        start = match.start()
        for index in range(start + 1, match.end()):
            if not unicodedata.combining(text[index]):
                yield start, index
                start = index
        yield start, match.end()


def unit_indices(text: str, codec: str, width: int, wanted: Sequence[int]) -> dict[int, int]:
    """Return how many characters are before each wanted offset in units of an encoding.

    Args:
        text: Without halves of surrogate pairs.
        codec: The encoding.
        width: Bytes a unit.
        wanted: In rising order; those within a character, or outside the text, are left out.
    """
    data = text.encode(codec, "surrogatepass")
    indices: dict[int, int] = {}
    last = characters = 0
    for offset in wanted:
        place = offset * width
        if 0 <= place <= len(data) and not _is_within(data, place, width):
            characters += len(data[last:place].decode(codec, "surrogatepass"))
            last = place
            indices[offset] = characters
    return indices


def _is_within(data: bytes, place: int, width: int) -> bool:
    """Tell whether a character of UTF-8 or UTF-16 (little endian) goes on at a place."""
    if place == len(data):
        return False
    return data[place + 1] & 0xFC == 0xDC if width == 2 else data[place] & 0xC0 == 0x80
