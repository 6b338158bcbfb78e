"""Pair the sentences of two texts by the mentions projected between them, and by their lengths.

For runs that do not say which sentences tell the same. The cheapest way through both texts is
taken as in Gale and Church (1993, section 3), with mentions in place of most of their statistics.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from projector.text.sentences import split_sentences

Range = tuple[int, int]
Linked = tuple[Sequence[Range], Sequence[Range]]

# How many sentences of each text go together, and what that costs.
_BEADS = ((1, 1, 0.0), (1, 0, 1.5), (0, 1, 1.5), (2, 1, 0.8), (1, 2, 0.8))
_VOTE = 2.0  # what a mention that is projected between two sentences is worth
_BAND = 12  # sentences that may be skipped on one side, or a tenth of all


def paired_sentences(
    source: str, target: str, projected: Iterable[Linked]
) -> list[tuple[list[Range], list[Range]]]:
    """Return which sentences of a text and its translation tell the same, in text order.

    Args:
        source: The text.
        target: Its translation.
        projected: The fragments of each mention in both.
    """
    left, right = split_sentences(source), split_sentences(target)
    if not len(left) or not len(right):
        return []
    ways = _cheapest(left, right, _votes(left, right, projected))
    i, j = len(left), len(right)
    pairs = []
    while i or j:
        sources, targets = ways[i, j].tolist()
        if sources and targets:
            pairs.append((_ranges(left[i - sources : i]), _ranges(right[j - targets : j])))
        i, j = i - sources, j - targets
    return pairs[::-1]


def _ranges(sentences: NDArray[np.int64]) -> list[Range]:
    return [(start, end) for start, end in sentences.tolist()]


def _votes(
    left: NDArray[np.int64], right: NDArray[np.int64], projected: Iterable[Linked]
) -> NDArray[np.float64]:
    """Return how many mentions are projected between each two sentences."""
    votes = np.zeros((len(left), len(right)))
    for sources, targets in projected:
        if sources and targets:
            votes[_sentence(left, sources[0][0]), _sentence(right, targets[0][0])] += 1
    return votes


def _sentence(sentences: NDArray[np.int64], offset: int) -> int:
    return max(0, int(np.searchsorted(sentences[:, 0], offset, side="right")) - 1)


def _cheapest(
    left: NDArray[np.int64], right: NDArray[np.int64], votes: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return by which step each place in both texts is best come to, [S + 1, T + 1, 2]."""
    rows, columns = len(left), len(right)
    lengths = [np.concatenate([[0], np.cumsum(np.diff(some)[:, 0])]) for some in (left, right)]
    ratio = lengths[1][-1] / lengths[0][-1]
    cost = np.full((rows + 1, columns + 1), np.inf)
    steps = np.zeros((rows + 1, columns + 1, 2), np.int64)
    cost[0, 0] = 0
    reach = max(_BAND, rows // 10, columns // 10)
    for i in range(rows + 1):
        middle = i * columns // rows
        for j in range(max(0, middle - reach), min(columns, middle + reach) + 1):
            for sources, targets, price in _BEADS:
                k, m = i - sources, j - targets
                if k < 0 or m < 0 or cost[k, m] == np.inf:
                    continue
                whole = cost[k, m] + price
                if sources and targets:
                    sizes = lengths[0][i] - lengths[0][k], lengths[1][j] - lengths[1][m]
                    whole += abs(np.log((sizes[1] + 5) / (sizes[0] * ratio + 5)))
                    whole -= _VOTE * votes[k:i, m:j].sum()
                if whole < cost[i, j]:
                    cost[i, j], steps[i, j] = whole, (sources, targets)
    return steps
