"""Hold a text's tokens and words, and say which tokens stand in which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.text.tokens import TokenizedText
from projector.text.words import Words, overlap_range

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TextUnits:
    """A text in the units that are aligned and decoded in.

    Args:
        tokens: What an encoder sees of it.
        words: What its spans begin and end with.
    """

    tokens: TokenizedText
    words: Words

    @property
    def text(self) -> str:
        """Return the untouched text."""
        return self.tokens.text

    def word_map(self) -> TokenWordMap:
        """Return which words the tokens stand in."""
        return tokens_in_words(self.tokens.offsets, self.words.offsets)


@dataclass(frozen=True, slots=True)
class TokenWordMap:
    """Which words the tokens stand in; a token over several words is divided among them.

    Args:
        token: [K] token of each entry.
        word: [K] word of each entry.
        share: [K] the token's part in the word; a token's parts sum to 1.
        tokens_per_word: [N] how many tokens stand in each word.
    """

    token: NDArray[np.int64]
    word: NDArray[np.int64]
    share: Floats
    tokens_per_word: Floats


def tokens_in_words(
    token_offsets: NDArray[np.int64], word_offsets: NDArray[np.int64]
) -> TokenWordMap:
    """Say which of the N words each of the T tokens stands in, from [T, 2] and [N, 2] offsets."""
    first, last = overlap_range(word_offsets, token_offsets)
    token, word = expand_ranges(first, last)
    share = (1 / np.maximum(last - first, 1))[token].astype(np.float32)
    count = np.bincount(word, weights=share, minlength=len(word_offsets))
    return TokenWordMap(token, word, share, count.astype(np.float32))


def expand_ranges(
    first: NDArray[np.int64], last: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Turn half-open ranges into (number of the range, element) pairs."""
    sizes = last - first
    owner = np.repeat(np.arange(len(first)), sizes)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return owner, first[owner] + within


def inside_of(text: TokenizedText, fragments: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """Return [K] which tokens overlap some fragments, in text order."""
    ranges = zip(*overlap_range(text.offsets, np.array(fragments, np.int64)), strict=True)
    parts = [np.arange(first, last) for first, last in ranges]
    return np.unique(np.concatenate(parts)) if parts else np.empty(0, np.int64)
