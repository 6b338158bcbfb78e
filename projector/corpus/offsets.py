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
_RANGES = re.compile(r"[0-9]{1,18} [0-9]{1,18}(?:;[0-9]{1,18} [0-9]{1,18})*")  # as 64 bits hold
_SHOWN = 80  # characters of a mention in a message


@dataclass(frozen=True, slots=True)
class RawMention:
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
class _CountedText:
    """A text as some tool counts it; `positions[i]` is the true offset of its i-th character."""

    text: str
    convention: str = ""
    positions: tuple[int, ...] | None = None

    def fragments(self, ranges: Iterable[tuple[int, int]]) -> tuple[Fragment, ...]:
        """Return true fragments, in text order."""
        positions = self.positions
        if positions is None:
            return tuple(Fragment(start, end) for start, end in sorted(ranges))
        return tuple(Fragment(positions[start], positions[end]) for start, end in sorted(ranges))


def parse_ranges(stated: str) -> tuple[tuple[int, int], ...] | None:
    """Return the (start, end) of `0 5;17 23`, in its order; None where it is nothing like this."""
    if not _RANGES.fullmatch(stated):
        return None
    pairs = (pair.split(" ") for pair in stated.split(";"))
    return tuple((int(start), int(end)) for start, end in pairs)


def flatten(surface: str) -> str:
    """Return a mention's text as one line: each line end's characters become spaces."""
    return surface.replace("\r", " ").replace("\n", " ")


def resolve_offsets(
    text: str, raw_mentions: Sequence[RawMention]
) -> tuple[list[Mention], list[Problem]]:
    """Turn mentions as a file states them into true ones.

    Returns:
        (mentions, problems), each in the given order; every raw mention leads to exactly one
        of either, the problems naming it.
    """
    counted, hint = _detect_convention(text, raw_mentions)
    mentions: list[Mention] = []
    problems: list[Problem] = []
    for raw in raw_mentions:
        problem = _range_problem(raw, len(counted.text)) or _text_problem(raw, counted.text, hint)
        if problem:
            problems.append(problem)
        else:
            mentions.append(Mention(raw.id, raw.label, counted.fragments(raw.ranges), raw.line))
    return mentions, problems


def _detect_convention(text: str, raw_mentions: Sequence[RawMention]) -> tuple[_CountedText, str]:
    """Return the text as the file counts it, and a hint where that can't be told for sure."""
    as_stored = _CountedText(text)
    fitting_as_stored = _fitting(as_stored, raw_mentions)
    if len(fitting_as_stored) == len(raw_mentions):
        return as_stored, ""
    candidates = [(_fitting(counted, raw_mentions), counted) for counted in _conventions(text)]
    fitting, counted = max(
        candidates, key=lambda candidate: len(candidate[0]), default=(fitting_as_stored, as_stored)
    )
    if fitting > fitting_as_stored:
        return counted, ""
    if len(fitting) > len(fitting_as_stored):
        hint = f"{len(fitting)} of {len(raw_mentions)} mentions fit if {counted.convention}"
        return as_stored, hint
    return as_stored, ""


def _fitting(counted: _CountedText, raw_mentions: Sequence[RawMention]) -> set[int]:
    """Return the indices of the mentions that fit."""
    length = len(counted.text)
    return {
        index
        for index, raw in enumerate(raw_mentions)
        if not _range_problem(raw, length) and _matches(raw, counted.text)
    }


def _conventions(text: str) -> Iterator[_CountedText]:
    bom = text.startswith(_BOM)
    crlf = "\r\n" in text
    if bom:
        convention = "the byte order mark is not counted"
        yield _CountedText(text[1:], convention, tuple(range(1, len(text) + 1)))
    if crlf:
        yield _joined_line_ends(text, 0, "CRLF counts as one character")
    if bom and crlf:
        convention = "the byte order mark is not counted and CRLF counts as one character"
        yield _joined_line_ends(text, 1, convention)


def _joined_line_ends(text: str, first: int, convention: str) -> _CountedText:
    dropped = {match.start() for match in re.finditer("\r\n", text)}  # the CR of each
    counted = [index for index in range(first, len(text)) if index not in dropped]
    positions = (*counted, len(text))
    # A line's end is before its CR, so that a mention never gets one at its end.
    ends = tuple(index - 1 if index - 1 in dropped else index for index in positions)
    return _CountedText(text[first:].replace("\r\n", "\n"), convention, ends)


def _range_problem(raw: RawMention, length: int) -> Problem | None:
    """Return what keeps the ranges from being stretches of a text of `length` characters."""
    for start, end in raw.ranges:
        subject = f"{raw.id}: the range {start} {end}"
        if start >= end:
            found = f"{subject} is {'reversed' if start > end else 'empty'}"
            return _problem(raw, found, "a start before its end")
        if start < 0 or end > length:
            return _problem(raw, f"{subject} is outside the text", f"0 to {length}")
    ordered = sorted(raw.ranges)
    for (_, end), (start, _) in pairwise(ordered):
        if start < end:
            found = f"{raw.id}: its fragments overlap at {start} to {end}"
            return _problem(raw, found, "fragments apart from each other")
    return None


def _text_problem(raw: RawMention, text: str, hint: str) -> Problem | None:
    if _matches(raw, text):
        return None
    surface = _surface(sorted(raw.ranges), text)
    ranges = ";".join(f"{start} {end}" for start, end in sorted(raw.ranges))
    found = f"{raw.id}: the text has {_quote(surface)} at {ranges}"
    if unicodedata.normalize("NFC", surface) == unicodedata.normalize("NFC", raw.text):
        hint = "They differ in how accents are composed (Unicode normalisation) only"
    expected = f"{_quote(raw.text)}, its text"
    return _problem(raw, found, expected, hint or _nearest_occurrence(raw, text))


def _matches(raw: RawMention, text: str) -> bool:
    """Tell whether the fragments are the stored text, in text order or in the file's."""
    for ranges in (sorted(raw.ranges), list(raw.ranges)):
        surface = _surface(ranges, text)
        if raw.text == surface:
            return True
        # Stored text has one line: tools make a line end one space, or one a character.
        flat = flatten(raw.text)
        if flat in (flatten(surface), flatten(surface.replace("\r\n", "\n"))):
            return True
    return False


def _surface(ranges: Iterable[tuple[int, int]], text: str) -> str:
    return " ".join(text[start:end] for start, end in ranges)


def _nearest_occurrence(raw: RawMention, text: str) -> str:
    """Return a hint where the stored text stands instead, nearest to its start, if it does."""
    stated_start = min(raw.ranges)[0]
    behind = text.find(raw.text, stated_start)
    before = text.rfind(raw.text, 0, stated_start + len(raw.text))
    starts = [start for start in (before, behind) if start >= 0]
    if not raw.text or not starts:
        return ""
    start = min(starts, key=lambda start: abs(start - stated_start))
    return f"It stands at {start} {start + len(raw.text)}, {start - stated_start:+d} from there"


def _problem(raw: RawMention, found: str, expected: str, hint: str = "") -> Problem:
    return Problem(raw.path, raw.line, found, expected, hint, raw.id)


def _quote(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…")
