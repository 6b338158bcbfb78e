"""Chain the sentences of a text and its translation: one with one, rising in both.

A sentence has its place between its neighbours, and so has what renders it. Of sentences that
resemble each other (those of a physical examination do) the chain takes those that stand in their
places, whichever words are whose best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from projector.align.anchors import heaviest_chain

if TYPE_CHECKING:
    from torch import Tensor

_AROUND = 8  # sentences from where one's counterpart is expected, at most
_UNLIKE = 0.15  # cosine of the mean vectors up to which two sentences have nothing in common
_WORTH = 0.25  # least weight of a pair, as a share of the best that its source sentence has
_ROWS_AT_ONCE = 512
_OFFSETS = np.arange(-_AROUND, _AROUND + 1)


@dataclass(frozen=True, slots=True)
class SentencePairs:
    """Pairs of sentences, the source's ascending.

    Args:
        rows: [P] of the source.
        columns: [P] of the translation.
        values: [P] what is said of each.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of pairs P."""
        return len(self.rows)


def mean_vectors(members: NDArray[np.int64], sentences: int, vectors: Tensor) -> Tensor:
    """Return [N, d] the mean vectors of sentences, of unit length.

    Args:
        members: [T] the sentence of each token; -1: none.
        sentences: N.
        vectors: [T, d].
    """
    within = np.flatnonzero(members >= 0)
    owner = torch.from_numpy(members[within]).to(vectors.device)
    total = torch.zeros(sentences, vectors.shape[1], device=vectors.device)
    total.index_add_(0, owner, vectors[torch.from_numpy(within).to(vectors.device)].float())
    return torch.nn.functional.normalize(total, dim=-1).cpu()


def sentence_chain(
    means: tuple[Tensor, Tensor],
    sizes: tuple[NDArray[np.int64], NDArray[np.int64]],
    links: SentencePairs,
    expected: Sequence[int] | NDArray[np.int64],
) -> SentencePairs:
    """Return the pairs that make the heaviest chain, with the cosines of their mean vectors.

    A pair weighs what its sentences have in common and how many of their tokens are linked, and
    less if one is much longer than the other; the more tokens it has, the more it weighs.

    Args:
        means: [S, d] and [T, d] of the sentences.
        sizes: [S] and [T] tokens of each.
        links: Pairs that have linked tokens, with the similarities of these links, summed.
        expected: [S] the sentence of the translation that stands where each is expected.
    """
    pairs = _alike(means, np.asarray(expected, np.int64))
    first, second = sizes[0][pairs.rows], sizes[1][pairs.columns]
    shorter, longer = np.minimum(first, second), np.maximum(np.maximum(first, second), 1)
    common = np.maximum(pairs.values - _UNLIKE, 0) * np.sqrt(shorter / longer)
    weight = (common + _of(links, pairs, len(sizes[1])) / longer) * np.sqrt(shorter)
    best = np.zeros(len(sizes[0]))
    np.maximum.at(best, pairs.rows, weight)
    worth = np.flatnonzero((weight > 0) & (weight >= _WORTH * best[pairs.rows]))
    rows, columns = pairs.rows[worth], pairs.columns[worth]
    chosen = worth[heaviest_chain(rows.tolist(), columns.tolist(), weight[worth].tolist())]
    return SentencePairs(pairs.rows[chosen], pairs.columns[chosen], pairs.values[chosen])


def _alike(means: tuple[Tensor, Tensor], expected: NDArray[np.int64]) -> SentencePairs:
    """Return the pairs around where each sentence is expected, with their cosines."""
    columns = expected[:, None] + _OFFSETS  # [S, W]
    inside = (columns >= 0) & (columns < len(means[1]))
    columns = np.clip(columns, 0, max(len(means[1]) - 1, 0))
    cosines = np.zeros(columns.shape)
    for start in range(0, len(columns) if len(means[1]) else 0, _ROWS_AT_ONCE):
        some = slice(start, start + _ROWS_AT_ONCE)
        theirs = means[1][torch.from_numpy(columns[some])]  # [s, W, d]
        cosines[some] = torch.einsum("sd,swd->sw", means[0][some], theirs).numpy()
    rows, places = np.nonzero(inside)
    return SentencePairs(rows, columns[rows, places], cosines[rows, places])


def _of(links: SentencePairs, pairs: SentencePairs, width: int) -> NDArray[np.float64]:
    """Return [P] what links say of pairs; 0 of those that have none."""
    if not len(links):
        return np.zeros(len(pairs))
    keys, wanted = links.rows * width + links.columns, pairs.rows * width + pairs.columns
    order = np.argsort(keys)
    place = np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)
    linked = order[place]
    return np.where(keys[linked] == wanted, links.values[linked], 0.0)
