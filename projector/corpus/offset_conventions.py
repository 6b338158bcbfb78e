"""Tell what a file's offsets count, by the words that its mentions state.

Tools disagree on five things: what is counted (code points, UTF-16 units as JavaScript does, UTF-8
bytes), whether the byte order mark is, which line ends and which Unicode form the text had when it
was annotated, and how a range's edges are written (from 0 or 1, its end inside or behind). A
convention is taken where it explains more of a file's mentions than the text as it is stored and
every one that any other such convention explains, and where all conventions that do so mean the
same stretches of the text. Anything less sure is no claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Literal, TypeVar

from projector.corpus.text_views import (
    NOWHERE,
    Form,
    LineEnds,
    View,
    in_form,
    unit_indices,
    with_line_ends,
    without_mark,
)

Ranges = Sequence[tuple[int, int]]
Unit = Literal["", "UTF-16 units", "UTF-8 bytes"]
First = Literal[0, 1]
# The words of a range, and where they truly begin and end.
Stretch = tuple[str, int, int]
# Whether a mention states the words of these stretches; where a form is named, in any form.
Matches = Callable[[Sequence[Stretch], Form], bool]

# How they are encoded, and bytes a unit.
_CODECS: Mapping[Unit, tuple[str, int]] = {
    "UTF-16 units": ("utf-16-le", 2),
    "UTF-8 bytes": ("utf-8", 1),
}
# How line ends were seen, in words.
_LINE_ENDS: Mapping[LineEnds, str] = {
    "": "",
    "LF": "CRLF counts as one character",
    "CRLF": "LF counts as two characters",
}
_FIRSTS: tuple[First, ...] = (0, 1)
_ENOUGH = 2  # mentions that state a mere shift: one alone is as likely a mistake


@dataclass(frozen=True, slots=True)
class Convention:
    """What offsets count, and how ranges are written; all defaults: as the project does.

    Args:
        unit: What is counted; empty: code points.
        mark: Whether the byte order mark is.
        line_ends: What they were when it was counted; empty: as stored.
        form: The Unicode form that the text had; empty: as stored.
        first: The first character's number.
        inclusive: Whether a range's end is its last character's, and not the one behind.
    """

    unit: Unit = ""
    mark: bool = True
    line_ends: LineEnds = ""
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
                    _LINE_ENDS[self.line_ends],
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


@dataclass(frozen=True, slots=True)
class CountedText:
    """A text as some tool counts it.

    Args:
        convention: How.
        text: Its characters.
        views: What led to it, from the last to the first.
        indices: How many characters are before each offset that is asked for, in its units; None:
            each is one.
    """

    convention: Convention
    text: str
    views: tuple[View, ...] = ()
    indices: Mapping[int, int] | None = None

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
        if self.indices is not None:
            start, end = self.indices.get(start, NOWHERE), self.indices.get(end, NOWHERE)
        if not 0 <= start < end <= len(self.text):
            return None
        true_start, true_end = start, end
        for view in self.views:
            if NOWHERE not in (true_start, true_end):
                true_start, true_end = view.true_offset(true_start), view.true_offset(true_end)
        if NOWHERE in (true_start, true_end) or true_start >= true_end:
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
        for counted in _conventions(text, mentions)
        if len(explained := _explained(counted, mentions)) > len(stored)
        and not (counted.convention.is_shift and _ranges(mentions, explained) < _ENOUGH)
    ]
    if not larger:
        return Recognised(as_stored, "", "", frozenset(stored))
    # A file that is right in part is not right in another way that this part contradicts.
    better = [pair for pair in larger if pair[1].keys() >= stored.keys()]
    every = {number for _, explained in larger for number in explained}
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


def _conventions(text: str, mentions: Sequence[StatedMention]) -> Iterator[CountedText]:
    """Yield the text as other tools would count it, the simplest ways first."""
    edges = {edge for mention in mentions for range_ in mention.ranges for edge in range_}
    wanted = sorted({edge + shift for edge in edges for shift in (-1, 0, 1)})
    every = (
        CountedText(Convention(unit, *seen, first, inclusive), counted, views, indices)
        for seen, counted, views in _texts(text)
        for unit, indices in _units(counted, wanted)
        for first, inclusive in product(_FIRSTS, (False, True))
    )
    others = (counted for counted in every if counted.convention != AS_STORED)
    yield from sorted(others, key=_rank)


def _rank(counted: CountedText) -> tuple[int, int]:
    """Return what orders conventions: ranges that are written otherwise come behind the rest."""
    convention = counted.convention
    return convention.departures, convention.first + convention.inclusive


def _units(text: str, wanted: Sequence[int]) -> Iterator[tuple[Unit, dict[int, int] | None]]:
    """Yield the units that make a difference in a text, and what the wanted offsets are in them."""
    yield "", None
    for unit, (codec, width) in _CODECS.items():
        if text and max(text) > ("\uffff" if width > 1 else "\x7f"):
            yield unit, unit_indices(text, codec, width, wanted)


_Seen = tuple[bool, LineEnds, Form]  # see `Convention`
_Views = tuple[View, ...]
_Way = TypeVar("_Way")


def _texts(text: str) -> Iterator[tuple[_Seen, str, _Views]]:
    """Yield the texts that may have been counted, and the views that led to each."""
    forms: tuple[tuple[Form, Literal["NFC", "NFD"]], ...] = (("NFC", "NFC"), ("NFD", "NFD"))
    kinds: tuple[tuple[LineEnds, Literal["LF", "CRLF"]], ...] = (("LF", "LF"), ("CRLF", "CRLF"))
    for mark, bare, first in _seen(True, text, (), [(False, without_mark(text))]):
        in_forms = [(form, in_form(bare, name)) for form, name in forms]
        for form, formed, second in _seen("", bare, first, in_forms):
            ends = [(line_ends, with_line_ends(formed, kind)) for line_ends, kind in kinds]
            for line_ends, counted, views in _seen("", formed, second, ends):
                yield (mark, line_ends, form), counted, views


def _seen(
    as_it_is: _Way, text: str, views: _Views, others: Iterable[tuple[_Way, View | None]]
) -> Iterator[tuple[_Way, str, _Views]]:
    """Yield a text as it is, and as it is seen otherwise where that makes a difference."""
    yield as_it_is, text, views
    for way, view in others:
        if view is not None and view.differs:
            yield way, view.text, (view, *views)
