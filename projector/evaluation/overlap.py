"""Find which spans share characters, without comparing all with all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.arrays import Ints


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """N half-open stretches of one line of characters, each belonging to a span.

    Args:
        starts, ends: [N]; every end lies behind its start.
        owner: [N] the span that each belongs to, non-decreasing; a span's stretches don't overlap.
        spans: How many spans there are.
    """

    starts: Ints
    ends: Ints
    owner: Ints
    spans: int

    @property
    def lengths(self) -> Ints:
        """Return each span's number of characters, [spans]."""
        lengths = np.zeros(self.spans, np.int64)
        np.add.at(lengths, self.owner, self.ends - self.starts)
        return lengths


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """For each of N spans its best counterpart.

    Args:
        score: [N] character F1 with it; 0 where no span of the other side shares a character.
        partner: [N] its index, the first of several that score the same; -1 where there is none.
    """

    score: NDArray[np.float64]
    partner: Ints


def best_counterparts(gold: Stretches, predicted: Stretches) -> tuple[Best, Best]:
    """Return the best prediction for each gold span, and the best gold span for each prediction.

    Takes time and memory in proportion to the spans (sorted) and the pairs that share characters.
    """
    gold_span, predicted_span, shared = _shared_by_span(gold, predicted)
    # Computed as the official scorer does, so that not even the last bit differs.
    recall = shared / gold.lengths[gold_span]
    precision = shared / predicted.lengths[predicted_span]
    score = 2 * precision * recall / (precision + recall)
    return (
        _best(gold_span, predicted_span, score, gold.spans),
        _best(predicted_span, gold_span, score, predicted.spans),
    )


def _shared_by_span(gold: Stretches, predicted: Stretches) -> tuple[Ints, Ints, Ints]:
    """Return the pairs of spans that share characters, each pair once, and how many they share."""
    first, second = overlapping(gold, predicted)
    ends = np.minimum(gold.ends[first], predicted.ends[second])
    characters = ends - np.maximum(gold.starts[first], predicted.starts[second])
    left, right = gold.owner[first], predicted.owner[second]
    order = np.lexsort((right, left))
    left, right, characters = left[order], right[order], characters[order]
    new = np.ones(len(left), np.bool_)
    new[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    begins = np.flatnonzero(new)
    if not len(begins):
        return left, right, characters
    return left[begins], right[begins], np.add.reduceat(characters, begins)


def overlapping(one: Stretches, other: Stretches) -> tuple[Ints, Ints]:
    """Return the indices of all pairs of stretches that share a character, each pair once.

    Of two stretches that overlap, either the second starts within the first or the first starts
    within the second, behind its start: in a sorted list both are ranges.
    """
    first, inside_first = _starting_within(one.starts, one.ends, other.starts)
    second, inside_second = _starting_within(other.starts + 1, other.ends, one.starts)
    return np.concatenate((first, inside_second)), np.concatenate((inside_first, second))


def _starting_within(starts: Ints, ends: Ints, candidates: Ints) -> tuple[Ints, Ints]:
    """Return the pairs (i, j) in which candidate j lies in `starts[i]:ends[i]`."""
    order = np.argsort(candidates, kind="stable")
    ordered = candidates[order]
    low = np.searchsorted(ordered, starts)
    counts = np.maximum(np.searchsorted(ordered, ends) - low, 0)
    owner = np.repeat(np.arange(len(starts)), counts)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return owner, order[np.repeat(low, counts) + within]


def _best(spans_of: Ints, counterpart: Ints, score: NDArray[np.float64], spans: int) -> Best:
    order = np.lexsort((counterpart, -score, spans_of))
    distinct, firsts = np.unique(spans_of[order], return_index=True)
    best = Best(np.zeros(spans), np.full(spans, -1, np.int64))
    best.score[distinct] = score[order][firsts]
    best.partner[distinct] = counterpart[order][firsts]
    return best
