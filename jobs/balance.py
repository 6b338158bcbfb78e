"""Share documents among shards of nearly equal length."""

from __future__ import annotations

import heapq
from collections.abc import Sequence


def balance(lengths: Sequence[int], shards: int) -> list[list[int]]:
    """Share items among shards: the longest first, each to the shard with the least so far.

    That is Graham's longest-processing-time rule (1969): no shard is longer than 4/3 of the best
    possible, or it is a single item.

    Args:
        lengths: Of the items.
        shards: How many at most; none stays empty.

    Returns:
        The shards' items, in order, the longest shard first.
    """
    shared: list[list[int]] = [[] for _ in range(min(shards, len(lengths)))]
    # Ties go to the shard with the fewest items, so that empty texts are shared out too.
    heap = [(0, 0, number) for number in range(len(shared))]
    for item in sorted(range(len(lengths)), key=lambda item: (-lengths[item], item)):
        total, items, number = heapq.heappop(heap)
        shared[number].append(item)
        heapq.heappush(heap, (total + lengths[item], items + 1, number))
    totals = {number: total for total, _, number in heap}
    return [sorted(shared[number]) for number in sorted(totals, key=lambda at: (-totals[at], at))]
