"""State from which probability on a tagger's span is told, and how often such spans are right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

# How likely a span must be to be told, where nothing better is known of a tagger. F1 is highest
# where all is kept that is likelier right than half of that F1 (Lipton et al. 2014, "Thresholding
# Classifiers to Maximize F1 Score"), and taggers reach some .7 here.
MIN_PROBABILITY = 0.35
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
