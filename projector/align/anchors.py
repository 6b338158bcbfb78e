"""Find where each source token is to be expected in the target: pure functions of arrays."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from projector.align.similarity import ROWS_AT_ONCE, similarity_block
from projector.settings import AlignSettings

FLOOR = 0.3  # least similarity of a sure pair
_COLUMNS_AT_ONCE = 1024  # target tokens compared at once: their similarities fit in the cache


@dataclass(frozen=True, slots=True, eq=False)
class SurePairs:
    """Tokens of a text and its translation that are each other's best, and near enough.

    Args:
        source: [P] tokens of the source, ascending.
        target: [P] those of the target.
        similarity: [P] above the floor.
    """

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    similarity: NDArray[np.float32]

    def path(self, sources: int, targets: int) -> NDArray[np.float64]:
        """Return [S] target positions, non-decreasing: along a chain of pairs, straight between.

        The chain is the heaviest that increases in both texts, a pair weighing its similarity
        squared.
        """
        chain = sure_chain(self)
        anchors = [-1.0, *self.source[chain].tolist(), float(sources)]
        positions = [-1.0, *self.target[chain].tolist(), float(targets)]
        return np.asarray(np.interp(np.arange(sources), anchors, positions))


@lru_cache(maxsize=2)  # a path follows it, then an audit of the same pairs
def sure_chain(pairs: SurePairs) -> list[int]:
    """Return which pairs make the heaviest chain; what is given is shared, not to be written to."""
    weights = (pairs.similarity**2).tolist()
    return heaviest_chain(pairs.source.tolist(), pairs.target.tolist(), weights)


def sure_pairs(source: Tensor, target: Tensor, settings: AlignSettings) -> SurePairs:
    """Find the tokens that are each other's best around the diagonal, and near enough.

    Args:
        source: [S, d] of unit length.
        target: [T, d] of unit length.
        settings: How far from the diagonal they may be.
    """
    if not (len(source) and len(target)):
        none = np.zeros(0, np.int64)
        return SurePairs(none, none, np.zeros(0, np.float32))
    reach = sure_reach(len(source), len(target), settings)
    return _sure_pairs(source, target, reach, settings.neighbors, FLOOR)


def sure_reach(sources: int, targets: int, settings: AlignSettings) -> float:
    """Return how far from the diagonal sure pairs may stand in texts of so many tokens."""
    # What one text lacks moves the rest away from the diagonal by as much.
    missing = min(abs(sources - targets), settings.search_limit)
    return max(settings.search_reach(targets), missing)


def _sure_pairs(
    source: Tensor, target: Tensor, reach: float, neighbors: Sequence[float], floor: float
) -> SurePairs:
    path = diagonal(len(source), len(target))
    rows, columns, values = mutual_best(source, target, path, reach=reach, neighbors=neighbors)
    sure = values > floor
    return SurePairs(rows[sure], columns[sure], values[sure])


def expected_path(
    source: Tensor, target: Tensor, settings: AlignSettings, pairs: SurePairs | None = None
) -> NDArray[np.float64]:
    """Say where each source token is expected in the target, as the settings choose.

    Args:
        source: [S, d] of unit length.
        target: [T, d] of unit length.
        settings: Whether along the diagonal or along anchors, and how far from it these may be.
        pairs: The texts' sure pairs, where they are known.

    Returns:
        [S] target positions, non-decreasing.
    """
    if settings.path == "diagonal" or not len(target):
        return diagonal(len(source), len(target))
    pairs = pairs or sure_pairs(source, target, settings)
    return pairs.path(len(source), len(target))


def diagonal(sources: int, targets: int) -> NDArray[np.float64]:
    """Return [S] target positions, as if both texts advanced evenly."""
    steps = np.arange(sources, dtype=np.float64) + 0.5
    return steps * (targets / max(sources, 1)) - 0.5


def mutual_best(
    source: Tensor,
    target: Tensor,
    path: NDArray[np.float64],
    *,
    reach: float,
    neighbors: Sequence[float] = (),
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Find the pairs in which each token is the other's best, within `reach` of a path.

    What `cosines` and `mutual_argmax` would find in a band of that width, without holding it: the
    band of a long document is too wide for memory. Of equal bests the first counts.

    Args:
        source: [S, d] of unit length.
        target: [T, d] of unit length.
        path: [S] target positions.
        reach: Tokens.
        neighbors: See `cosines`.

    Returns:
        ([P] source tokens, ascending, [P] target tokens, [P] similarities).
    """
    device = source.device
    of_row, of_column = _Best.none(len(source), device), _Best.none(len(target), device)
    for first in range(0, len(source), ROWS_AT_ONCE):
        center = path[first : first + ROWS_AT_ONCE]
        rows = (first, first + len(center))
        low = min(max(int(np.floor(center[0] - reach)), 0), len(target) - 1)
        high = max(min(int(np.ceil(center[-1] + reach)) + 1, len(target)), low + 1)
        for start in range(low, high, _COLUMNS_AT_ONCE):
            columns = (start, min(start + _COLUMNS_AT_ONCE, high))
            block = similarity_block(source, target, rows, columns, neighbors)
            block = _within_reach(block, center, columns, reach)
            of_row.update(block, rows[0], columns[0])
            of_column.update(block.T, columns[0], rows[0])
    mutual = of_column.index[of_row.index] == torch.arange(len(source), device=device)
    pairs = torch.nonzero(mutual & torch.isfinite(of_row.value)).flatten()
    return (
        pairs.cpu().numpy(),
        of_row.index[pairs].cpu().numpy(),
        of_row.value[pairs].cpu().numpy(),
    )


