"""Turn entity spans into BIO labels of tokens, and labels into spans: pure functions of arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from projector.text.words import overlap_range

OUTSIDE, BEGIN, INSIDE = 0, 1, 2
LABELS = 3


def bio_labels(spans: NDArray[np.int64], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Label tokens by the spans of one entity type.

    BIO can't hold spans that overlap: of those that share a token the longest stays, among equals
    the first. A token belongs to a span of which it covers any character.

    Args:
        spans: [N, 2] half-open characters, in any order.
        offsets: [T, 2] of the tokens.

    Returns:
        [T] of 0 (outside), 1 (begin), 2 (inside).
    """
    labels = np.full(len(offsets), OUTSIDE, np.int64)
    if not len(offsets):
        return labels
    first, last = overlap_range(offsets, spans)
    order = np.lexsort((spans[:, 0], spans[:, 0] - spans[:, 1]))
    for start, end in zip(first[order], last[order], strict=True):
        if start < end and not labels[start:end].any():
            labels[start] = BEGIN
            labels[start + 1 : end] = INSIDE
    return labels


def bio_spans(labels: NDArray[np.int64], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Read the spans off BIO labels: a begin and the insides that follow it.

    A stray inside, with an outside or nothing before it, begins a span, as in the evaluation of
    CoNLL (Tjong Kim Sang and Buchholz 2000).

    Args:
        labels: [T].
        offsets: [T, 2] of the tokens.

    Returns:
        [N, 2] half-open characters, in text order.
    """
    before = np.concatenate(([OUTSIDE], labels[:-1]))
    after = np.concatenate((labels[1:], [OUTSIDE]))
    begins = (labels == BEGIN) | ((labels == INSIDE) & (before == OUTSIDE))
    ends = (labels != OUTSIDE) & (after != INSIDE)
    return np.stack([offsets[begins, 0], offsets[ends, 1]], 1)


def expressible(spans: NDArray[np.int64], offsets: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which spans [N, 2] come back from their labels as they were.

    The others overlap a longer one, or begin or end inside a token.
    """
    kept = {(int(start), int(end)) for start, end in bio_spans(bio_labels(spans, offsets), offsets)}
    return np.array([(int(start), int(end)) in kept for start, end in spans], np.bool_)
