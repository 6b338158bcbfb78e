"""Turn the probability of a tagger's span into how often such spans are right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

_LEAST = 1e-6  # a probability of 0 or 1 has no odds


def log_odds(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Return [N] the log odds of probabilities [N], which are kept off 0 and 1."""
    inner = np.asarray(probabilities, np.float64).clip(_LEAST, 1 - _LEAST)
    odds: NDArray[np.float64] = np.log(inner) - np.log1p(-inner)
    return odds


@dataclass(frozen=True, slots=True)
class SpanCalibration:
    """What a tagger's own probabilities are worth, by type: Platt's scaling (1999).

    Args:
        scales: By type the factor of the log odds, and what is added. A type that is missing is
            taken at its word.
    """

    scales: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def scores(self, kind: str, probabilities: ArrayLike) -> NDArray[np.float64]:
        """Return [N] how often spans of a type with such probabilities [N] are right."""
        factor, added = self.scales.get(kind, (1.0, 0.0))
        scores: NDArray[np.float64] = 1 / (1 + np.exp(-(factor * log_odds(probabilities) + added)))
        return scores
