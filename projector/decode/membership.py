"""Carry the membership of mentions through an alignment: pure functions of arrays.

A mention's tokens meet the tokens of their band alone, so what it sends lies in a window of the
target around its expected place. Windows are what is held, so that memory and time grow with the
mentions times their own length, not with the target's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from projector.align.band import Band
from projector.align.weights import Alignment
from projector.arrays import Floats, Ints
from projector.text.token_words import TokenWordMap, expand_ranges
from projector.text.words import overlap_range

_ENTRIES_AT_ONCE = 1_000_000  # of the band, of the tokens of spans: bounds the memory of long ones


@dataclass(frozen=True, slots=True)
class MassShares:
    """What M source spans send to target units (tokens or words), each within a window of W.

    Outside its window a span sends nothing.

    Args:
        first: [M] the first unit of each window; its end may lie behind the text's.
        coverage: [M, W] share of the span's own mass that the unit receives; a row sums to at
            most 1.
        purity: [M, W] share of the unit's mass that comes from the span, in [0, 1].
    """

    first: Ints
    coverage: Floats
    purity: Floats

    def __getitem__(self, index: Ints) -> MassShares:
        """Return the shares of the spans at `index`."""
        return MassShares(self.first[index], self.coverage[index], self.purity[index])

    def peak(self) -> Ints:
        """Return [M] the unit that receives most; any where none receives. W is at least 1."""
        return np.asarray(self.first + self.coverage.argmax(1))

    def running(self, values: Floats, units: Ints) -> NDArray[np.float64]:
        """Sum values [M, W] of the windows over all units before given ones [M, K]."""
        sums = np.zeros((len(values), values.shape[1] + 1))
        np.cumsum(values, axis=1, dtype=np.float64, out=sums[:, 1:])
        within = (units - self.first[:, None]).clip(0, values.shape[1])
        return np.asarray(sums[np.arange(len(values))[:, None], within])

    def values_at(self, values: Floats, units: Ints) -> Floats:
        """Return values [M, W] of the windows at given units [M, K]; 0 outside the windows."""
        within = units - self.first[:, None]
        outside = (within < 0) | (within >= values.shape[1])
        padded = np.zeros((len(values), values.shape[1] + 1), np.float32)
        padded[:, :-1] = values
        return padded[np.arange(len(values))[:, None], np.where(outside, -1, within)]


def mass_windows(band: Band, offsets: Ints, spans: Ints) -> tuple[Ints, Ints]:
    """Return the half-open target ranges ([M], [M]) that spans of source characters can reach.

    Args:
        band: Of S source and T target tokens.
        offsets: [S, 2] the source tokens' characters.
        spans: [M, 2] half-open spans of source characters.
    """
    first, last = overlap_range(offsets, spans)
    left = np.append(band.left.cpu().numpy(), 0)
    width = band.prior.shape[1]
    some = first < last
    start = np.where(some, left[first], 0).clip(0, max(band.targets - 1, 0))
    end = np.where(some, left[last - 1] + width, 0).clip(start, band.targets)
    return start, end


def mass_shares(
    alignment: Alignment,
    offsets: Ints,
    spans: Ints,
    *,
    received: torch.Tensor | None = None,
) -> MassShares:
    """Project spans of source characters onto target tokens.

    A token is a member of a span by the share of its characters inside it. Coverage normalises the
    alignment by rows, so that every source token sends one unit; purity by columns, so that
    every target token receives one.

    Args:
        alignment: Of S source and T target tokens.
        offsets: [S, 2] the source tokens' characters.
        spans: [M, 2] half-open spans of source characters; all windows are as wide as the widest.
        received: [T] `alignment.received()`, where it is known already.

    Returns:
        Shares over the T target tokens.
    """
    start, end = mass_windows(alignment.band, offsets, spans)
    shape = (len(spans), int((end - start).max(initial=0)))
    span, token, share = _memberships(offsets, spans)
    coverage, mass = alignment.weights.new_zeros((2, shape[0] * shape[1]))
    step = max(1, _ENTRIES_AT_ONCE // max(alignment.weights.shape[1], 1))
    for k in range(0, len(span), step):
        some = slice(k, k + step)
        origin = span[some] * shape[1] - start[span[some]]
        _send(alignment, token[some], share[some], origin, coverage, mass)
    total = np.bincount(span, weights=share, minlength=len(spans)).astype(np.float32)
    in_all = (alignment.received() if received is None else received).cpu().numpy()
    unit = (start[:, None] + np.arange(shape[1])).clip(None, max(len(in_all) - 1, 0))
    return MassShares(
        start,
        coverage.view(shape).cpu().numpy() / total.clip(1e-9)[:, None],
        mass.view(shape).cpu().numpy() / in_all.clip(1e-30)[unit],
    )


def _send(
    alignment: Alignment,
    token: Ints,
    share: Floats,
    origin: Ints,
    coverage: torch.Tensor,
    mass: torch.Tensor,
) -> None:
    """Add what some members of spans send, in place.

    Args:
        alignment: As in `mass_shares`.
        token: [K] source tokens.
        share: [K] how much of each is a member.
        origin: [K] where in the windows the text's first target token would stand.
        coverage, mass: The spans' windows, one after the other.
    """
    weights, band = alignment.weights, alignment.band
    member = torch.from_numpy(token).to(weights.device)
    columns = band.columns_of(band.left[member])
    rows = weights[member]
    sent = rows.sum(1).clamp_min(1e-30)[:, None]
    given = rows * torch.from_numpy(share).to(weights)[:, None]
    entry = (columns + torch.from_numpy(origin).to(weights.device)[:, None]).flatten()
    coverage.index_add_(0, entry, (given / sent).flatten())
    mass.index_add_(0, entry, given.flatten())


def _memberships(offsets: Ints, spans: Ints) -> tuple[Ints, Ints, Floats]:
    """List every (span, token, share of the token's characters inside the span)."""
    span, token = expand_ranges(*overlap_range(offsets, spans))
    inside = np.minimum(offsets[token, 1], spans[span, 1]) - np.maximum(
        offsets[token, 0], spans[span, 0]
    )
    length = offsets[token, 1] - offsets[token, 0]
    return span, token, (inside / length).astype(np.float32)


def shares_by_word(shares: MassShares, word_map: TokenWordMap) -> MassShares:
    """Gather shares over tokens into shares over words, each window's words.

    Coverage adds up over a word's tokens, purity is their mean.
    """
    width = shares.coverage.shape[1]
    begin = np.searchsorted(word_map.token, shares.first)
    end = np.searchsorted(word_map.token, shares.first + width)
    words = np.append(word_map.word, 0)
    some = begin < end
    first = np.where(some, words[begin], 0)
    size = np.where(some, words[end - 1] + 1 - first, 0)
    shape = (len(first), int(size.max(initial=0)))
    row, entry = expand_ranges(begin, end)
    token = row * width + word_map.token[entry] - shares.first[row]
    word = row * shape[1] + word_map.word[entry] - first[row]

    def gathered(values: Floats) -> Floats:
        result = np.zeros(shape[0] * shape[1], dtype=np.float32)
        np.add.at(result, word, values.ravel()[token] * word_map.share[entry])
        return result.reshape(shape)

    count = np.append(word_map.tokens_per_word, np.float32(0)).clip(1e-9)
    unit = (first[:, None] + np.arange(shape[1])).clip(None, len(count) - 1)
    return MassShares(first, gathered(shares.coverage), gathered(shares.purity) / count[unit])


def claimed_mass(alignment: Alignment, offsets: Ints, spans: Ints) -> Floats:
    """Return [T] the share of each target token's mass that comes from any of some source spans.

    Args:
        alignment: Of S source and T target tokens.
        offsets: [S, 2] the source tokens' characters.
        spans: [M, 2] half-open spans of source characters.
    """
    _, token, share = _memberships(offsets, spans)
    most = np.zeros(len(offsets), np.float32)
    np.maximum.at(most, token, share)
    member = torch.from_numpy(most).to(alignment.weights)[:, None]
    claimed = Alignment(alignment.weights * member, alignment.band).received()
    return np.asarray((claimed / alignment.received().clamp_min(1e-30)).cpu().numpy())


def mean_by_word(values: Floats, word_map: TokenWordMap) -> Floats:
    """Return [N] the mean over each word's tokens of values [T]."""
    total = np.bincount(
        word_map.word,
        weights=values[word_map.token] * word_map.share,
        minlength=len(word_map.tokens_per_word),
    )
    return np.asarray((total / word_map.tokens_per_word.clip(1e-9)).astype(np.float32))
