"""Align two texts by their token vectors: pure functions of arrays.

S source tokens meet T target tokens. Everything is held in a band, W target tokens for each
source token, so that memory grows with the length of a document and not with its square; a band
that is wide enough is the whole matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

PRIOR_TOKENS = 16.0  # how far the mean of a text of few tokens is shrunk towards the origin
ROWS_AT_ONCE = 128  # source tokens whose similarities are computed by one matrix product
_TINY = 1e-30


@dataclass(frozen=True, slots=True)
class Band:
    """Which target tokens each source token may meet, and how willingly.

    Args:
        left: [S] int64, the first target token of each row; may lie before the text.
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
        width = torch.arange(self.prior.shape[1], device=self.left.device)
        return (self.left[:, None] + width).clamp(0, max(self.targets - 1, 0))


@dataclass(frozen=True, slots=True)
class Alignment:
    """How strongly each source token goes with each target token of its band.

    Args:
        weights: [S, W] float32, at least 0, and 0 outside the text.
        band: Where the weights stand.
    """

    weights: Tensor
    band: Band

    def dense(self) -> Tensor:
        """Return the [S, T] matrix; for short texts, tests and display."""
        full = self.weights.new_zeros(len(self.weights), self.band.targets)
        return full.scatter_add_(1, self.band.columns, self.weights)


def centered(vectors: Tensor, *, prior_tokens: float = 0.0) -> Tensor:
    """Subtract a side's mean vector, which all tokens share and none is told by; then normalise.

    Args:
        vectors: [T, d].
        prior_tokens: The mean is shrunk as if this many tokens at the origin were counted, so
            that a text of a few words isn't wiped out.

    Returns:
        [T, d] of unit length.
    """
    mean = vectors.sum(0) / (len(vectors) + prior_tokens) if len(vectors) else 0.0
    return torch.nn.functional.normalize(vectors - mean, dim=-1)


def contextualized(vectors: Tensor, *, factor: float = 0.1) -> Tensor:
    """Add the two neighbours on each side to every token, as ClinicalAligner26AM does (§3).

    Args:
        vectors: [T, d].
        factor: The neighbours' weight; the token's own is 1.
    """
    mixed = vectors.clone()
    for step in (1, 2):
        mixed[step:] += factor * vectors[:-step]
        mixed[:-step] += factor * vectors[step:]
    return mixed


