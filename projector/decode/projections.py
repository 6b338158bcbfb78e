"""Say what became of each mention, from the spans chosen for its fragments."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from projector.decode.collapsed import with_collapsed
from projector.decode.fragments import SourceFragments
from projector.decode.mention_spans import TargetSpans
from projector.document import DocumentPair, Fragment, Mention, Projection, Status

_NONE = "no span of the translation fits it better than none"


def mention_projections(
    pair: DocumentPair,
    fragments: SourceFragments,
    spans: TargetSpans,
    *,
    min_score: float,
    reasons: Mapping[int, str] | None = None,
) -> tuple[Projection, ...]:
    """Return what became of each of a document's mentions: exactly one projection each.

    Args:
        pair: The document and its translation.
        fragments: Of the document's mentions.
        spans: Chosen for the fragments.
        min_score: Least score of a projection.
        reasons: Why fragments have no span, by their numbers.
    """
    owner = fragments.mention[spans.fragment]
    order = np.argsort(owner, kind="stable")
    borders = np.searchsorted(owner[order], np.arange(len(pair.source.mentions) + 1)).tolist()
    mentions = pair.source.mentions
    against: dict[int, str] = {}
    for fragment, reason in (reasons or {}).items():
        against.setdefault(int(fragments.mention[fragment]), reason)
    projections = [
        _projection(mention, spans[order[start:end]], pair.target.text, min_score)
        if start < end
        else Projection(mention.id, Status.UNALIGNED, reason=against.get(number, _NONE))
        for number, (mention, (start, end)) in enumerate(
            zip(mentions, pairwise(borders), strict=True)
        )
    ]
    return with_collapsed(mentions, projections)


def _projection(mention: Mention, spans: TargetSpans, text: str, min_score: float) -> Projection:
    score = round(float(spans.scores.min()), 4)
    if score < min_score:
        reason = f"its best span scores {score}, below {min_score}"
        return Projection(mention.id, Status.BELOW_THRESHOLD, score, reason=reason)
    return Projection(mention.id, Status.PROJECTED, score, join_fragments(spans.characters, text))


def join_fragments(characters: NDArray[np.int64], text: str) -> tuple[Fragment, ...]:
    """Put spans [K, 2] in text order; join those that overlap or have only white space between."""
    joined: list[Fragment] = []
    for start, end in sorted((int(start), int(end)) for start, end in characters):
        if joined and not text[joined[-1].end : start].strip():
            joined[-1] = Fragment(joined[-1].start, max(joined[-1].end, end))
        else:
            joined.append(Fragment(start, end))
    return tuple(joined)
