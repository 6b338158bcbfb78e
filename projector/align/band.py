"""Say which target tokens each source token may meet: pure functions of arrays.

S source tokens meet T target tokens. Everything is held in a band, W target tokens for each
source token, so that memory grows with the length of a document and not with its square; a band
that is wide enough is the whole matrix.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_ROWS_AT_ONCE = (
    8192  # source tokens whose columns are listed at once: a band is held, not its index
)


@dataclass(frozen=True, slots=True)
class Band:
    """Which target tokens each source token may meet, and how willingly.

    Args:
        left: [S] int64, non-decreasing, the first target token of each row; may lie before the
            text.
        prior: [S, W] float32 in [0, 1]; entry w is about target token `left + w`, and is 0
            outside the text.
        targets: T.
    """

    left: Tensor
    prior: Tensor
    targets: int

    @property
    def columns(self) -> Tensor:
        """Return [S, W] int64, each entry's target token, moved into the text where outside."""
        return self.columns_of(self.left)

    def columns_of(self, left: Tensor) -> Tensor:
        """Return [K, W] the same of K rows, given by their first target tokens [K]."""
        width = torch.arange(self.prior.shape[1], device=left.device)
        return (left[:, None] + width).clamp_(0, max(self.targets - 1, 0))

    def parts(self) -> Iterator[tuple[slice, Tensor]]:
        """Yield the columns of some rows at a time, as much as is quick and takes little memory."""
        for start in range(0, len(self.left), _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            yield rows, self.columns_of(self.left[rows])


def band_around(
    path: NDArray[np.float64],
    targets: int,
    *,
    full: float,
    fade: float,
    device: torch.device | str = "cpu",
) -> Band:
    """Lay a band around a path; one of no width where the target has no tokens.

    Args:
        path: [S] target positions.
        targets: T.
        full: Distance in tokens up to which the prior is 1.
        fade: Distance at which it has fallen to 0, at least `full`.
        device: Where the band shall live.
    """
    reach = int(np.ceil(fade))
    center = torch.from_numpy(path).to(torch.float32)
    left = torch.from_numpy(np.floor(path).astype(np.int64)) - reach
    width = torch.arange(2 * reach + 2 if targets else 0)
    prior = torch.empty(len(path), len(width))
    slope = max(fade - full, 1e-6)
    for start in range(0, len(path), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        columns = left[rows, None] + width
        distance = (columns - center[rows, None]).abs()
        outside = (columns < 0) | (columns >= targets)
        prior[rows] = ((fade - distance) / slope).clamp(0, 1).masked_fill(outside, 0)
    return Band(left.to(device), prior.to(device), targets)


def column_sum(values: Tensor, band: Band) -> Tensor:
    """Sum the values [S, W] of a band by target token, [T]."""
    total = values.new_zeros(band.targets)
    for rows, columns in band.parts():
        total.index_add_(0, columns.flatten(), values[rows].flatten())
    return total


def column_max(values: Tensor, band: Band) -> Tensor:
    """Return the greatest value of a band [S, W] by target token, [T]; minus infinity for none."""
    greatest = values.new_full((band.targets,), -torch.inf)
    for rows, columns in band.parts():
        greatest.scatter_reduce_(0, columns.flatten(), values[rows].flatten(), "amax")
    return greatest


def of_columns(values: Tensor, band: Band) -> Tensor:
    """Return [S, W], in each entry of a band the value of its target token, [T]."""
    spread = values.new_empty(band.prior.shape)
    for rows, columns in band.parts():
        spread[rows] = values[columns]
    return spread
