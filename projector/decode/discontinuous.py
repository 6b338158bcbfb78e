"""Find the other pieces of a mention that a translation tears apart: pure functions of arrays."""

from __future__ import annotations

import numpy as np

from projector.decode.decoded import Decoded
from projector.decode.membership import MassShares
from projector.text.words import Words


def discontinuous_parts(
    shares: MassShares,
    decoded: Decoded,
    words: Words,
    *,
    coverage: float,
    purity: float,
    reach: int,
) -> list[tuple[int, int, int]]:
    """Find what belongs to a chosen span but stands apart from it: a mention in two pieces.

    Args:
        shares: Over M source spans and N target words.
        decoded: Their chosen spans.
        words: The target's N words.
        coverage: Share of the source span's mass that a word must receive to found a piece.
        purity: Share of its mass that each word of a piece must have from the source span.
        reach: How many words from the chosen span a piece may begin or end.

    Returns:
        (source span, first word, word behind the last) of each piece; each touches no chosen span.
    """
    reach = min(reach, len(words))
    width = int((decoded.last - decoded.first).max(initial=0)) + 2 * reach
    word = decoded.first[:, None] - reach + np.arange(width)
    first, last = decoded.first[:, None], decoded.last[:, None]
    near = (word >= 0) & (word < np.minimum(last + reach, len(words)))
    touching = (word >= first - 1) & (word <= last)
    lexical = words.lexical[word.clip(0, len(words) - 1)]
    free = near & ~touching & lexical & (first >= 0)
    pure = free & (shares.values_at(shares.purity, word) >= purity)
    founding = pure & (shares.values_at(shares.coverage, word) >= coverage)
    pieces = set()
    for span, core in zip(*np.nonzero(founding), strict=True):
        start = end = int(core)
        while start > 0 and pure[span, start - 1]:
            start -= 1
        while end + 1 < width and pure[span, end + 1]:
            end += 1
        pieces.add((int(span), int(word[span, start]), int(word[span, end]) + 1))
    return sorted(pieces)
