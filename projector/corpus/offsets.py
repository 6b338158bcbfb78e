"""Hold mentions against their text: the one place where a stated offset becomes a fragment.

A mention fits when its fragments, joined by a space, are its stored text. Where a file's mentions
tell for sure that its offsets count otherwise, as `offset_conventions` says, they are converted,
and that is told. What does not fit then is a problem with a hint, unless the user trusts the
offsets, or takes words that differ in what tools change on the way (`TextCheck`).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, pairwise
from pathlib import Path

from projector.corpus.offset_conventions import (
    AS_STORED,
    CountedText,
    Recognised,
    StatedMention,
    Stretch,
    recognise,
)
from projector.corpus.text_check import difference, has_stray_edges
from projector.corpus.text_views import Form
from projector.document import Fragment, Mention
from projector.errors import Notice, Problem
from projector.settings import TextCheck

_RANGES = re.compile(r"[0-9]{1,18} [0-9]{1,18}(?:;[0-9]{1,18} [0-9]{1,18})*")  # as 64 bits hold
_LINE_END = re.compile("[\r\n]")
_SHOWN = 80  # characters of a mention in a message
_UNCHECKED = "other words are stated than the text's, or none: the offsets are trusted"
_TAKE = 'Take such words: --text-check normalised (text_check="normalised")'
_TRUST = 'where none is stated, trust the offsets: --text-check off (text_check="off")'


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
class Resolved:
    """What came of a document's stated mentions, in the given order.

    Args:
        mentions: The true ones.
        problems: One for each of the others, naming it.
        notices: What was converted, or taken though its words differ.
    """

    mentions: list[Mention]
    problems: list[Problem]
    notices: list[Notice]


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
    """Turn mentions as a file states them into true ones, see `resolve_mentions`."""
    resolved = resolve_mentions(text, raw_mentions)
    return resolved.mentions, resolved.problems


def resolve_mentions(
    text: str, raw_mentions: Sequence[RawMention], *, check: TextCheck = "strict"
) -> Resolved:
    """Turn mentions as their files state them into true ones.

    Args:
        text: The document's.
        raw_mentions: Those of each file together; every one leads to one mention or one problem.
        check: How their words are held against the text; `off`: not at all, and offsets are taken
            to count the text as it is stored.
    """
    resolved = Resolved([], [], [])
    for _, of_file in groupby(raw_mentions, key=lambda raw: raw.path):
        _resolve_file(text, list(of_file), check, resolved)
    return resolved


def _resolve_file(
    text: str, raw_mentions: Sequence[RawMention], check: TextCheck, resolved: Resolved
) -> None:
    """Add what comes of a file's mentions."""
    known = _recognised(text, raw_mentions, check)
    differences: Counter[str] = Counter()
    converted = 0
    for raw in raw_mentions:
        stretches = known.counted.stretches(raw.ranges)
        problem = _range_problem(raw, known.counted)
        if not problem:
            what = _difference(raw, stretches or (), known.counted.convention.form)
            if check == "off":
                what = _UNCHECKED if what != "" else ""
            if what is None or (what and check == "strict"):
                problem = _text_problem(raw, stretches or (), known, what)
            elif what:
                differences[what] += 1
        if problem or stretches is None:
            resolved.problems.extend([problem] if problem else [])
            continue
        fragments = tuple(Fragment(start, end) for _, start, end in _ordered(stretches))
        ranges = [(fragment.start, fragment.end) for fragment in fragments]
        converted += ranges != sorted(raw.ranges)
        resolved.mentions.append(Mention(raw.id, raw.label, fragments, raw.line))
    resolved.notices.extend(_notices(raw_mentions[0].path, known, converted, differences))


def _recognised(text: str, raw_mentions: Sequence[RawMention], check: TextCheck) -> Recognised:
    """Return how a file's offsets are to be understood."""
    if check == "off":
        return Recognised(CountedText(AS_STORED, text), "", "", frozenset())
    as_stored = CountedText(AS_STORED, text)
    if all(_fits_as_stored(raw, as_stored) for raw in raw_mentions):
        return Recognised(as_stored, "", "", frozenset(range(len(raw_mentions))))
    exactly = recognise(
        text, [StatedMention(raw.ranges, partial(_fits, raw)) for raw in raw_mentions]
    )
    if check == "strict" or len(exactly.explained) == len(raw_mentions):
        return exactly
    mainly = [StatedMention(raw.ranges, partial(_fits_in_the_main, raw)) for raw in raw_mentions]
    return recognise(text, mainly)


