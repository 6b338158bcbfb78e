"""Pair sentences without a counterpart that stand in the same gap between those that have one.

A heading, `HTA.` and its full words, three words of a physical examination: too short or too like
others for their tokens to be anybody's best, but who else would they render.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

_LEAST_ALIKE = 0.2  # cosine of the mean vectors of two sentences
_LONGER = 4.0  # how many times as long as the other, at most
_AROUND = 3  # sentences of a long gap that are looked at on each side of where one is expected


def gap_pairs(
    lone_sources: Sequence[int],
    lone_targets: Sequence[int],
    anchors: Sequence[tuple[int, int]],
    sizes: tuple[NDArray[np.int64], NDArray[np.int64]],
    members: tuple[NDArray[np.int64], NDArray[np.int64]],
    vectors: tuple[Tensor, Tensor],
) -> list[tuple[int, int]]:
    """Return pairs of sentences that stand alone in the same gap, the most alike first.

    Args:
        lone_sources: Sentences of the source without a counterpart, ascending.
        lone_targets: Those of the translation, ascending.
        anchors: Pairs of sentences that are linked, rising in both texts.
        sizes: [S], [T] tokens of each sentence.
        members: [S'], [T'] the sentence of each token; -1: none.
        vectors: [S', d] and [T', d] of the tokens.
    """
    candidates = list(_candidates(lone_sources, lone_targets, anchors))
    candidates = [
        (row, column)
        for row, column in candidates
        if 1 / _LONGER <= sizes[0][row] / max(sizes[1][column], 1) <= _LONGER
    ]
    if not candidates:
        return []
    rows, columns = (sorted(set(side)) for side in zip(*candidates, strict=True))
    first = _means(rows, members[0], vectors[0])
    second = _means(columns, members[1], vectors[1])
    row_of = {number: place for place, number in enumerate(rows)}
    column_of = {number: place for place, number in enumerate(columns)}
    index = [(row_of[row], column_of[column]) for row, column in candidates]
    alike = (first[[row for row, _ in index]] * second[[column for _, column in index]]).sum(1)
    order = torch.argsort(alike, descending=True, stable=True).tolist()
    taken: tuple[set[int], set[int]] = (set(), set())
    pairs = []
    for k in order:
        row, column = candidates[k]
        if alike[k] >= _LEAST_ALIKE and row not in taken[0] and column not in taken[1]:
            taken[0].add(row)
            taken[1].add(column)
            pairs.append((row, column))
    return pairs


def _candidates(
    lone_sources: Sequence[int], lone_targets: Sequence[int], anchors: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Yield what may be pairs: between the same anchors, and not far from where expected."""
    firsts = np.array([row for row, _ in anchors], np.int64)
    seconds = np.array([column for _, column in anchors], np.int64)
    source_gaps = np.searchsorted(firsts, lone_sources)
    target_gaps = np.searchsorted(seconds, lone_targets)
    for gap in sorted(set(source_gaps.tolist()) & set(target_gaps.tolist())):
        rows = range(*np.searchsorted(source_gaps, [gap, gap + 1]).tolist())
        columns = range(*np.searchsorted(target_gaps, [gap, gap + 1]).tolist())
        for place, row in enumerate(rows):
            expected = (place + 0.5) * len(columns) / len(rows) - 0.5
            for column in range(
                max(0, int(np.ceil(expected)) - _AROUND),
                min(len(columns), int(np.floor(expected)) + _AROUND + 1),
            ):
                yield lone_sources[row], lone_targets[columns[column]]


def _means(sentences: Sequence[int], members: NDArray[np.int64], vectors: Tensor) -> Tensor:
    """Return [N, d] the mean vectors of sentences, of unit length."""
    place = np.full(int(members.max()) + 2, -1, np.int64)
    place[list(sentences)] = np.arange(len(sentences))
    owner = place[members]  # the last is of tokens in no sentence
    within = np.flatnonzero(owner >= 0)
    total = torch.zeros(len(sentences), vectors.shape[1], device=vectors.device)
    total.index_add_(
        0,
        torch.from_numpy(owner[within]).to(vectors.device),
        vectors[torch.from_numpy(within).to(vectors.device)].float(),
    )
    return torch.nn.functional.normalize(total, dim=-1)
