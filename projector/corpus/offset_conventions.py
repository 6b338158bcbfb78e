"""Tell what a file's offsets count, by the words that its mentions state.

Tools disagree on five things: what is counted (code points, UTF-16 units as JavaScript does, UTF-8
bytes), whether the byte order mark is, which line ends and which Unicode form the text had when it
was annotated, and how a range's edges are written (from 0 or 1, its end inside or behind). A
convention is taken where it explains more of a file's mentions than the text as it is stored and
every one that any other such convention explains, and where all conventions that do so mean the
same stretches of the text. Anything less sure is no claim.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise, product
from typing import Literal

from projector.corpus.line_ends import LINE_ENDS, with_line_ends

Ranges = Sequence[tuple[int, int]]
Unit = Literal["", "UTF-16 units", "UTF-8 bytes"]
Form = Literal["", "NFC", "NFD"]
First = Literal[0, 1]
# The words of a range, and where they truly begin and end.
Stretch = tuple[str, int, int]
# Whether a mention states the words of these stretches; where a form is named, in any form.
Matches = Callable[[Sequence[Stretch], Form], bool]

_BOM = "\ufeff"
_FIRSTS: tuple[First, ...] = (0, 1)
_FORMS: tuple[Form, ...] = ("", "NFC", "NFD")
_NOWHERE = -1  # a boundary of the counted text that is none of the stored one
_ENOUGH = 2  # mentions that state a mere shift: one alone is as likely a mistake


@dataclass(frozen=True, slots=True)
class Convention:
    """What offsets count, and how ranges are written; all defaults: as the project does.

    Args:
        unit: What is counted; empty: code points.
        mark: Whether the byte order mark is.
        line_ends: How they were when it was counted, see `LINE_ENDS`; empty: as stored.
        form: The Unicode form that the text had; empty: as stored.
        first: The first character's number.
        inclusive: Whether a range's end is its last character's, and not the one behind.
    """

    unit: Unit = ""
    mark: bool = True
    line_ends: str = ""
    form: Form = ""
    first: First = 0
    inclusive: bool = False

    def __str__(self) -> str:
        """Return it in words that follow "if" or stand by themselves."""
        counted = f"offsets count {self.unit}" if self.unit else ""
        return " and ".join(
            filter(
                None,
                (
                    counted,
                    "" if self.mark else "the byte order mark is not counted",
                    LINE_ENDS.get(self.line_ends, ""),
                    f"the text is counted in its Unicode form {self.form}" if self.form else "",
                    "the first character has the number 1" if self.first else "",
                    "ends are inclusive" if self.inclusive else "",
                ),
            )
        )

    @property
    def is_shift(self) -> bool:
        """Tell whether it moves ranges and nothing else."""
        return self == Convention(first=1)

    @property
    def departures(self) -> int:
        """Return in how many ways it differs from what the project does."""
        ways = (self.unit, not self.mark, self.line_ends, self.form, self.first, self.inclusive)
        return sum(map(bool, ways))


AS_STORED = Convention()


@dataclass(frozen=True)
class CountedText:
    """A text as some tool counts it.

    Args:
        convention: How.
        text: Its characters.
        positions: The true offset of each boundary between them, `_NOWHERE` where there is none;
            None: they are the same.
    """

    convention: Convention
    text: str
    positions: Sequence[int] | None = None

    @cached_property
    def _indices(self) -> dict[int, int] | None:
        """Return which character begins at which unit; None where each is one unit."""
        if not self.convention.unit:
            return None
        lengths = _bytes if self.convention.unit == "UTF-8 bytes" else _utf16_units
        starts = accumulate(map(lengths, self.text), initial=0)
        return {start: index for index, start in enumerate(starts)}

    def stretches(self, stated: Ranges) -> list[Stretch] | None:
        """Return the words, true start and true end of each range, in the given order.

        Returns:
            None where a range is empty, reversed, outside the text, or begins or ends within a
            character.
        """
        found = [self._stretch(start, end) for start, end in stated]
        whole = [stretch for stretch in found if stretch is not None]
        return whole if len(whole) == len(found) else None

    def _stretch(self, start: int, end: int) -> Stretch | None:
        start -= self.convention.first
        end += self.convention.inclusive - self.convention.first
        if not 0 <= start < end:
            return None
        if self._indices is not None:
            start, end = self._indices.get(start, _NOWHERE), self._indices.get(end, _NOWHERE)
        if not 0 <= start < end <= len(self.text):
            return None
        true_start, true_end = start, end
        if self.positions is not None:
            true_start, true_end = self.positions[start], self.positions[end]
        if _NOWHERE in (true_start, true_end) or true_start >= true_end:
            return None
        return self.text[start:end], true_start, true_end


@dataclass(frozen=True, slots=True)
class StatedMention:
    """What a convention is told by: ranges in the file's order, and what their words are like."""

    ranges: Ranges
    matches: Matches


@dataclass(frozen=True, slots=True)
class Recognised:
    """How a file's offsets are to be understood.

    Args:
        counted: The text as they count it; as it is stored where nothing else is sure.
        convention: In words; empty where the text is counted as it is stored.
        hint: What would explain more of the mentions, and is not sure; else empty.
        explained: Numbers of the mentions whose words stand where they say.
    """

    counted: CountedText
    convention: str
    hint: str
    explained: frozenset[int]


_Explained = dict[int, tuple[tuple[int, int], ...]]  # by a mention's number, its true ranges


