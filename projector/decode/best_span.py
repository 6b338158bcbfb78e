"""Choose the target span of each source span by a log-linear model: pure functions of arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from projector.arrays import Floats, Ints
from projector.decode.candidates import Candidates, Described
from projector.decode.decoded import Decoded
from projector.settings import SpanWeights

UNFIT = -1e4  # sums are never so low, but of what touches words that are barred
_MOST = 80.0  # what a float32 can be raised to: beyond it a span has no probability to speak of

Barred = Mapping[int, Sequence[tuple[int, int]]]  # ranges of target words, by source span


@dataclass(frozen=True, slots=True)
class BestCandidates:
    """The best of the candidates of each of m rows' source spans, and how much all of them weigh.

    Args:
        total: [m] its weighted sum.
        first: [m] its first word.
        last: [m] the word behind its last.
        mass: [m] the candidates' odds, its own being 1.
    """

    total: Floats
    first: Ints
    last: Ints
    mass: NDArray[np.float64]

    def odds(self, total: Floats) -> Floats:
        """Return the odds of weighted sums [m, …] against the best candidate."""
        return np.asarray(np.exp(total - self.total.reshape(-1, *(1,) * (total.ndim - 1))))

    def with_none(self, nothing: Floats) -> NDArray[np.float64]:
        """Return [m] the odds of all, having no span, whose sums are `nothing` [m], among them."""
        return np.asarray(self.mass + np.exp(np.minimum(nothing - self.total, _MOST)))


def best_span(candidates: Candidates, *, weights: SpanWeights) -> Decoded:
    """Choose for each of m source spans the best span of whole target words around its peak.

    Args:
        candidates: Of the m source spans.
        weights: Of the features.

    Returns:
        Word ranges, a source span's in its first row. The score is the probability of the chosen
        span among all that were weighed, having none among them. A span for which having none is
        likelier than its best candidate has none.
    """
    best, nothing = best_candidates(candidates, weights=weights), candidates.nothing(weights)
    chosen = best.total >= nothing
    chosen &= ~_is_repeated(candidates.index)
    probability = (1 / best.with_none(nothing)).astype(np.float32)
    return Decoded(
        np.where(chosen, best.first, -1),
        np.where(chosen, best.last, -1),
        np.where(chosen, probability, np.float32(0)),
    )


def best_candidates(
    candidates: Candidates, *, weights: SpanWeights, barred: Barred | None = None
) -> BestCandidates:
    """Return the best candidate of each of m rows' source spans; of equal ones the first.

    Args:
        candidates: Of the source spans.
        weights: Of the features.
        barred: What source spans may not touch; those that touch it everywhere have a best
            candidate, too, with a sum below `UNFIT`.
    """
    rows = list(candidates.rows_alike())
    parts = [_best_together(candidates[some], weights, barred or {}) for some in rows]
    order = np.argsort(np.concatenate(rows))
    return BestCandidates(
        np.concatenate([part.total for part in parts])[order],
        np.concatenate([part.first for part in parts])[order],
        np.concatenate([part.last for part in parts])[order],
        np.concatenate([part.mass for part in parts])[order],
    )


def _best_together(candidates: Candidates, weights: SpanWeights, barred: Barred) -> BestCandidates:
    """Return the same of candidates that are padded to as many in every row."""
    index = candidates.index
    described = candidates.described(weights)
    by_row = reduce(_better, (_best_of(some, weights, index, barred) for some in described))
    return _by_span(by_row, index)


def _by_span(best: BestCandidates, index: Ints) -> BestCandidates:
    """Give all rows of a source span the best of them, and the mass of all."""
    spans, span = np.unique(index, return_inverse=True)
    if len(spans) == len(index):
        return best
    top = np.full(len(spans), -np.inf, best.total.dtype)
    np.maximum.at(top, span, best.total)
    odds = np.exp(best.total.astype(np.float64) - top[span])
    mass = np.bincount(span, weights=best.mass * odds).astype(np.float64)
    order = np.lexsort((np.arange(len(index)), -best.total, span))
    row = order[np.unique(span[order], return_index=True)[1]]  # of equally good ones the first
    return BestCandidates(top[span], best.first[row][span], best.last[row][span], mass[span])


def _is_repeated(index: Ints) -> NDArray[np.bool_]:
    """Return [m] which rows are not their source span's first."""
    repeated = np.ones(len(index), np.bool_)
    repeated[np.unique(index, return_index=True)[1]] = False
    return repeated


def _best_of(
    candidates: Described, weights: SpanWeights, index: Ints, barred: Barred
) -> BestCandidates:
    total = candidates.total(weights)
    for place, span in enumerate(index.tolist()) if barred else ():
        for start, end in barred.get(span, ()):
            touching = (candidates.first[place] < end)[:, None] & (candidates.last[place] > start)
            total[place] += np.where(touching, np.float32(2 * UNFIT), np.float32(0))
    flat = total.reshape(len(total), -1)
    best, row = flat.argmax(1), np.arange(len(total))
    # In float64 the padding of spans weighed together leaves no trace in the last bits.
    mass = np.exp(flat - flat[row, best, None]).sum(1, dtype=np.float64)
    first, last = np.divmod(best, total.shape[2])
    return BestCandidates(
        flat[row, best], candidates.first[row, first], candidates.last[row, last], mass
    )


def _better(left: BestCandidates, right: BestCandidates) -> BestCandidates:
    """Return the better of each source span's best, with the mass of both."""
    second = right.total > left.total
    total = np.where(second, right.total, left.total)
    mass = np.zeros(len(total))
    for part in (left, right):
        mass += part.mass * np.exp(part.total.astype(np.float64) - total)
    return BestCandidates(
        total,
        np.where(second, right.first, left.first),
        np.where(second, right.last, left.last),
        mass,
    )


def span_probabilities(total: Floats, best: BestCandidates, *, nothing: Floats) -> Floats:
    """Return [m, A, B] the probability of each candidate, having no span at all among them.

    Args:
        total: [m, A, B] the candidates' weighted sums, minus infinity where there is none.
        best: Of all of their source spans' candidates.
        nothing: [m] the sums that having no span has.
    """
    mass = best.with_none(nothing)[:, None, None]
    return np.asarray((best.odds(total) / mass).astype(np.float32))