def _notices(
    path: Path, known: Recognised, converted: int, differences: Counter[str]
) -> Iterator[Notice]:
    if converted:
        yield Notice(path, f"{known.convention}: converted", converted)
    for what, mentions in differences.items():
        told = f"stated words differ from the text in {what} only: the text's are taken"
        told = what if what is _UNCHECKED else told
        yield Notice(path, told, mentions)


def _range_problem(raw: RawMention, counted: CountedText) -> Problem | None:
    """Return what keeps the ranges from being stretches of the text."""
    convention, length = counted.convention, len(counted.text)
    as_counted = f", as {convention}" if str(convention) else ""
    for start, end in raw.ranges:
        subject = f"{raw.id}: the range {start} {end}"
        if start >= end + convention.inclusive:
            found = f"{subject} is {'reversed' if start > end else 'empty'}"
            return _problem(raw, found, "a start before its end")
        if counted.stretches([(start, end)]) is None:
            where = "is outside the text"
            if as_counted:
                where = f"is outside the text or ends within a character{as_counted}"
            return _problem(raw, f"{subject} {where}", f"0 to {length}")
    ordered = sorted(raw.ranges)
    for (_, end), (start, _) in pairwise(ordered):
        if start < end + convention.inclusive:
            found = f"{raw.id}: its fragments overlap at {start} to {end}"
            return _problem(raw, found, "fragments apart from each other")
    return None


def _text_problem(
    raw: RawMention, stretches: Sequence[Stretch], known: Recognised, what: str | None
) -> Problem:
    surface = " ".join(words for words, _, _ in _ordered(stretches))
    ranges = ";".join(f"{start} {end}" for start, end in sorted(raw.ranges))
    found = f"{raw.id}: the text has {_quote(surface)} at {ranges}"
    hint = known.hint or _nearest_occurrence(raw, known.counted.text)
    if what is not None:
        hint = f"They differ in {what} only. {_TAKE}"
    expected = f"{_quote(raw.text)}, its text"
    return _problem(raw, found, expected if raw.text else f"{expected} ({_TRUST})", hint)


def _fits_as_stored(raw: RawMention, as_stored: CountedText) -> bool:
    """Tell whether a mention's words stand where it says, in whatever Unicode form."""
    stretches = as_stored.stretches(raw.ranges)
    return stretches is not None and _fits(raw, stretches, "NFC")


def _fits(raw: RawMention, stretches: Sequence[Stretch], form: Form) -> bool:
    """Tell whether the words are the stated ones; where a form is named, in any Unicode form."""
    return any(_same_words(raw.text, surface, form) for surface in _surfaces(stretches))


def _fits_in_the_main(raw: RawMention, stretches: Sequence[Stretch], form: Form) -> bool:
    """Tell whether the words are the stated ones in the main, none too many at their edges."""
    # A neighbouring blank more or less would make several conventions fit.
    stray = any(has_stray_edges(raw.text, surface) for surface in _surfaces(stretches))
    return not stray and _difference(raw, stretches, form) is not None


def _difference(raw: RawMention, stretches: Sequence[Stretch], form: Form) -> str | None:
    """Return what the words differ in from the stated ones, see `text_check.difference`."""
    if _fits(raw, stretches, form):
        return ""
    found = (difference(raw.text, surface) for surface in _surfaces(stretches))
    return next((what for what in found if what is not None), None)


def _same_words(stated: str, surface: str, form: Form) -> bool:
    if form:
        stated, surface = (unicodedata.normalize(form, words) for words in (stated, surface))
    if stated == surface:
        return True
    if not _LINE_END.search(surface):
        return flatten(stated) == surface
    # Stored text has one line: tools make a line end one space, or one a character.
    flat = flatten(stated)
    return flat in (flatten(surface), flatten(surface.replace("\r\n", "\n")))


def _surfaces(stretches: Sequence[Stretch]) -> Iterator[str]:
    """Yield the words of fragments, joined by a space: in text order, and in the file's."""
    if len(stretches) == 1:
        yield stretches[0][0]
        return
    for order in (_ordered(stretches), stretches):
        yield " ".join(words for words, _, _ in order)


def _ordered(stretches: Iterable[Stretch]) -> list[Stretch]:
    return sorted(stretches, key=lambda stretch: stretch[1:])


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
