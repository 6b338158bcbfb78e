"""Align many pairs of texts at once on a device that wants much to do: pure functions of arrays.

What `sure_pairs`, `cosines` and `sinkhorn` do for a pair is done for B pairs padded to one size,
[B, S, T], which a GPU takes in a few launches. Entries outside a pair's band are nought, so sums
over rows and columns are those of the band, but for the order of their terms: weights agree to
1e-5 of a row's, and nothing here depends on the order in which a GPU's threads come.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from projector.align.anchors import SurePairs, diagonal, sure_reach
from projector.align.band import Band, band_around
from projector.align.weights import TINY, Alignment
from projector.settings import AlignSettings

MOST_ENTRIES = 2**24  # of [B, S, T], about eight such are held at a time: half a gigabyte


@dataclass(frozen=True, slots=True)
class Similarities:
    """How alike the tokens of B pairs are, and which are each other's best.

    Args:
        values: [B, S, T], with the neighbours' shares, nought in the padding.
        sizes: [B, 2] how many tokens each pair's texts have.
        partner: [B, S] int32 the target token that is each source token's best and whose best it
            is; -1: none.
        near: [B, S] the similarity of the two.
    """

    values: Tensor
    sizes: Tensor
    partner: Tensor
    near: Tensor


def batchable(settings: AlignSettings, sizes: tuple[int, int]) -> bool:
    """Tell whether a pair of texts of such sizes can be aligned among others."""
    return settings.method == "transport" and 0 < sizes[0] * sizes[1] <= MOST_ENTRIES


def batches(sizes: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """Yield which pairs go together: as many as memory allows, those of like sizes."""
    batch: list[int] = []
    widest = (0, 0)
    for number in sorted(range(len(sizes)), key=lambda number: sizes[number]):
        wider = max(widest[0], sizes[number][0]), max(widest[1], sizes[number][1])
        if batch and (len(batch) + 1) * wider[0] * wider[1] > MOST_ENTRIES:
            yield batch
            batch, wider = [], sizes[number]
        batch.append(number)
        widest = wider
    if batch:
        yield batch


def similarities(
    sources: Sequence[Tensor], targets: Sequence[Tensor], settings: AlignSettings
) -> Similarities:
    """Compare the tokens of B pairs of texts, and find which are each other's best.

    Args:
        sources: B times [S, d] of unit length.
        targets: B times [T, d] of unit length.
        settings: How far from the diagonal partners may be, and the neighbours' weights.
    """
    source, target = (pad_sequence(list(side), True) for side in (sources, targets))
    lengths = [(len(one), len(other)) for one, other in zip(sources, targets, strict=True)]
    sizes = _sent(np.array(lengths), source.device)
    values = _with_neighbors(torch.bmm(source, target.mT), settings.neighbors)
    allowed = values.masked_fill(~_reachable(lengths, sizes, values, settings), -torch.inf)
    near, of_row = _first_best(allowed, 2)
    _, of_column = _first_best(allowed, 1)
    own = torch.arange(values.shape[1], device=values.device)
    mutual = (of_column.gather(1, of_row) == own) & near.isfinite()
    partner = torch.where(mutual, of_row, -1).to(torch.int32)
    return Similarities(values, sizes, partner, near)


def _with_neighbors(block: Tensor, neighbors: Sequence[float]) -> Tensor:
    """Add the pairs before and behind along the diagonal, as `similarity_block` does."""
    mixed = block.clone()
    for step, weight in enumerate(neighbors, start=1):
        weighted = weight * block
        mixed[:, step:, step:] += weighted[:, :-step, :-step]
        mixed[:, :-step, :-step] += weighted[:, step:, step:]
    return mixed.div_(1 + 2 * sum(neighbors))


def _reachable(
    lengths: Sequence[tuple[int, int]], sizes: Tensor, values: Tensor, settings: AlignSettings
) -> Tensor:
    """Return [B, S, T] whether tokens are near enough to the diagonal, and no padding."""
    expected = np.full(values.shape[:2], -np.inf)  # what is padding reaches nothing
    reach = np.zeros(len(lengths), np.float32)
    for number, (sources, targets) in enumerate(lengths):
        expected[number, :sources] = diagonal(sources, targets)
        reach[number] = sure_reach(sources, targets, settings)
    center = _sent(expected, values.device).float()[:, :, None]
    far = _sent(reach, values.device)[:, None, None]
    column = torch.arange(values.shape[2], device=values.device)
    return ((column - center).abs() <= far) & (column < sizes[:, 1, None, None])


def _first_best(values: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """Return the greatest along a dimension and which it is, of equal ones the first."""
    best = values.amax(dim, keepdim=True)
    shape = [1, 1, 1]
    shape[dim] = -1
    place = torch.arange(values.shape[dim], device=values.device).view(shape)
    first = torch.where(values == best, place, values.shape[dim] - 1).amin(dim)
    return best.squeeze(dim), first


def pairs_of(partner: NDArray[np.int32], near: NDArray[np.float32], floor: float) -> SurePairs:
    """Return a pair's sure pairs, from the partner [S] of each source token and how near it is."""
    source = np.flatnonzero((partner >= 0) & (near > floor))
    return SurePairs(source, partner[source].astype(np.int64), near[source])


