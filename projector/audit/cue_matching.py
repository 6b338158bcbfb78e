"""Match the cues of sentences with those of their translation, by where they stand."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from projector.audit.correspondence import Correspondence
from projector.audit.cues import Cue
from projector.document import Fragment

# Characters between a cue and where it is expected, at most: in sentences that are translated in
# another order, and of one that only may be the counterpart.
_REACH, _POSSIBLE_REACH = 90.0, 60.0
_LINKED = -1.0  # costs less than any distance
_UNLIKE = 10.0  # what a sure cue and one that only may answer it cost, in characters
_UNLIKE_LINKED = 5.0  # the same where they are linked: *correct* beside it has *uneventful*


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Cues that have to have a counterpart, and have none."""

    sources: list[Cue]
    targets: list[Cue]


def unmatched_cues(
    sources: Sequence[Cue],
    targets: Sequence[Cue],
    stretch: Fragment,
    between: Correspondence,
) -> Unmatched:
    """Match cues of one topic in sentences that tell the same, the nearest first.

    Args:
        sources: In text order.
        targets: Those of the translation, in text order.
        stretch: Where the translation of the sentences stands.
        between: Tells where a cue is expected.
    """
    pairs = sorted(_candidates(sources, targets, stretch, between))
    lone_sources, lone_targets = set(range(len(sources))), set(range(len(targets)))
    for _, _, row, column in pairs:
        if row in lone_sources and column in lone_targets:
            # `without fever, cough or pain`: one may answer several.
            lone_sources -= set() if sources[row].is_joint else {row}
            lone_targets -= set() if targets[column].is_joint else {column}
    left = [row for row in sorted(lone_sources) if sources[row].is_sure]
    gained = [column for column in sorted(lone_targets) if targets[column].is_sure]
    # What is told as often as in the source, but elsewhere in the sentence, is told.
    both = min(len(left), len(gained))
    return Unmatched([sources[row] for row in left[both:]], [targets[k] for k in gained[both:]])


def _candidates(
    sources: Sequence[Cue], targets: Sequence[Cue], stretch: Fragment, between: Correspondence
) -> Iterator[tuple[int, float, int, int]]:
    """Yield what may be pairs of cues, with what speaks against each: the less the better.

    One that goes on with a negation comes later, and what only may do so last: they answer what
    nothing else does.
    """
    if not sources or not targets:
        return
    places = [cue.place for cue in sources]
    middles = [(cue.place.start + cue.place.end) / 2 for cue in targets]
    expected = np.clip(between.expected(places), stretch.start, stretch.end).tolist()
    for row, (middle, linked) in enumerate(
        zip(expected, between.partner_places(places), strict=True)
    ):
        for column in range(
            bisect_left(middles, middle - _REACH), bisect_left(middles, middle + _REACH)
        ):
            cost = abs(middles[column] - middle)
            cues = sources[row], targets[column]
            continuing = sum(cue.continues for cue in cues)
            is_joint = any(cue.is_joint for cue in cues)
            if is_joint and continuing < 2:
                continue
            turn = 2 if is_joint else min(continuing, 1)
            sure = sum(cue.is_sure for cue in cues)
            is_unlike = sure == 1
            place = targets[column].place
            if place.start <= linked[1] and linked[0] < place.end and linked[0] >= 0:
                yield turn, _UNLIKE_LINKED if is_unlike else _LINKED - sure, row, column
            elif sure == 2 or cost <= _POSSIBLE_REACH:
                yield turn, cost + _UNLIKE * is_unlike, row, column
