"""Compare sides, negation and doubt of sentences with those of their translation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from projector.audit.cues import Cues, doubt_cues, negation_cues, no_side, side_cues
from projector.audit.findings import Finding, Kind, Severity
from projector.document import Document, Fragment

_SWAPPED, _LOST, _FEWER = 0.95, 0.7, 0.5


@dataclass(frozen=True, slots=True)
class _Told:
    """Where one thing is told, surely or possibly."""

    sure: list[Fragment]
    possible: list[Fragment]


def side_findings(
    source: Document, target: Document, sources: tuple[Fragment, ...], targets: tuple[Fragment, ...]
) -> Iterator[Finding]:
    """Yield the sides that differ between sentences and their translation.

    A side that is told less often beside another that is told more often has become that one;
    one that isn't told at all, or only in the translation, is lost or gained.
    """
    theirs = {side: _told(source, sources, cues) for side, cues in _sides(source).items()}
    others = {side: _told(target, targets, cues) for side, cues in _sides(target).items()}
    if not theirs or not others:
        return
    lost = [side for side in theirs if _is_missing(theirs[side], others[side])]
    gained = [side for side in theirs if _is_missing(others[side], theirs[side])]
    for side, other in zip(lost, gained, strict=False):
        one, two = theirs[side].sure[0], others[other].sure[0]
        message = f"{side} became {other}: {_words(source, one)} → {_words(target, two)}"
        yield Finding(Kind.SIDE, Severity.ERROR, one, two, message, _SWAPPED)
    for side in lost[len(gained) :]:
        if not others[side].possible:
            place = theirs[side].sure[0]
            message = f"{_words(source, place)} ({side}) is not told in the translation"
            yield Finding(Kind.SIDE, Severity.WARNING, place, None, message, _LOST)
    for side in gained[len(lost) :]:
        if not theirs[side].possible:
            place = others[side].sure[0]
            message = f"{_words(target, place)} ({side}) is not told in the source"
            yield Finding(Kind.SIDE, Severity.WARNING, None, place, message, _LOST)


def negation_findings(
    source: Document, target: Document, sources: tuple[Fragment, ...], targets: tuple[Fragment, ...]
) -> Iterator[Finding]:
    """Yield the negations that are lost or gained between sentences and their translation."""
    cues = negation_cues(_code(source)), negation_cues(_code(target))
    yield from _polarity(Kind.NEGATION, (source, target), (sources, targets), cues)


def certainty_findings(
    source: Document, target: Document, sources: tuple[Fragment, ...], targets: tuple[Fragment, ...]
) -> Iterator[Finding]:
    """Yield the doubts that are lost or gained between sentences and their translation."""
    cues = doubt_cues(_code(source)), doubt_cues(_code(target))
    yield from _polarity(Kind.CERTAINTY, (source, target), (sources, targets), cues)


def _polarity(
    kind: Kind,
    documents: tuple[Document, Document],
    stretches: tuple[tuple[Fragment, ...], tuple[Fragment, ...]],
    cues: tuple[Cues | None, Cues | None],
) -> Iterator[Finding]:
    source, target = documents
    if cues[0] is None or cues[1] is None:
        return
    theirs, others = _told(source, stretches[0], cues[0]), _told(target, stretches[1], cues[1])
    if _is_fewer(theirs, others):
        place, score = theirs.sure[0], _FEWER if others.possible else _LOST
        message = f"{_words(source, place)}: the translation tells it less often, or not"
        yield Finding(kind, _severity(score), place, None, message, score)
    elif _is_fewer(others, theirs):
        place, score = others.sure[0], _FEWER if theirs.possible else _LOST
        message = f"{_words(target, place)}: the source tells it less often, or not"
        yield Finding(kind, _severity(score), None, place, message, score)


def _severity(score: float) -> Severity:
    return Severity.ERROR if score >= _LOST else Severity.WARNING


def _is_missing(told: _Told, other: _Told) -> bool:
    """Tell whether something is told more often than it may be in the other text."""
    return len(told.sure) > len(other.possible)


def _is_fewer(told: _Told, other: _Told) -> bool:
    """Tell the same where possible cues are many: they answer each other first."""
    fewer = len(told.possible) > len(other.possible) and len(told.sure) > len(other.sure)
    return fewer or _is_missing(told, other)


def _sides(document: Document) -> dict[str, Cues]:
    return side_cues(_code(document))


def _code(document: Document) -> str:
    return document.language.casefold()[:2].replace("cz", "cs")


def _told(document: Document, stretches: tuple[Fragment, ...], cues: Cues) -> _Told:
    return _Told(
        [place for one in stretches for place in _found(document, one, cues.sure)],
        [place for one in stretches for place in _found(document, one, cues.possible)],
    )


def _found(document: Document, stretch: Fragment, pattern: re.Pattern[str]) -> Iterator[Fragment]:
    excluded = no_side(_code(document))
    for match in pattern.finditer(document.text, stretch.start, stretch.end):
        around = document.text[max(match.start() - 8, 0) : match.end() + 12]
        if excluded is None or not any(
            one.start() <= match.start() - max(match.start() - 8, 0) < one.end()
            for one in excluded.finditer(around)
        ):
            yield Fragment(*match.span())


def _words(document: Document, place: Fragment) -> str:
    return document.text[place.start : place.end]
