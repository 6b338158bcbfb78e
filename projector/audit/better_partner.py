"""Find whose translation a text is, among a folder's documents, by mean vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

_MARGIN = 0.1  # how much more alike a better partner has to be than the one it was given


def better_partners(
    asked: Sequence[str],
    sources: Mapping[str, Vector],
    targets: Mapping[str, Vector],
    pairs: Mapping[str, str],
) -> dict[str, str]:
    """Return for some sources the target that is more alike than their own, if there is one.

    Args:
        asked: The sources' names.
        sources: The mean vectors [d] of all source documents by name.
        targets: Those of the translations by name.
        pairs: The target that each source was given.
    """
    if not asked:
        return {}
    rows, columns = _spread(sources), _spread(targets)
    numbers = {name: number for number, name in enumerate(sources)}
    places = {name: place for place, name in enumerate(targets)}
    names = list(targets)
    partners = {}
    for name in asked:
        alike = columns @ rows[numbers[name]]
        best = int(alike.argmax())
        is_mutual = int((rows @ columns[best]).argmax()) == numbers[name]
        if is_mutual and alike[best] > alike[places[pairs[name]]] + _MARGIN:
            partners[name] = names[best]
    return partners


def _spread(vectors: Mapping[str, Vector]) -> Vector:
    """Return [N, d] of unit length, what all documents share taken off."""
    stacked = np.stack(list(vectors.values()))
    stacked = stacked - stacked.mean(0) * (len(stacked) > 2)
    lengths = np.linalg.norm(stacked, axis=1, keepdims=True)
    return np.asarray(stacked / np.maximum(lengths, 1e-9), np.float32)
