"""Hold the spans chosen for source fragments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Decoded:
    """The spans chosen for m source fragments.

    Args:
        first: [m] first target unit; -1 where there is none.
        last: [m] the unit behind the last; -1 where there is none.
        score: [m] in [0, 1]; 0 where there is none.
    """

    first: Ints
    last: Ints
    score: Floats
