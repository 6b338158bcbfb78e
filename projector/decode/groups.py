"""Put arrays of like sizes together, as many at once as memory allows."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np

from projector.arrays import Ints


def index_groups(sizes: Ints, *, most: int) -> Iterator[Ints]:
    """Cut the indices of sizes [M, D] into groups of like sizes, the smallest first.

    Args:
        sizes: Of arrays that are padded to the greatest of their group, at least 0 each.
        most: Elements of a group's arrays together at most, unless it is of one.
    """
    order = np.lexsort(sizes.T[::-1])
    start, greatest = 0, [0] * sizes.shape[1]
    for stop, size in enumerate(sizes[order].tolist()):
        padded = [max(pair) for pair in zip(greatest, size, strict=True)]
        if stop > start and prod(padded) * (stop + 1 - start) > most:
            yield order[start:stop]
            start, padded = stop, size
        greatest = padded
    if start < len(order):
        yield order[start:]
