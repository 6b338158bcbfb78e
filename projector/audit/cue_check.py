"""Compare sides, negation and doubt of sentences with those of their translation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from projector.audit.correspondence import Correspondence
from projector.audit.cue_matching import Unmatched, unmatched_cues
from projector.audit.cues import Cue, Topic
from projector.audit.findings import Finding, Kind, Severity, hull
from projector.document import Document, Fragment

_SWAPPED, _LOST, _FEWER = 0.95, 0.7, 0.5
_SIDES = (Topic.LEFT, Topic.RIGHT, Topic.BILATERAL)
_POLARITIES = {Topic.NEGATION: Kind.NEGATION, Topic.DOUBT: Kind.CERTAINTY}

CuePair = tuple[Sequence[Cue], Sequence[Cue]]


def cue_findings(
    source: Document,
    target: Document,
    cues: CuePair,
    targets: tuple[Fragment, ...],
    between: Correspondence,
) -> Iterator[Finding]:
    """Yield the sides, negations and doubts that differ between sentences and their translation.

    Args:
        source: The document.
        target: Its translation; both in a language whose cues are known.
        cues: Those in the sentences, and in their translation.
        targets: The sentences of the translation.
        between: Tells where a cue is expected.
    """
    unmatched = {}
    for topic in Topic:
        sources, others = (
            [cue for cue in document_cues if cue.topic is topic] for document_cues in cues
        )
        if any(cue.is_sure for cue in (*sources, *others)):
            unmatched[topic] = unmatched_cues(sources, others, hull(targets), between)
    yield from _side_findings(source, target, unmatched)
    for topic, kind in _POLARITIES.items():
        if topic in unmatched:
            told = [
                sum(cue.topic is topic and not cue.is_joint for cue in document_cues)
                for document_cues in cues
            ]
            yield from _polarity_findings(kind, source, target, unmatched[topic], told)


def _side_findings(
    source: Document, target: Document, unmatched: dict[Topic, Unmatched]
) -> Iterator[Finding]:
    """Yield what side became another, in text order, then what is lost or gained."""
    lone = [unmatched[topic] for topic in _SIDES if topic in unmatched]
    lost = sorted((cue for one in lone for cue in one.sources), key=_start)
    gained = sorted((cue for one in lone for cue in one.targets), key=_start)
    for one, other in zip_longest(lost, gained):
        if one is None:
            message = f"{_words(target, other)} ({other.topic}) is not told in the source"
            yield Finding(Kind.SIDE, Severity.WARNING, None, other.place, message, _LOST)
        elif other is None:
            message = f"{_words(source, one)} ({one.topic}) is not told in the translation"
            yield Finding(Kind.SIDE, Severity.WARNING, one.place, None, message, _LOST)
        else:
            words = f"{_words(source, one)} → {_words(target, other)}"
            message = f"{one.topic} became {other.topic}: {words}"
            yield Finding(Kind.SIDE, Severity.ERROR, one.place, other.place, message, _SWAPPED)


def _polarity_findings(
    kind: Kind, source: Document, target: Document, unmatched: Unmatched, told: list[int]
) -> Iterator[Finding]:
    """Yield what is lost or gained; it weighs less where the other text tells it elsewhere."""
    for cue in unmatched.sources:
        message = f"{_words(source, cue)}: the translation does not tell it"
        score = _FEWER if told[1] else _LOST
        yield Finding(kind, _severity(score), cue.place, None, message, score)
    for cue in unmatched.targets:
        message = f"{_words(target, cue)}: the source does not tell it"
        score = _FEWER if told[0] else _LOST
        yield Finding(kind, _severity(score), None, cue.place, message, score)


def _severity(score: float) -> Severity:
    return Severity.ERROR if score >= _LOST else Severity.WARNING


def _start(cue: Cue) -> int:
    return cue.place.start


def _words(document: Document, cue: Cue) -> str:
    return document.text[cue.place.start : cue.place.end]
