"""Compare token vectors: pure functions of arrays, S source tokens with T target tokens."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from projector.align.band import Band

PRIOR_TOKENS = 16.0  # how far the mean of a text of few tokens is shrunk towards the origin
ROWS_AT_ONCE = 128  # source tokens whose similarities are computed by one matrix product


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
    shifted = vectors - mean
    # In place, a long text's vectors being large, where no gradient goes through them.
    place = None if shifted.requires_grad else shifted
    return torch.nn.functional.normalize(shifted, dim=-1, out=place)


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
    similarity = torch.empty(band.prior.shape, device=source.device)
    for first in range(0, len(source), ROWS_AT_ONCE):
        wanted = band.columns_of(band.left[first : first + ROWS_AT_ONCE])
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
        weighted = weight * block
        mixed[step:, step:] += weighted[:-step, :-step]
        mixed[:-step, :-step] += weighted[step:, step:]
    mixed /= 1 + 2 * sum(neighbors)
    return mixed[rows[0] - top : rows[1] - top, columns[0] - left : columns[1] - left]