def transported(
    compared: Similarities, paths: Sequence[NDArray[np.float64]], settings: AlignSettings
) -> Tensor:
    """Return [B, S, W] what `sinkhorn` transports within the bands around B paths.

    Args:
        compared: The pairs' similarities.
        paths: [S] each, target positions.
        settings: Of the band and of the transport.
    """
    values, device = compared.values, compared.values.device
    expected = np.full(values.shape[:2], -np.inf)
    for number, path in enumerate(paths):
        expected[number, : len(path)] = path
    center = _sent(expected, device).float()[:, :, None]
    kernel = _kernel(values, center, compared.sizes[:, 1], settings)
    of_source, of_target = (1 / compared.sizes[:, side, None].to(values) for side in (0, 1))
    column = values.new_ones(values.shape[0], values.shape[2])
    for _ in range(settings.iterations):
        row = of_source / torch.bmm(kernel, column[:, :, None])[:, :, 0].clamp_min(TINY)
        sums = torch.bmm(row[:, None], kernel)[:, 0]
        column = of_target / sums.clamp_min(TINY)
    mass = kernel.mul_(row[:, :, None]).mul_(column[:, None])
    reach = int(np.ceil(settings.fade))
    first = np.floor(np.where(np.isfinite(expected), expected, 0)).astype(np.int64) - reach
    columns = _sent(first, device)[:, :, None] + torch.arange(2 * reach + 2, device=device)
    inside = (columns >= 0) & (columns < compared.sizes[:, 1, None, None])
    return mass.gather(2, columns.clamp(0, values.shape[2] - 1)).mul_(inside)


def _sent(array: NDArray[Any], device: torch.device) -> Tensor:
    """Send an array to a device without waiting for what that still has to do."""
    tensor = torch.from_numpy(array)
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)


def _kernel(values: Tensor, center: Tensor, targets: Tensor, settings: AlignSettings) -> Tensor:
    """Return [B, S, T] what may be transported: nought outside the bands, as `band_around` says."""
    column = torch.arange(values.shape[2], device=values.device)
    slope = max(settings.fade - settings.full, 1e-6)
    prior = ((settings.fade - (column - center).abs()) / slope).clamp_(0, 1)
    prior.mul_(column < targets[:, None, None])
    return values.sub(1).div_(settings.temperature).exp_().mul_(prior)


def alignment_of(
    weights: Tensor, path: NDArray[np.float64], targets: int, settings: AlignSettings
) -> Alignment:
    """Return a pair's alignment, of its weights [S, W], on the processor."""
    band: Band = band_around(path, targets, full=settings.full, fade=settings.fade)
    return Alignment(weights[: len(path)], band)
