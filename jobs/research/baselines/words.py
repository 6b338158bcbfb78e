"""Cut texts into words as users of a baseline would: runs of letters and digits, single symbols."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

# Combining marks stay with their letter: some Spanish texts are decomposed.
_WORD = re.compile(r"[\w\u0300-\u036f]+|[^\w\s]")


def word_offsets(text: str) -> NDArray[np.int64]:
    """Return the [N, 2] half-open offsets of the words of `text`; only white space lies outside."""
    spans = [match.span() for match in _WORD.finditer(text)]
    return np.array(spans, dtype=np.int64).reshape(-1, 2)


def surfaces(text: str, offsets: NDArray[np.int64]) -> list[str]:
    """Return the words at [N, 2] `offsets`."""
    return [text[start:end] for start, end in offsets.tolist()]
