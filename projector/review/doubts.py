"""Say why a projection should be looked at first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from projector.document import Status
from projector.run.outcome import LOW_SCORE

Range = tuple[int, int]


class Doubt(StrEnum):
    """A reason to look at a mention; their order is that of the page."""

    LOW_SCORE = "low_score"  # it is projected, with a score below a half
    COLLAPSED = "collapsed"  # other mentions ended on the same words
    UNALIGNED = "unaligned"  # the run did not find it
    BELOW_THRESHOLD = "below_threshold"  # a span was found, and not sure enough
    INVALID = "invalid"  # the source's own annotation can't be true
    FINDING = "finding"  # an audit found an error where it stands


_OF_STATUS = {
    Status.UNALIGNED: Doubt.UNALIGNED,
    Status.BELOW_THRESHOLD: Doubt.BELOW_THRESHOLD,
    Status.INVALID: Doubt.INVALID,
}


def doubts(status: str, score: float, collapsed_with: Sequence[str], found: bool) -> set[Doubt]:
    """Return why a mention is doubtful; nothing if it isn't.

    Args:
        status: What became of it.
        score: Of its projection.
        collapsed_with: The mentions that ended on the same words.
        found: Whether an audit found an error where it stands.
    """
    reasons = {_OF_STATUS[Status(status)]} if status in _OF_STATUS else set()
    if status == Status.PROJECTED and score < LOW_SCORE:
        reasons.add(Doubt.LOW_SCORE)
    if collapsed_with:
        reasons.add(Doubt.COLLAPSED)
    if found:
        reasons.add(Doubt.FINDING)
    return reasons


def bits(reasons: Iterable[Doubt]) -> int:
    """Return doubts as a number, the first of them its lowest bit."""
    return sum(1 << list(Doubt).index(reason) for reason in reasons)


def overlap(some: Iterable[Range], others: Sequence[Range]) -> bool:
    """Tell whether two sets of half-open stretches have a character in common."""
    return any(start < last and first < end for start, end in some for first, last in others)
