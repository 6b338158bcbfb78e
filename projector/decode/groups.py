"""Put arrays of like sizes together, as many at once as memory allows."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, prod

import numpy as np

from projector.arrays import Ints

_SMALL = 16_000  # elements: padding of so few costs less than one group more


def index_groups(sizes: Ints, *, most: int, padding: float = inf) -> Iterator[Ints]:
    """Cut the indices of sizes [M, D] into groups of like sizes, the smallest first.

    Args:
        sizes: Of arrays that are padded to the greatest of their group, at least 0 each.
        most: Elements of a group's arrays together at most, unless it is of one.
        padding: How many times as large as unpadded they may be, where they aren't small.
    """
    order = np.lexsort(sizes.T[::-1])
    start, greatest, unpadded = 0, [0] * sizes.shape[1], 0
    for stop, size in enumerate(sizes[order].tolist()):
        padded = [max(pair) for pair in zip(greatest, size, strict=True)]
        unpadded += prod(size)
        whole = prod(padded) * (stop + 1 - start)
        if stop > start and whole > min(most, max(padding * unpadded, _SMALL)):
            yield order[start:stop]
            start, padded, unpadded = stop, size, prod(size)
        greatest = padded
    if start < len(order):
        yield order[start:]
