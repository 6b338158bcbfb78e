"""Hold a tokenised text and cut it into the stretches that an encoder sees at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TokenizedText:
    """A text's tokens, special tokens left out.

    Every token covers at least one character that is not white space; tokens are in text order.
    A character may be shared by two tokens (byte fallback, decomposed accents).

    Args:
        text: The untouched text.
        ids: [T] int64 vocabulary ids.
        offsets: [T, 2] int64 code point offsets into `text`, half-open.
        segments: [T] int64, non-decreasing from 0: the sentence (or whole text) of each token.
            Tokens of different segments never share an encoder window.
    """

    text: str
    ids: NDArray[np.int64]
    offsets: NDArray[np.int64]
    segments: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of tokens T."""
        return len(self.ids)