def recognise(text: str, mentions: Sequence[StatedMention]) -> Recognised:
    """Tell what the offsets of a file's mentions count; see the module's first words."""
    as_stored = CountedText(AS_STORED, text)
    stored = _explained(as_stored, mentions)
    if len(stored) == len(mentions):
        return Recognised(as_stored, "", "", frozenset(stored))
    larger = [
        (counted, explained)
        for counted in _conventions(text)
        if len(explained := _explained(counted, mentions)) > len(stored)
        and not (counted.convention.is_shift and _ranges(mentions, explained) < _ENOUGH)
    ]
    if not larger:
        return Recognised(as_stored, "", "", frozenset(stored))
    # What contradicts the text as it is stored is no rival, for nobody would take it.
    better = [pair for pair in larger if pair[1].keys() >= stored.keys()]
    every = {number for _, explained in better for number in explained}
    whole = [pair for pair in better if len(pair[1]) == len(every)]
    if not whole or len({_meant(text, explained) for _, explained in whole}) > 1:
        return Recognised(as_stored, "", _unsure(larger, len(mentions)), frozenset(stored))
    fewest = min(counted.convention.departures for counted, _ in whole)
    simplest = [counted for counted, _ in whole if counted.convention.departures == fewest]
    names = ", or ".join(str(counted.convention) for counted in simplest)
    return Recognised(simplest[0], names, "", frozenset(whole[0][1]))


def _meant(text: str, explained: _Explained) -> tuple[tuple[int, int], ...]:
    """Return the ranges that are meant, whether or not a line end belongs to a mention's edge."""
    edges: list[tuple[int, int]] = []
    for _, ranges in sorted(explained.items()):
        for start, end in ranges:
            words = text[start:end].lstrip("\r\n")
            first = end - len(words) if words else start
            edges.append((first, first + len(words.rstrip("\r\n"))))
    return tuple(edges)


def _ranges(mentions: Sequence[StatedMention], explained: _Explained) -> int:
    """Return how many different places are explained."""
    return len({tuple(mentions[number].ranges) for number in explained})


def _unsure(larger: Iterable[tuple[CountedText, _Explained]], mentions: int) -> str:
    counted, explained = max(larger, key=lambda pair: len(pair[1]))
    return f"{len(explained)} of {mentions} mentions fit if {counted.convention}"


def _explained(counted: CountedText, mentions: Sequence[StatedMention]) -> _Explained:
    """Return the true ranges of those mentions whose words stand where they say."""
    explained: _Explained = {}
    for number, mention in enumerate(mentions):
        stretches = counted.stretches(mention.ranges)
        if stretches is None:
            continue
        true = tuple(sorted((start, end) for _, start, end in stretches))
        apart = all(end <= start for (_, end), (start, _) in pairwise(true))
        if apart and mention.matches(stretches, counted.convention.form):
            explained[number] = true
    return explained


def _conventions(text: str) -> Iterator[CountedText]:
    """Yield the text as other tools would count it, the simplest ways first."""
    every = (
        CountedText(Convention(unit, mark, line_ends, form, first, inclusive), counted, positions)
        for mark, line_ends, form, counted, positions in _texts(text)
        for unit, first, inclusive in product(_units(counted), _FIRSTS, (False, True))
    )
    others = (counted for counted in every if counted.convention != AS_STORED)
    yield from sorted(others, key=lambda counted: counted.convention.departures)


def _units(text: str) -> tuple[Unit, ...]:
    """Return the units that make a difference in a text."""
    if text.isascii():
        return ("",)
    return ("", "UTF-16 units", "UTF-8 bytes") if max(text) > "\uffff" else ("", "UTF-8 bytes")


_Text = tuple[bool, str, Form, str, Sequence[int] | None]


def _texts(text: str) -> Iterator[_Text]:
    """Yield the texts that may have been counted, with the true offsets of their boundaries."""
    for mark in (True, False) if text.startswith(_BOM) else (True,):
        bare = text if mark else text[1:]
        offsets = None if mark else range(1, len(text) + 1)
        for form in _FORMS:
            formed = _in_form(form, bare, offsets) if form else (bare, offsets)
            if formed is None:
                continue
            for line_ends in ("", *LINE_ENDS):
                counted = formed if line_ends == "" else with_line_ends(line_ends, *formed)
                if counted is not None:
                    yield mark, line_ends, form, *counted


def _in_form(
    form: Literal["NFC", "NFD"], text: str, offsets: Sequence[int] | None
) -> tuple[str, Sequence[int]] | None:
    """Return a text in another Unicode form, and the offsets of its boundaries.

    Returns:
        None where that is no other text, or where its characters can't be told from each other.
    """
    formed = unicodedata.normalize(form, text)
    if formed == text:
        return None
    offsets = range(len(text) + 1) if offsets is None else offsets
    pieces: list[str] = []
    positions: list[int] = []
    for start, end in _characters(text):
        piece = unicodedata.normalize(form, text[start:end])
        pieces.append(piece)
        if piece == text[start:end]:
            positions += offsets[start:end]
        else:
            positions += [offsets[start], *[_NOWHERE] * (len(piece) - 1)]
    positions.append(offsets[len(text)])
    return (formed, positions) if "".join(pieces) == formed else None


def _characters(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a character and the marks on it begin and end."""
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or not unicodedata.combining(text[index]):
            yield start, index
            start = index


@lru_cache(maxsize=4096)
def _bytes(character: str) -> int:
    return len(character.encode("utf-8", "surrogatepass"))


def _utf16_units(character: str) -> int:
    return 1 + (character > "\uffff")
