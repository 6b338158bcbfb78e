"""Tell how sure it is that a sentence has no counterpart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Fitted by `python -m jobs.research.fit_absence` on clinical translations, sentence by sentence.
_COVERED, _ALIKE, _CONSTANT = -30.3, -13.8, 6.35
ENOUGH = 0.3  # share of links from which more says no more


def absence(covered: NDArray[np.float64], alike: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return [N] the probabilities that sentences have no counterpart.

    Args:
        covered: [N] the share of links among the tokens of each.
        alike: [N] the cosine of its mean vector and that of its partner in the chain, or elsewhere;
            0: none.
    """
    logit = _COVERED * np.minimum(covered, ENOUGH) + _ALIKE * alike + _CONSTANT
    return np.asarray(1 / (1 + np.exp(-logit)), np.float64)
