"""Read word links off an alignment: for whoever wants the alignment itself, and to measure it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from projector.align.aligner import align_within, band_along, token_vectors
from projector.align.anchors import expected_path
from projector.align.weights import Alignment
from projector.settings import AlignSettings
from projector.text.token_words import TokenWordMap, tokens_in_words

if TYPE_CHECKING:
    from projector.models.encoder import Encoder

# On the development half of seven gold sets, one round at temperature .1 gave the untrained
# encoder a mean alignment error rate of .196 (mutual argmax .213); the trained one's best threshold
# is .4. Spans want a colder transport of three rounds.
WORD_SETTINGS = AlignSettings(temperature=0.1, iterations=1)
THRESHOLD = 0.4


def word_links(
    alignment: Alignment,
    source: TokenWordMap,
    target: TokenWordMap,
    *,
    threshold: float = THRESHOLD,
) -> list[tuple[int, int, float]]:
    """Link the words that send each other much of their mass.

    Args:
        alignment: Of tokens.
        source: Which source words the source tokens stand in.
        target: Which target words the target tokens stand in.
        threshold: Least strength of a link.

    Returns:
        (source word, target word, strength), ordered; the strength in (0, 1] is the geometric
        mean of the two shares of mass that the words give each other.
    """
    mass = _gathered(_gathered(alignment.dense(), source).T, target).T
    given = mass / mass.sum(1, keepdim=True).clamp_min(1e-30)
    received = mass / mass.sum(0, keepdim=True).clamp_min(1e-30)
    strength = (given * received).sqrt()
    rows, columns = torch.nonzero(strength >= threshold, as_tuple=True)
    return list(zip(rows.tolist(), columns.tolist(), strength[rows, columns].tolist(), strict=True))


def link_words(
    source: Sequence[str], target: Sequence[str], encoder: Encoder
) -> frozenset[tuple[int, int]]:
    """Link the words of a sentence and its translation, given as lists of words."""
    return frozenset((left, right) for left, right, _ in align_words(source, target, encoder))


def align_words(
    source: Sequence[str], target: Sequence[str], encoder: Encoder
) -> list[tuple[int, int, float]]:
    """Link the same, and say how strongly; see `word_links`."""
    sides = encoder.tokenize(" ".join(source)), encoder.tokenize(" ".join(target))
    vectors = token_vectors(*sides, encoder, WORD_SETTINGS)
    path = expected_path(*vectors, WORD_SETTINGS)
    band = band_along(path, vectors[1], WORD_SETTINGS)
    alignment = align_within(*vectors, band, WORD_SETTINGS)
    word_maps = [
        tokens_in_words(side.offsets, _offsets(words))
        for side, words in zip(sides, (source, target), strict=True)
    ]
    return word_links(alignment, *word_maps)


def _offsets(words: Sequence[str]) -> NDArray[np.int64]:
    """Return [N, 2], where words stand when joined by single spaces."""
    ends = np.cumsum([len(word) + 1 for word in words]) - 1
    return np.stack([ends - [len(word) for word in words], ends], 1).astype(np.int64)


def _gathered(values: Tensor, word_map: TokenWordMap) -> Tensor:
    """Sum the rows of [tokens, X] into [words, X]."""
    words = values.new_zeros(len(word_map.tokens_per_word), values.shape[1])
    share = torch.from_numpy(word_map.share).to(values)[:, None]
    token = torch.from_numpy(word_map.token).to(values.device)
    return words.index_add_(
        0, torch.from_numpy(word_map.word).to(values.device), values[token] * share
    )
