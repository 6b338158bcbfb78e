"""Turn the similarities within a band into alignment weights: pure functions of arrays."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from projector.align.band import Band, column_max, column_sum, of_columns

TINY = 1e-30


@dataclass(frozen=True, slots=True)
class Alignment:
    """How strongly each source token goes with each target token of its band.

    Args:
        weights: [S, W] float32, at least 0, and 0 outside the text.
        band: Where the weights stand.
    """

    weights: Tensor
    band: Band

    def received(self) -> Tensor:
        """Return [T], what each target token has of all source tokens together."""
        return column_sum(self.weights, self.band)

    def cpu(self) -> Alignment:
        """Return the same on the processor."""
        band = Band(self.band.left.cpu(), self.band.prior.cpu(), self.band.targets)
        return Alignment(self.weights.cpu(), band)

    def dense(self) -> Tensor:
        """Return the [S, T] matrix; for short texts, tests and display."""
        full = self.weights.new_zeros(len(self.weights), self.band.targets)
        return full.scatter_add_(1, self.band.columns, self.weights)


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
    best_of_column = of_columns(column_max(allowed, band), band)
    return (allowed == best_of_row) & (allowed == best_of_column) & (band.prior > 0)


def itermax(similarity: Tensor, band: Band, *, rounds: int = 2, discount: float = 0.9) -> Tensor:
    """Repeat mutual argmax on what is left (SimAlign, §2.3).

    Pairs of which one token is aligned already compete with their similarity times `discount`;
    pairs of which both are don't compete.

    Returns:
        [S, W] bool.
    """
    aligned = mutual_argmax(similarity, band)
    for _ in range(rounds - 1):
        row = aligned.any(1, keepdim=True)
        column = of_columns(column_sum(aligned.float(), band) > 0, band)
        factor = torch.where(row | column, discount, 1.0)
        left_over = (similarity * factor).masked_fill(row & column, -torch.inf)
        aligned = aligned | mutual_argmax(left_over, band) & ~(row & column)
    return aligned


def softmax_both_ways(similarity: Tensor, band: Band, *, temperature: float) -> Tensor:
    """Multiply each pair's softmax over its row by that over its column (Dou & Neubig 2021).

    Returns:
        [S, W] in [0, 1].
    """
    kernel = _kernel(similarity, band, temperature)
    rows = kernel.sum(1, keepdim=True).clamp_min(TINY)
    columns = of_columns(column_sum(kernel, band).clamp_min(TINY), band)
    return (kernel / rows) * (kernel / columns)


def sinkhorn(similarity: Tensor, band: Band, *, epsilon: float, iterations: int) -> Tensor:
    """Sharpen similarities by entropic optimal transport between uniform marginals.

    Sinkhorn's iterations (Cuturi 2013) with the prior multiplied into the kernel. They stop after
    a fixed number: the band may not admit exact marginals.

    Args:
        similarity: [S, W] in [-1, 1].
        band: Its band.
        epsilon: Weight of the entropy, at least .02; below that float32 runs out of exponents.
        iterations: How often both marginals are met in turn.

    Returns:
        [S, W] transported mass; every target's column that any row reaches sums to 1 / T.
    """
    kernel = _kernel(similarity, band, epsilon)
    sources, targets = len(similarity), band.targets
    column = similarity.new_ones(targets)
    for _ in range(iterations):
        row = (1 / sources) / of_columns(column, band).mul_(kernel).sum(1).clamp_min(TINY)
        column = (1 / targets) / column_sum(kernel * row[:, None], band).clamp_min(TINY)
    return of_columns(column, band).mul_(row[:, None] * kernel)


def sinkhorn_converged(similarity: Tensor, band: Band, *, epsilon: float) -> Tensor:
    """Solve the same transport to convergence, with POT's stabilised solver, as published.

    Pairs outside the band cost so much that they carry nothing. It is slower than `sinkhorn` and
    measures worse (see `AlignSettings.iterations`); it is here to compare with.

    Returns:
        [S, W] transported mass, summing to 1 / S over rows and 1 / T over columns.
    """
    import ot

    allowed = Alignment(band.prior, band).dense() > 0
    cost = 1 - Alignment(similarity * (band.prior > 0), band).dense()
    cost = cost.masked_fill(~allowed, 10.0).double()
    plan: Tensor = ot.sinkhorn(
        cost.new_empty(0), cost.new_empty(0), cost, epsilon, method="sinkhorn_log", warn=False
    )
    return plan.to(similarity.dtype).gather(1, band.columns) * (band.prior > 0)


def _kernel(similarity: Tensor, band: Band, temperature: float) -> Tensor:
    return torch.exp((similarity - 1) / temperature) * band.prior
