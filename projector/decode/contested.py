"""Say which spans contest each other's words: pure functions of arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from projector.arrays import Floats, Ints
from projector.decode.claimed_spans import FIGURES, ClaimedSpans
from projector.decode.fragments import SourceFragments
from projector.decode.span_support import SUPPORT
from projector.text.token_words import expand_ranges

CONTEST = ("contested", "rival_nearer", "rival_likelier")
_NEAREST, _OVER_NONE = SUPPORT.index("nearest"), FIGURES.index("over_none")


def rivals(spans: ClaimedSpans, fragments: SourceFragments) -> Ints:
    """Return [P, 2] which of K spans share words, each pair both ways, ascending.

    Those of mentions that share characters in the source rightly do, and so do those of one
    mention.

    Args:
        spans: The spans.
        fragments: Of the source's mentions.
    """
    order = np.argsort(spans.first, kind="stable")
    first, last = spans.first[order], spans.last[order]
    # Of two spans that overlap one begins within the other.
    left, right = expand_ranges(np.arange(len(order)) + 1, np.searchsorted(first, last))
    left, right = order[left], order[right]
    mention = fragments.mention[spans.fragment]
    akin = _sharing(fragments, mention[left], mention[right])
    pairs = np.stack([left[~akin], right[~akin]], 1)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    return both[np.lexsort(both.T[::-1])]


def _sharing(fragments: SourceFragments, left: Ints, right: Ints) -> NDArray[np.bool_]:
    """Return [P] which pairs of mentions, given by number, share characters or are one."""
    order = np.argsort(fragments.mention, kind="stable")
    owner, (start, end) = fragments.mention[order], fragments.characters[order].T
    first, last = np.searchsorted(owner, left), np.searchsorted(owner, left, side="right")
    pair, part = expand_ranges(first, last)  # each pair with each fragment of its left one
    others = right[pair]
    side, other = expand_ranges(
        np.searchsorted(owner, others), np.searchsorted(owner, others, side="right")
    )
    part, pair = part[side], pair[side]
    meets = (start[part] < end[other]) & (start[other] < end[part])
    return np.bincount(pair[meets], minlength=len(left)) > 0


def contest(spans: ClaimedSpans, support: Floats, pairs: Ints) -> Floats:
    """Return [K, 3] how much of each span its nearest rival claims, and by how much it is better.

    Args:
        spans: K spans.
        support: [K, C] what the texts tell of them.
        pairs: As `rivals` gives them.
    """
    told = np.zeros((len(spans), len(CONTEST)), np.float32)
    if not len(pairs):
        return told
    nearest = support[:, _NEAREST]
    one, other = pairs.T
    order = np.lexsort((other, -nearest[other], one))
    chosen = order[np.unique(one[order], return_index=True)[1]]
    one, other = one[chosen], other[chosen]
    shared = np.minimum(spans.last[one], spans.last[other]) - np.maximum(
        spans.first[one], spans.first[other]
    )
    likely = spans.figures[:, _OVER_NONE]
    told[one, 0] = shared / (spans.last[one] - spans.first[one])
    told[one, 1] = nearest[other] - nearest[one]
    told[one, 2] = (likely[other] - likely[one]) / 10
    return told
