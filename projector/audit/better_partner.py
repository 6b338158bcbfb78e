"""Find whose translation a text is, among a folder's documents, by mean vectors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

_MARGIN = 0.1  # how much more alike a better partner has to be than the one it was given


def better_partners(
    sources: Mapping[str, Vector], targets: Mapping[str, Vector], pairs: Mapping[str, str]
) -> dict[str, str]:
    """Return for each source the target that is more alike than its own, if there is one.

    Args:
        sources: The mean vectors [d] of source documents by name.
        targets: Those of the translations by name.
        pairs: The target that each source was given.
    """
    if not sources or not targets:
        return {}
    rows, columns = _spread(sources), _spread(targets)
    alike = rows @ columns.T
    names = list(targets)
    partners = {}
    for number, name in enumerate(sources):
        best = int(alike[number].argmax())
        given = names.index(pairs[name])
        is_mutual = int(alike[:, best].argmax()) == number
        if is_mutual and alike[number, best] > alike[number, given] + _MARGIN:
            partners[name] = names[best]
    return partners


def _spread(vectors: Mapping[str, Vector]) -> Vector:
    """Return [N, d] of unit length, what all documents share taken off."""
    stacked = np.stack(list(vectors.values()))
    stacked = stacked - stacked.mean(0) * (len(stacked) > 2)
    lengths = np.linalg.norm(stacked, axis=1, keepdims=True)
    return np.asarray(stacked / np.maximum(lengths, 1e-9), np.float32)
