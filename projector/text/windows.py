"""Cut a tokenised text into the overlapping windows that an encoder sees at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from projector.text.tokens import TokenizedText


def segment_windows(text: TokenizedText, *, window: int, overlap: int) -> NDArray[np.int64]:
    """Cut every segment of a text into windows of at most `window` tokens.

    Returns:
        [W, 4] rows (start, end, first kept, end of kept) of token indices; the kept ranges
        partition the text's tokens.
    """
    borders = np.flatnonzero(np.diff(text.segments, prepend=-1, append=-1))
    rows = [
        windows(end - start, window=window, overlap=overlap) + start
        for start, end in zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True)
    ]
    return np.concatenate(rows) if rows else np.empty((0, 4), np.int64)


def windows(count: int, *, window: int, overlap: int) -> NDArray[np.int64]:
    """Cut a sequence into overlapping windows, each element kept from where it has most context.

    As few windows as possible, of one length (no longer than needed), evenly spread.

    Args:
        count: Length of the sequence.
        window: The most that fits in one window, at least 1.
        overlap: What neighbours share at least, less than `window`.

    Returns:
        [W, 4] rows (start, end, first kept, end of kept); the kept ranges partition the sequence.
    """
    if not 0 <= overlap < window:
        raise ValueError(f"windows need 0 <= overlap < window, not {overlap} and {window}")
    if count <= window:
        return np.array([[0, count, 0, count]] if count else [], np.int64).reshape(-1, 4)
    number = -(-(count - overlap) // (window - overlap))
    length = -(-(count + (number - 1) * overlap) // number)
    starts = np.arange(number) * (count - length) // (number - 1)
    ends = starts + length
    # Nearest centre wins, the earlier window on a tie: the middle of what two neighbours share.
    borders = (starts[1:] + ends[:-1] + 1) // 2
    kept = np.concatenate(([0], borders, [count]))
    return np.stack([starts, ends, kept[:-1], kept[1:]], 1).astype(np.int64)
