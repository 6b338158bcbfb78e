"""Tell what a text says of a mention: that it is there, or not, may be, or is of a relative.

Cues stand before or behind what they are said of, within a sentence, and reach so many words
(NegEx, Chapman et al. 2001; ConText, Harkema et al. 2009); `assertion_table` has them for seven
languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Literal

from projector.text.assertion_table import assertion_rows, cue_pattern, folded
from projector.text.sentences import split_sentences

Side = Literal["before", "after"]
Span = tuple[int, int]


class Assertion(StrEnum):
    """What is said of a mention; where several things are, the first of them here."""

    NEGATED = "negated"  # it is said not to be there
    FAMILY = "family"  # a relative has it
    HYPOTHETICAL = "hypothetical"  # it might come, or is looked for
    UNCERTAIN = "uncertain"  # it is suspected
    PRESENT = "present"  # none of these


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that say something of what stands beside them.

    Args:
        start, end: Where they stand in their text.
        assertion: What they say.
        side: Whether they stand before or after what they say it of.
        reach: How many words may stand between.
    """

    start: int
    end: int
    assertion: Assertion
    side: Side
    reach: int


_PSEUDO, _STOP = "pseudo", "stop"  # what only looks like a cue; what ends its reach
_WORD = re.compile(r"\w+")
_ITEM = 5  # words of an item of a list, at most, that a cue reaches over
# What stands before a list's last item, folded, in all seven languages.
_JOINING = "y e o u ni and or nor ed od ne en of noch och eller si sau nici a nebo ani"
_OR = frozenset(_JOINING.split())
_END = re.compile(r"[;:]|\.\s")


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """One language's cues, as patterns of folded text.

    Args:
        cues: By what they say, their side and reach.
        pseudo, stop: See above.
    """

    cues: Mapping[tuple[Assertion, Side, int], re.Pattern[str]]
    pseudo: re.Pattern[str]
    stop: re.Pattern[str]


@cache
def _lexicon(language: str) -> _Lexicon | None:
    rows = assertion_rows(language)
    if rows is None:
        return None
    sides: dict[str, Side] = {"before": "before", "after": "after"}
    cues = {
        (Assertion(kind), sides[side], reach): cue_pattern(words)
        for (kind, side, reach), words in rows.items()
        if side
    }
    pseudo, stop = (cue_pattern(rows[kind, "", 0]) for kind in (_PSEUDO, _STOP))
    return _Lexicon(cues, pseudo, stop)


def knows(language: str) -> bool:
    """Tell whether there are cues for a language."""
    return _lexicon(language) is not None


def cues_in(text: str, language: str) -> list[Cue]:
    """Return the cues of a text in a language, in text order; none where it isn't known.

    A cue that stands within a longer one is a part of that.
    """
    lexicon = _lexicon(language)
    if lexicon is None:
        return []
    plain = _without_pseudo(folded(text), lexicon)
    cues = [
        Cue(match.start(), match.end(), assertion, side, reach)
        for (assertion, side, reach), pattern in lexicon.cues.items()
        for match in pattern.finditer(plain)
    ]
    return [cue for cue in sorted(cues, key=_position) if not any(_part(cue, c) for c in cues)]


def _position(cue: Cue) -> tuple[int, int, str]:
    return cue.start, cue.end, cue.side


def _part(cue: Cue, other: Cue) -> bool:
    """Tell whether a cue stands within a longer one: `no` in what says `can't be ruled out`."""
    within = other.start <= cue.start and cue.end <= other.end
    return within and cue.end - cue.start < other.end - other.start


def _without_pseudo(plain: str, lexicon: _Lexicon) -> str:
    """Return a folded text with what only looks like a cue made words that are none."""
    return lexicon.pseudo.sub(lambda match: "_" * len(match[0]), plain)


def assertions(text: str, spans: Sequence[Span], language: str) -> list[Assertion]:
    """Return what a text says of each span in it; `present` in a language without cues.

    Args:
        text: Whole; cues reach no further than their sentence.
        spans: Half-open offsets, in any order.
        language: A plain code.
    """
    said = [Assertion.PRESENT] * len(spans)
    lexicon = _lexicon(language)
    if lexicon is None or not spans:
        return said
    ranking = list(Assertion)
    for (first, last), within in _by_sentence(text, spans):
        sentence = _without_pseudo(folded(text[first:last]), lexicon)
        cues = cues_in(text[first:last], language)
        for number in within:
            span = spans[number][0] - first, spans[number][1] - first
            reached = [cue.assertion for cue in cues if _reaches(cue, sentence, span, lexicon)]
            said[number] = min([*reached, said[number]], key=ranking.index)
    return said


def _by_sentence(text: str, spans: Sequence[Span]) -> Iterator[tuple[Span, list[int]]]:
    """Yield the sentences that spans begin in, with the numbers of these."""
    order = sorted(range(len(spans)), key=lambda number: spans[number])
    position = 0
    for first, last in split_sentences(text).tolist():
        within: list[int] = []
        while position < len(order) and spans[order[position]][0] < last:
            if spans[order[position]][0] >= first:
                within.append(order[position])
            position += 1
        if within:
            yield (first, max([last, *(spans[number][1] for number in within)])), within


def _reaches(cue: Cue, sentence: str, span: Span, lexicon: _Lexicon) -> bool:
    """Tell whether a cue is said of a span of a folded sentence without pseudo-cues.

    A comma ends its reach, except in a list before which it stands: of short items, each mention
    at the very beginning of its own.
    """
    start, end = span
    if cue.end > start and cue.start < end:
        return False
    before = cue.side == "before"
    if before is not (cue.end <= start):
        return False
    between = sentence[cue.end : start] if before else sentence[end : cue.start]
    if len(_WORD.findall(between)) > cue.reach or _END.search(between):
        return False
    if cue.assertion is not Assertion.FAMILY and lexicon.stop.search(between):
        return False
    *items, last = (_WORD.findall(item) for item in between.split(","))
    at_start = len(last) <= 1 or (len(last) <= _ITEM and last[-1] in _OR)
    return not items or (before and at_start and max(map(len, items)) <= _ITEM)
