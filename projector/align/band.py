"""Say which target tokens each source token may meet: pure functions of arrays.

S source tokens meet T target tokens. Everything is held in a band, W target tokens for each
source token, so that memory grows with the length of a document and not with its square; a band
that is wide enough is the whole matrix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


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
    columns = left[:, None] + torch.arange(2 * reach + 2 if targets else 0)
    distance = (columns - center[:, None]).abs()
    slope = max(fade - full, 1e-6)
    prior = ((fade - distance) / slope).clamp(0, 1)
    prior[(columns < 0) | (columns >= targets)] = 0
    return Band(left.to(device), prior.to(device), targets)


def column_sum(values: Tensor, band: Band) -> Tensor:
    """Sum the values [S, W] of a band by target token, [T]."""
    return values.new_zeros(band.targets).index_add_(0, band.columns.flatten(), values.flatten())


def column_max(values: Tensor, band: Band) -> Tensor:
    """Return the greatest value of a band [S, W] by target token, [T]; minus infinity for none."""
    empty = values.new_full((band.targets,), -torch.inf)
    return empty.scatter_reduce_(0, band.columns.flatten(), values.flatten(), "amax")
