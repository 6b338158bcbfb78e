"""Choose the target span of each source span by a log-linear model: pure functions of arrays."""

from __future__ import annotations

import numpy as np

from projector.decode.candidates import Candidates, Floats
from projector.decode.decoded import Decoded
from projector.settings import SpanWeights


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
    total = candidates.total(weights)
    flat = total.reshape(len(total), -1)
    best = flat.argmax(1)
    rows = np.arange(len(best))
    chosen = flat[rows, best] >= weights.nothing
    first, last = np.divmod(best, total.shape[2])
    probability = span_probabilities(total, nothing=weights.nothing)[rows, first, last]
    return Decoded(
        np.where(chosen, candidates.first[rows, first], -1),
        np.where(chosen, candidates.last[rows, last], -1),
        np.where(chosen, probability, np.float32(0)),
    )


def span_probabilities(total: Floats, *, nothing: float) -> Floats:
    """Return [m, A, B] the probability of each candidate, having no span at all among them.

    Args:
        total: [m, A, B] the candidates' weighted sums, minus infinity where there is none; at
            least one of each source span's is finite.
        nothing: The sum that having no span has.
    """
    peak = total.max((1, 2), keepdims=True)
    odds = np.exp(total - peak)
    # In float64 the padding of spans weighed together leaves no trace in the last bits.
    mass = odds.reshape(len(odds), -1).sum(1, dtype=np.float64)
    mass += np.exp(nothing - peak).ravel()
    probability: Floats = (odds / mass[:, None, None]).astype(np.float32)
    return probability
