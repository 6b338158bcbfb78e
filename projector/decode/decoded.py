"""Hold the spans chosen for source spans."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Decoded:
    """The spans chosen for M source spans.

    Args:
        first: [M] first target unit; -1 where there is none.
        last: [M] the unit behind the last; -1 where there is none.
        score: [M] in [0, 1]; 0 where there is none.
    """

    first: Ints
    last: Ints
    score: Floats