def _within_reach(
    block: Tensor, center: NDArray[np.float64], columns: tuple[int, int], reach: float
) -> Tensor:
    """Return similarities with minus infinity where a column is too far from its row's centre."""
    if center[-1] - reach + 1 < columns[0] and columns[1] < center[0] + reach - 1:
        return block  # most are: a document is much longer than a block
    expected = torch.from_numpy(center).to(block.device, torch.float32)[:, None]
    column = torch.arange(*columns, device=block.device)
    return block.masked_fill((column - expected).abs() > reach, -torch.inf)


@dataclass(frozen=True, slots=True)
class _Best:
    """The best partner of each token so far, of equal ones the first.

    Args:
        value: Its similarity; minus infinity where there is none.
        index: Which it is.
    """

    value: Tensor
    index: Tensor

    @classmethod
    def none(cls, tokens: int, device: torch.device) -> _Best:
        """Return so many tokens without a partner."""
        value = torch.full((tokens,), -torch.inf, device=device)
        return cls(value, torch.zeros(tokens, dtype=torch.int64, device=device))

    def update(self, block: Tensor, first: int, first_partner: int) -> None:
        """Look at the similarities [K, P] of the tokens from `first` with partners, in place."""
        tops = block.amax(1)
        value = self.value[first : first + len(block)]
        better = torch.nonzero(tops > value).flatten()
        # Which it is, is asked only where it matters: that takes longer than how much.
        value[better] = tops[better]
        self.index[first + better] = _first_best(block[better]) + first_partner


def _first_best(block: Tensor) -> Tensor:
    """Return [K] which of the similarities [K, P] is the greatest, of equal ones the first."""
    if block.device.type != "cpu" or not block.numel():
        return block.max(1).indices
    return torch.from_numpy(block.numpy().argmax(1))  # in an eighth of torch's time


def anchored_path(
    source: Tensor,
    target: Tensor,
    *,
    reach: float,
    neighbors: Sequence[float] = (),
    floor: float = FLOOR,
) -> NDArray[np.float64]:
    """Find where each source token stands in the target: a chain of sure pairs, straight between.

    The sure pairs are each other's best around the diagonal, with a similarity above `floor`; the
    chain is the heaviest that increases in both texts, a pair weighing its similarity squared.

    Args:
        source: [S, d] of unit length.
        target: [T, d] of unit length.
        reach: How many tokens from the diagonal a sure pair may stand.
        neighbors: See `cosines`.
        floor: Least similarity of a sure pair.

    Returns:
        [S] target positions, non-decreasing.
    """
    pairs = _sure_pairs(source, target, reach, neighbors, floor)
    return pairs.path(len(source), len(target))


def heaviest_chain(
    sources: Sequence[int], targets: Sequence[int], weights: Sequence[float]
) -> list[int]:
    """Choose the heaviest set of pairs that strictly increases on both sides.

    A staircase of the best totals by last target is kept sorted, so that each pair costs a binary
    search; there are fewer pairs than tokens, and this is no part of the heavy work.

    Args:
        sources: Ascending; equal ones are never both chosen.
        targets: In any order.
        weights: Positive.

    Returns:
        Indices of the chosen pairs, ascending.
    """
    steps: list[tuple[int, float, int]] = []  # (last target, total, pair): both increase
    before = [-1] * len(sources)
    pending: list[tuple[int, float, int]] = []
    for k, (source, target, weight) in enumerate(zip(sources, targets, weights, strict=True)):
        if k and source != sources[k - 1]:
            _settle(steps, pending)
        lower = bisect_left(steps, (target,))  # how many steps end before this target
        if lower:
            before[k] = steps[lower - 1][2]
        pending.append((target, (steps[lower - 1][1] if lower else 0.0) + weight, k))
    _settle(steps, pending)
    chain = []
    k = steps[-1][2] if steps else -1
    while k >= 0:
        chain.append(k)
        k = before[k]
    return chain[::-1]


def _settle(steps: list[tuple[int, float, int]], pending: list[tuple[int, float, int]]) -> None:
    """Enter a source token's pairs into the staircase, once they can't see each other."""
    for target, total, k in pending:
        lower = bisect_right(steps, (target, float("inf")))
        if lower and steps[lower - 1][1] >= total:
            continue
        start = lower - 1 if lower and steps[lower - 1][0] == target else lower
        stop = lower
        while stop < len(steps) and steps[stop][1] <= total:
            stop += 1
        steps[start:stop] = [(target, total, k)]
    pending.clear()
