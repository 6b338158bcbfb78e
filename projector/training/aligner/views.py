"""Look at a text as a frozen encoder does: what each token carries, on another's tokens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from projector.align.similarity import PRIOR_TOKENS, centered
from projector.models.encoder import Encoder
from projector.text.sentences import split_sentences
from projector.text.tokens import TokenizedText
from projector.text.words import find_words, overlap_range
from schemas.aligner_training import ViewConfiguration

_REACH = 2  # neighbours on each side that enter a contextualised vector


@dataclass(frozen=True, slots=True)
class TeacherView:
    """A frozen encoder and how its vectors are used; see `ViewConfiguration`.

    Args:
        configuration: As the user wrote it.
        encoder: Gives the vectors.
    """

    configuration: ViewConfiguration
    encoder: Encoder

    def vectors(self, text: TokenizedText, language: str, *, clean: str | None = None) -> Tensor:
        """Return [T, d'] vectors of unit length, one for each of another encoder's T tokens.

        Args:
            text: As the student tokenises it.
            language: Its code, which phrases are found by.
            clean: The text that is read in its place, character for character.
        """
        chosen = self.configuration
        read = text.text if clean is None else clean
        if chosen.kind == "token":
            vectors = self._token_vectors(read, text.offsets)
        else:
            whole = chosen.kind == "sentence"
            stretches = split_sentences(read) if whole else phrases(read, language)
            vectors = self._carried(read, stretches, text.offsets)
        if chosen.center:
            vectors = centered(vectors, prior_tokens=PRIOR_TOKENS)
        if chosen.kind == "token" and chosen.context:
            vectors = concatenated(vectors, discount=chosen.context)
        return torch.nn.functional.normalize(vectors, dim=-1)

    def _token_vectors(self, text: str, offsets: NDArray[np.int64]) -> Tensor:
        tokens = self.encoder.tokenize(text)
        (vectors,) = self.encoder.encode([tokens])
        if np.array_equal(tokens.offsets, offsets):
            return vectors
        return mapped(vectors, tokens.offsets, offsets)

    def _carried(
        self, text: str, stretches: NDArray[np.int64], offsets: NDArray[np.int64]
    ) -> Tensor:
        """Return the mean vector of the stretch that each token stands in."""
        prefix = self.configuration.prefix
        contents = [prefix + text[start:end] for start, end in stretches.tolist()]
        tokens = [self.encoder.tokenize(content) for content in contents]
        means = torch.stack([_mean(vectors) for vectors in self.encoder.encode(tokens)])
        return mapped(means, stretches, offsets)


def _mean(vectors: Tensor) -> Tensor:
    if not len(vectors):
        return vectors.new_zeros(vectors.shape[1])
    return torch.nn.functional.normalize(vectors.mean(0), dim=0)


def concatenated(vectors: Tensor, *, discount: float) -> Tensor:
    """Concatenate each vector with its two neighbours on each side (ClinicalAligner26AM, §2).

    Args:
        vectors: [T, d]; beyond the ends there are zeros.
        discount: What the neighbours are multiplied by.

    Returns:
        [T, 5d], from the second before to the second behind.
    """
    padded = torch.nn.functional.pad(vectors, (0, 0, _REACH, _REACH))
    parts = []
    for step in range(2 * _REACH + 1):
        part = padded[step : step + len(vectors)]
        parts.append(part if step == _REACH else discount * part)
    return torch.cat(parts, 1)


def mapped(vectors: Tensor, given: NDArray[np.int64], wanted: NDArray[np.int64]) -> Tensor:
    """Map vectors of stretches of a text onto other stretches of the same text.

    Args:
        vectors: [V, d].
        given: [V, 2] character offsets of their stretches, in text order.
        wanted: [T, 2] character offsets.

    Returns:
        [T, d] means weighted by shared characters; zeros where nothing is shared.
    """
    rows, columns, shared = overlaps(given, wanted)
    total = np.bincount(rows, weights=shared, minlength=len(wanted)).clip(1e-9)
    weight = torch.from_numpy(shared / total[rows]).to(vectors)
    result = vectors.new_zeros(len(wanted), vectors.shape[1])
    source = vectors[torch.from_numpy(columns).to(vectors.device)]
    return result.index_add_(0, torch.from_numpy(rows).to(vectors.device), source * weight[:, None])


def overlaps(
    given: NDArray[np.int64], wanted: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """List every (wanted stretch, own stretch, characters that they share)."""
    first, last = overlap_range(given, wanted)
    rows = np.repeat(np.arange(len(wanted)), last - first)
    columns = np.concatenate(
        [np.arange(start, end) for start, end in zip(first, last, strict=True)] or [first]
    ).astype(np.int64)
    shared = np.minimum(given[columns, 1], wanted[rows, 1]) - np.maximum(
        given[columns, 0], wanted[rows, 0]
    )
    return rows, columns, shared.astype(np.float64)


def phrases(text: str, language: str) -> NDArray[np.int64]:
    """Return the phrases of a text: runs of words that no punctuation and no new phrase divides.

    A phrase begins at a function word behind a word that is none.

    Returns:
        [N, 2] half-open character offsets, in text order.
    """
    words = find_words(text, language)
    if not len(words):
        return np.empty((0, 2), np.int64)
    lexical = words.lexical
    breaks = ~(lexical[1:] & lexical[:-1])
    breaks |= words.function[1:] & ~words.function[:-1]
    breaks &= ~words.splits_compound[1:-1]
    starts = np.flatnonzero(np.concatenate(([True], breaks)))
    ends = np.concatenate((starts[1:], [len(words)])) - 1
    return np.stack([words.offsets[starts, 0], words.offsets[ends, 1]], 1)
