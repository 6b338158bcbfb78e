"""Choose the target span of each source span by a log-linear model: pure functions of arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from projector.arrays import Floats, Ints
from projector.decode.candidates import Candidates, Described
from projector.decode.decoded import Decoded
from projector.settings import SpanWeights


@dataclass(frozen=True, slots=True)
class BestCandidates:
    """The best of some candidates of each of m source spans, and how much all of them weigh.

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

    def with_none(self, nothing: float) -> NDArray[np.float64]:
        """Return [m] the odds of all, having no span, whose sum is `nothing`, among them."""
        return np.asarray(self.mass + np.exp(nothing - self.total))


def best_span(candidates: Candidates, *, weights: SpanWeights) -> Decoded:
    """Choose for each of m source spans the best span of whole target words around its peak.

    Args:
        candidates: Of the m source spans.
        weights: Of the features.

    Returns:
        Word ranges. The score is the probability of the chosen span among all that were weighed,
        having none among them. A span for which having none is likelier than its best candidate
        has none.
    """
    best = best_candidates(candidates, weights=weights)
    chosen = best.total >= weights.nothing
    probability = (1 / best.with_none(weights.nothing)).astype(np.float32)
    return Decoded(
        np.where(chosen, best.first, -1),
        np.where(chosen, best.last, -1),
        np.where(chosen, probability, np.float32(0)),
    )


def best_candidates(candidates: Candidates, *, weights: SpanWeights) -> BestCandidates:
    """Return the best candidate of each of m source spans; of equal ones the first."""
    return reduce(_better, (_best_of(some, weights) for some in candidates.described(weights)))


def _best_of(candidates: Described, weights: SpanWeights) -> BestCandidates:
    total = candidates.total(weights)
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


def span_probabilities(total: Floats, best: BestCandidates, *, nothing: float) -> Floats:
    """Return [m, A, B] the probability of each candidate, having no span at all among them.

    Args:
        total: [m, A, B] the candidates' weighted sums, minus infinity where there is none.
        best: Of all of their source spans' candidates.
        nothing: The sum that having no span has.
    """
    mass = best.with_none(nothing)[:, None, None]
    return np.asarray((best.odds(total) / mass).astype(np.float32))
