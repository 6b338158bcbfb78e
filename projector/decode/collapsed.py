"""Find the mentions that a translation renders by the same words though they share none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from projector.arrays import Ints
from projector.document import Fragment, Mention, Projection
from projector.text.token_words import expand_ranges


def with_collapsed(
    mentions: Sequence[Mention], projections: Sequence[Projection]
) -> tuple[Projection, ...]:
    """Have every projection say which others ended on some of its words.

    Mentions that overlap in the source, nested ones among them, rightly share words.

    Args:
        mentions: Of the source.
        projections: What became of each, in their order.
    """
    target = overlapping_pairs([one.fragments for one in projections])
    pairs = target[~_overlap(mentions, target)]
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[np.lexsort(both.T[::-1])]
    borders = np.searchsorted(both[:, 0], np.arange(len(projections) + 1)).tolist()
    others = both[:, 1].tolist()
    return tuple(
        replace(one, collapsed_with=tuple(mentions[number].id for number in others[start:end]))
        if start < end
        else one
        for one, (start, end) in zip(projections, pairwise(borders), strict=True)
    )


def _overlap(mentions: Sequence[Mention], pairs: Ints) -> NDArray[np.bool_]:
    """Return [P] which pairs of mentions share characters of the source."""
    return np.array(
        [_share(mentions[one].fragments, mentions[other].fragments) for one, other in pairs],
        np.bool_,
    )


def _share(one: Sequence[Fragment], other: Sequence[Fragment]) -> bool:
    return any(left.start < right.end and right.start < left.end for left in one for right in other)


def overlapping_pairs(spans: Sequence[Sequence[Fragment]]) -> Ints:
    """Return [P, 2] which of some lists of fragments share characters, each pair once, ascending.

    Args:
        spans: Fragments in text order; a list may be empty.
    """
    rows = [(part.start, part.end, number) for number, some in enumerate(spans) for part in some]
    table = np.array(sorted(rows), np.int64).reshape(-1, 3)
    start, end, owner = table.T
    # Of two fragments that overlap one begins within the other.
    left, right = expand_ranges(np.arange(len(table)) + 1, np.searchsorted(start, end))
    pairs = np.stack([owner[left], owner[right]], 1)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    return np.unique(np.sort(pairs, axis=1), axis=0)
