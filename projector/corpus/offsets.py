"""Hold mentions against their text: the one place where a stated offset becomes a fragment.

A mention fits when its fragments, joined by a space, are its stored text. Tools disagree in two
ways about what an offset counts: some leave out the byte order mark of the text, some count a
CRLF as one character. Where every mention that fits as the file is stored fits under such a
convention too, and more do, that convention is what the file means, and the offsets are shifted
to the true ones. Anything less sure is a problem with a hint.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from projector.document import Fragment, Mention
from projector.errors import Problem

_BOM = "\ufeff"
_SHOWN = 80  # characters of a mention in a message


@dataclass(frozen=True, slots=True)
class Stated:
    """A mention as a file states it.

    Args:
        ranges: (start, end) in the file's order; nothing about them is sure yet.
        text: Its stored text.
    """

    id: str
    label: str
    ranges: tuple[tuple[int, int], ...]
    text: str
    path: Path
    line: int


@dataclass(frozen=True, slots=True)
class _View:
    """A text as some tool counts it; `positions[i]` is the true offset of its i-th character."""

    text: str
    convention: str = ""
    positions: tuple[int, ...] | None = None

    def fragments(self, ranges: Iterable[tuple[int, int]]) -> tuple[Fragment, ...]:
        """Return true fragments, in text order."""
        places = self.positions
        if places is None:
            return tuple(Fragment(start, end) for start, end in sorted(ranges))
        return tuple(Fragment(places[start], places[end]) for start, end in sorted(ranges))


def flatten(surface: str) -> str:
    """Return a mention's text as one line: each line end's characters become spaces."""
    return surface.replace("\r", " ").replace("\n", " ")


def place(text: str, stated: Sequence[Stated]) -> tuple[list[Mention], list[Problem]]:
    """Turn stated mentions into true ones.

    Returns:
        (mentions, problems), each in the given order; every stated mention leads to exactly one
        of either, the problems naming it.
    """
    view, hint = _choose_view(text, stated)
    mentions: list[Mention] = []
    problems: list[Problem] = []
    for one in stated:
        problem = _range_problem(one, len(view.text)) or _text_problem(one, view.text, hint)
        if problem:
            problems.append(problem)
        else:
            mentions.append(Mention(one.id, one.label, view.fragments(one.ranges), one.line))
    return mentions, problems


def _choose_view(text: str, stated: Sequence[Stated]) -> tuple[_View, str]:
    """Return how the file counts, and a hint where that can't be told for sure."""
    plain = _View(text)
    as_stored = _fitting(plain, stated)
    if len(as_stored) == len(stated):
        return plain, ""
    candidates = [(_fitting(view, stated), view) for view in _conventions(text)]
    fitting, view = max(
        candidates, key=lambda candidate: len(candidate[0]), default=(as_stored, plain)
    )
    if fitting > as_stored:
        return view, ""
    if len(fitting) > len(as_stored):
        return plain, f"{len(fitting)} of {len(stated)} mentions fit if {view.convention}"
    return plain, ""


def _fitting(view: _View, stated: Sequence[Stated]) -> set[int]:
    """Return the indices of the mentions that fit."""
    length = len(view.text)
    return {
        index
        for index, one in enumerate(stated)
        if not _range_problem(one, length) and _matches(one, view.text)
    }


def _conventions(text: str) -> Iterator[_View]:
    bom = text.startswith(_BOM)
    crlf = "\r\n" in text
    if bom:
        convention = "the byte order mark is not counted"
        yield _View(text[1:], convention, tuple(range(1, len(text) + 1)))
    if crlf:
        yield _joined_line_ends(text, 0, "CRLF counts as one character")
    if bom and crlf:
        convention = "the byte order mark is not counted and CRLF counts as one character"
        yield _joined_line_ends(text, 1, convention)


def _joined_line_ends(text: str, first: int, convention: str) -> _View:
    dropped = {match.start() for match in re.finditer("\r\n", text)}  # the CR of each
    kept = [index for index in range(first, len(text)) if index not in dropped]
    positions = (*kept, len(text))
    # A line's end is before its CR, so that a mention never gets one at its end.
    ends = tuple(index - 1 if index - 1 in dropped else index for index in positions)
    return _View(text[first:].replace("\r\n", "\n"), convention, ends)


def _range_problem(one: Stated, length: int) -> Problem | None:
    """Return what keeps the ranges from being stretches of a text of `length` characters."""
    for start, end in one.ranges:
        where = f"{one.id}: the range {start} {end}"
        if start >= end:
            found = f"{where} is {'reversed' if start > end else 'empty'}"
            return _problem(one, found, "a start before its end")
        if start < 0 or end > length:
            return _problem(one, f"{where} is outside the text", f"0 to {length}")
    ordered = sorted(one.ranges)
    for (_, end), (start, _) in pairwise(ordered):
        if start < end:
            found = f"{one.id}: its fragments overlap at {start} to {end}"
            return _problem(one, found, "fragments apart from each other")
    return None


def _text_problem(one: Stated, text: str, hint: str) -> Problem | None:
    if _matches(one, text):
        return None
    surface = _surface(sorted(one.ranges), text)
    ranges = ";".join(f"{start} {end}" for start, end in sorted(one.ranges))
    found = f"{one.id}: the text has {_quote(surface)} at {ranges}"
    if unicodedata.normalize("NFC", surface) == unicodedata.normalize("NFC", one.text):
        hint = "They differ in how accents are composed (Unicode normalisation) only"
    return _problem(one, found, f"{_quote(one.text)}, its text", hint or _moved(one, text))


def _matches(one: Stated, text: str) -> bool:
    """Tell whether the fragments are the stored text, in text order or in the file's."""
    for ranges in (sorted(one.ranges), list(one.ranges)):
        surface = _surface(ranges, text)
        if one.text == surface:
            return True
        # Stored text has one line: tools make a line end one space, or one a character.
        flat = flatten(one.text)
        if flat in (flatten(surface), flatten(surface.replace("\r\n", "\n"))):
            return True
    return False


def _surface(ranges: Iterable[tuple[int, int]], text: str) -> str:
    return " ".join(text[start:end] for start, end in ranges)


def _moved(one: Stated, text: str) -> str:
    """Return where the stored text stands instead, the nearest place, if it does."""
    start = min(one.ranges)[0]
    behind = text.find(one.text, start)
    before = text.rfind(one.text, 0, start + len(one.text))
    found = [place for place in (before, behind) if place >= 0]
    if not one.text or not found:
        return ""
    nearest = min(found, key=lambda place: abs(place - start))
    return f"It stands at {nearest} {nearest + len(one.text)}, {nearest - start:+d} from there"


def _problem(one: Stated, found: str, expected: str, hint: str = "") -> Problem:
    return Problem(one.path, one.line, found, expected, hint, one.id)


def _quote(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…")
