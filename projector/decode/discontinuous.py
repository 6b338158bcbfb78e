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
    place = np.arange(len(words))
    near = (place >= decoded.first[:, None] - reach) & (place < decoded.last[:, None] + reach)
    touching = (place >= decoded.first[:, None] - 1) & (place <= decoded.last[:, None])
    free = near & ~touching & words.lexical & (decoded.first[:, None] >= 0)
    pure = free & (shares.purity >= purity)
    pieces = []
    for span, word in zip(*np.nonzero(pure & (shares.coverage >= coverage)), strict=True):
        first = last = int(word)
        while first > 0 and pure[span, first - 1]:
            first -= 1
        while last + 1 < len(words) and pure[span, last + 1]:
            last += 1
        pieces.append((int(span), first, last + 1))
    return sorted(set(pieces))