def band_around(
    path: NDArray[np.float64],
    targets: int,
    *,
    full: float,
    fade: float,
    device: torch.device | str = "cpu",
) -> Band:
    """Lay a band around a path.

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
    columns = left[:, None] + torch.arange(2 * reach + 2)
    distance = (columns - center[:, None]).abs()
    slope = max(fade - full, 1e-6)
    prior = ((fade - distance) / slope).clamp(0, 1)
    prior[(columns < 0) | (columns >= targets)] = 0
    return Band(left.to(device), prior.to(device), targets)


def cosines(
    source: Tensor, target: Tensor, band: Band, *, neighbors: Sequence[float] = ()
) -> Tensor:
    """Compute similarities within a band.

    Args:
        source: [S, d] of unit length.
        target: [T, d] of unit length.
        band: Which pairs to compute.
        neighbors: Weights of the pairs one, two, … steps before and behind along the diagonal:
            what concatenating each vector with its neighbours, weighted by the square roots,
            would give.

    Returns:
        [S, W] in [-1, 1]; entries outside the text repeat its first or last token's.
    """
    columns = band.columns
    similarity = torch.empty(columns.shape, device=source.device)
    for first in range(0, len(source), ROWS_AT_ONCE):
        wanted = columns[first : first + ROWS_AT_ONCE]
        low, high = int(wanted.min()), int(wanted.max()) + 1
        rows = (first, first + len(wanted))
        block = similarity_block(source, target, rows, (low, high), neighbors)
        similarity[rows[0] : rows[1]] = block.gather(1, wanted - low)
    return similarity


def similarity_block(
    source: Tensor,
    target: Tensor,
    rows: tuple[int, int],
    columns: tuple[int, int],
    neighbors: Sequence[float],
) -> Tensor:
    """Compute the similarities of some source with some target tokens, as `cosines` does."""
    halo = len(neighbors)
    top, left = max(rows[0] - halo, 0), max(columns[0] - halo, 0)
    block = source[top : rows[1] + halo] @ target[left : columns[1] + halo].T
    mixed = block.clone()
    for step, weight in enumerate(neighbors, start=1):
        mixed[step:, step:] += weight * block[:-step, :-step]
        mixed[:-step, :-step] += weight * block[step:, step:]
    mixed /= 1 + 2 * sum(neighbors)
    return mixed[rows[0] - top : rows[1] - top, columns[0] - left : columns[1] - left]


def _column_sum(values: Tensor, band: Band) -> Tensor:
    return values.new_zeros(band.targets).index_add_(0, band.columns.flatten(), values.flatten())


def _column_max(values: Tensor, band: Band) -> Tensor:
    empty = values.new_full((band.targets,), -torch.inf)
    return empty.scatter_reduce_(0, band.columns.flatten(), values.flatten(), "amax")


def mutual_argmax(similarity: Tensor, band: Band) -> Tensor:
    """Mark the pairs in which each token is the other's best (SimAlign, §2.2).

    Args:
        similarity: [S, W].
        band: Its band; pairs with prior 0 don't count.

    Returns:
        [S, W] bool.
    """
    allowed = similarity.masked_fill(band.prior == 0, -torch.inf)
    best_of_row = allowed.max(1, keepdim=True).values
    best_of_column = _column_max(allowed, band)[band.columns]
    return (allowed == best_of_row) & (allowed == best_of_column) & (band.prior > 0)


def itermax(similarity: Tensor, band: Band, *, rounds: int = 2, discount: float = 0.9) -> Tensor:
    """Repeat mutual argmax on what is left (SimAlign, §2.3).

    Pairs of which one token is aligned already compete with their similarity times `discount`;
    pairs of which both are don't compete.

    Returns:
        [S, W] bool.
    """
    found = mutual_argmax(similarity, band)
    for _ in range(rounds - 1):
        row = found.any(1, keepdim=True)
        column = (_column_sum(found.float(), band) > 0)[band.columns]
        factor = torch.where(row | column, discount, 1.0)
        left_over = (similarity * factor).masked_fill(row & column, -torch.inf)
        found = found | mutual_argmax(left_over, band) & ~(row & column)
    return found


def softmax_both_ways(similarity: Tensor, band: Band, *, temperature: float) -> Tensor:
    """Multiply each pair's softmax over its row by that over its column (Dou & Neubig 2021).

    Returns:
        [S, W] in [0, 1].
    """
    kernel = _kernel(similarity, band, temperature)
    rows = kernel.sum(1, keepdim=True).clamp_min(_TINY)
    columns = _column_sum(kernel, band).clamp_min(_TINY)[band.columns]
    return (kernel / rows) * (kernel / columns)


def transport(similarity: Tensor, band: Band, *, temperature: float, iterations: int) -> Tensor:
    """Sharpen similarities by entropic optimal transport between uniform marginals.

    Sinkhorn's iterations (Cuturi 2013) with the prior multiplied into the kernel. They stop after
    a fixed number: the band may not admit exact marginals.

    Args:
        similarity: [S, W] in [-1, 1].
        band: Its band.
        temperature: At least .02; below that float32 runs out of exponents.
        iterations: How often both marginals are met in turn.

    Returns:
        [S, W] transported mass; every target's column that any row reaches sums to 1 / T.
    """
    kernel = _kernel(similarity, band, temperature)
    sources, targets = len(similarity), band.targets
    column = similarity.new_ones(targets)
    columns = band.columns
    for _ in range(iterations):
        row = (1 / sources) / (kernel * column[columns]).sum(1).clamp_min(_TINY)
        column = (1 / targets) / _column_sum(kernel * row[:, None], band).clamp_min(_TINY)
    return row[:, None] * kernel * column[columns]


def exact_transport(similarity: Tensor, band: Band, *, temperature: float) -> Tensor:
    """Solve the same transport to convergence, with POT's stabilised solver, as published.

    Pairs outside the band cost so much that they carry nothing. It is slower than `transport` and
    measures worse (see `AlignSettings.iterations`); it is here to compare with.

    Returns:
        [S, W] transported mass, summing to 1 / S over rows and 1 / T over columns.
    """
    import ot

    allowed = Alignment(band.prior, band).dense() > 0
    cost = 1 - Alignment(similarity * (band.prior > 0), band).dense()
    cost = cost.masked_fill(~allowed, 10.0).double()
    plan: Tensor = ot.sinkhorn(
        cost.new_empty(0), cost.new_empty(0), cost, temperature, method="sinkhorn_log", warn=False
    )
    return plan.to(similarity.dtype).gather(1, band.columns) * (band.prior > 0)


def _kernel(similarity: Tensor, band: Band, temperature: float) -> Tensor:
    return torch.exp((similarity - 1) / temperature) * band.prior
