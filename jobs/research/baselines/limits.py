"""Cut pairs of sentences that are too long for a model, as a user of a baseline has to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray


def cut_to_fit(
    source: Sequence[int], target: Sequence[int], *, room: int
) -> list[tuple[slice, slice]]:
    """Cut both sides at the same shares of their lengths, into as few parts as fit.

    Args:
        source: Tokens of each source word.
        target: Tokens of each target word.
        room: Tokens that fit on a side; a word with more stays as it is.

    Returns:
        The words of each part on both sides; parts that are empty on a side are left out.
    """
    ends = np.cumsum(source), np.cumsum(target)
    parts, most = 1, max(sum(source), sum(target))
    while True:
        cuts = [_cuts(side, parts) for side in ends]
        blocks = list(zip(_slices(cuts[0]), _slices(cuts[1]), strict=True))
        if parts >= most or all(
            sum(side[words]) <= room or words.stop - words.start == 1
            for block in blocks
            for side, words in zip((source, target), block, strict=True)
        ):
            return [
                (left, right)
                for left, right in blocks
                if left.start < left.stop and right.start < right.stop
            ]
        parts += 1


def token_counts(tokenizer: Any, words: Sequence[str]) -> list[int]:  # noqa: ANN401
    """Return how many tokens each word has by itself; the tokenizer is one of transformers."""
    return [len(ids) for ids in tokenizer(list(words), add_special_tokens=False)["input_ids"]]


def _cuts(ends: NDArray[np.int64], parts: int) -> NDArray[np.int64]:
    """Return the [parts + 1] words at which a side is cut into equal shares of tokens."""
    if not len(ends):
        return np.zeros(parts + 1, dtype=np.int64)
    shares = np.arange(1, parts) * ends[-1] / parts
    inner = np.searchsorted(ends, shares, side="right")
    return np.concatenate(([0], inner, [len(ends)])).astype(np.int64)


def _slices(cuts: NDArray[np.int64]) -> list[slice]:
    return [slice(first, last) for first, last in pairwise(cuts.tolist())]
