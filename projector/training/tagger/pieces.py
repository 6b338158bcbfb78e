"""Cut a long text for training into pieces that fit a window: none of it is computed twice."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from projector.text.sentences import split_sentences
from projector.text.tokens import TokenizedText


def piece_borders(text: TokenizedText, window: int) -> list[tuple[int, int]]:
    """Return the pieces of a text: as few and as equal as sentences allow.

    A text is cut where the sentence begins that is nearest to an equal cut. A piece can be a
    little longer than the window, then its middle is computed twice; text of several segments is
    not cut, for its sentences are encoded each by itself anyway.

    Args:
        text: As its encoder tokenised it.
        window: Tokens encoded at once at most.

    Returns:
        (start, end) of tokens, which together are the text; of an empty one none.
    """
    count = len(text)
    number = -(-count // window)
    if number < 2 or text.segments[-1] > 0:
        return [(0, count)] if count else []
    begins = _sentence_begins(text)
    wanted = np.arange(1, number) * count // number
    nearest = begins[np.abs(begins[None] - wanted[:, None]).argmin(1)]
    borders = sorted({0, *nearest.tolist(), count})
    return list(pairwise(borders))


def _sentence_begins(text: TokenizedText) -> NDArray[np.int64]:
    """Return the tokens that sentences begin with, and the text's end."""
    starts = split_sentences(text.text)[:, 0]
    return np.append(np.searchsorted(text.offsets[:, 0], starts), len(text)).astype(np.int64)


def piece(text: TokenizedText, start: int, end: int) -> TokenizedText:
    """Return some of a text's tokens, which stay where they are in it."""
    part = slice(start, end)
    return TokenizedText(text.text, text.ids[part], text.offsets[part], text.segments[part])
