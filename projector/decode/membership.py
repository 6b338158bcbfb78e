"""Carry the membership of mentions through an alignment: pure functions of arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from projector.align.weights import Alignment
from projector.text.token_words import TokenWordMap, expand_ranges
from projector.text.words import overlap_range

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class MassShares:
    """What M source spans send to N target units (tokens or words).

    Args:
        coverage: [M, N] share of the span's own mass that the unit receives; a row sums to at
            most 1.
        purity: [M, N] share of the unit's mass that comes from the span, in [0, 1].
    """

    coverage: Floats
    purity: Floats


def mass_shares(
    alignment: Alignment, offsets: NDArray[np.int64], spans: NDArray[np.int64]
) -> MassShares:
    """Project spans of source characters onto target tokens.

    A token is a member of a span by the share of its characters inside it. Coverage normalises the
    alignment by rows, so that every source token sends one unit; purity by columns, so that
    every target token receives one.

    Args:
        alignment: Of S source and T target tokens.
        offsets: [S, 2] the source tokens' characters.
        spans: [M, 2] half-open spans of source characters.

    Returns:
        Shares over the T target tokens.
    """
    weights, band = alignment.weights, alignment.band
    span, token, share = _memberships(offsets, spans)
    member = torch.from_numpy(token).to(weights.device)
    columns = band.columns
    received = weights.new_zeros(band.targets).index_add_(0, columns.flatten(), weights.flatten())
    sent = weights.sum(1).clamp_min(1e-30)[member, None]
    mass = weights[member] * torch.from_numpy(share).to(weights)[:, None]
    total = np.bincount(span, weights=share, minlength=len(spans)).astype(np.float32)
    entry = torch.from_numpy(span).to(weights.device)[:, None] * band.targets + columns[member]

    def gathered(values: torch.Tensor) -> torch.Tensor:
        flat = weights.new_zeros(len(spans) * band.targets)
        return flat.index_add_(0, entry.flatten(), values.flatten()).view(len(spans), band.targets)

    coverage: Floats = gathered(mass / sent).cpu().numpy() / total.clip(1e-9)[:, None]
    purity: Floats = (gathered(mass) / received.clamp_min(1e-30)).cpu().numpy()
    return MassShares(coverage, purity)


def _memberships(
    offsets: NDArray[np.int64], spans: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """List every (span, token, share of the token's characters inside the span)."""
    span, token = expand_ranges(*overlap_range(offsets, spans))
    inside = np.minimum(offsets[token, 1], spans[span, 1]) - np.maximum(
        offsets[token, 0], spans[span, 0]
    )
    length = offsets[token, 1] - offsets[token, 0]
    return span, token, (inside / length).astype(np.float32)


def shares_by_word(shares: MassShares, word_map: TokenWordMap) -> MassShares:
    """Gather shares over tokens [M, T] into shares over words [M, N].

    Coverage adds up over a word's tokens, purity is their mean.
    """
    words = len(word_map.tokens_per_word)

    def gathered(values: Floats) -> Floats:
        result = np.zeros((words, len(values)), dtype=np.float32)
        np.add.at(result, word_map.word, (values[:, word_map.token] * word_map.share).T)
        return np.ascontiguousarray(result.T)

    per_word: Floats = word_map.tokens_per_word.clip(1e-9)
    return MassShares(gathered(shares.coverage), gathered(shares.purity) / per_word)
