"""Say which words of a text match which words of a query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from projector.arrays import Floats, Ints
from projector.text.token_words import expand_ranges
from projector.text.words import find_words, overlap_range


@dataclass(frozen=True, slots=True)
class WordMatch:
    """A word of a query and the word of a text that matches it best.

    Args:
        query: The query's word.
        text: The text's.
        start, end: Where it stands there.
        cosine: The mean, over the tokens of the query's word, of the best in the text's.
    """

    query: str
    text: str
    start: int
    end: int
    cosine: float

    def behind(self, characters: int) -> WordMatch:
        """Return it as it stands where so many characters come before the text."""
        return replace(self, start=self.start + characters, end=self.end + characters)


@dataclass(frozen=True, slots=True, eq=False)
class TokenStretch:
    """Some tokens of a text: their vectors [K, d] of length 1, and offsets [K, 2] in the text."""

    text: str
    language: str
    vectors: Floats
    offsets: Ints


def word_matches(query: TokenStretch, text: TokenStretch) -> tuple[WordMatch, ...]:
    """Return, for each word of letters or digits of a query, what matches it best in a text."""
    asked, there = (_lexical(side) for side in (query, text))
    if not len(asked) or not len(there):
        return ()
    similar = query.vectors @ text.vectors.T
    best = _over_words(similar.T, there, text.offsets, _best_at)
    means = _over_words(best.T, asked, query.offsets, _mean_at)
    found = means.argmax(1)
    return tuple(
        WordMatch(
            query.text[start:end],
            text.text[slice(*there[place].tolist())],
            int(there[place, 0]),
            int(there[place, 1]),
            round(float(means[row, place]), 4),
        )
        for row, ((start, end), place) in enumerate(zip(asked.tolist(), found, strict=True))
    )


def _lexical(side: TokenStretch) -> Ints:
    """Return the words of a stretch that have tokens in it."""
    words = find_words(side.text, side.language)
    offsets = words.offsets[words.lexical]
    first, last = overlap_range(side.offsets, offsets)
    return offsets[last > first]


def _over_words(
    values: Floats, words: Ints, offsets: Ints, reduce: Callable[[Floats, Ints], Floats]
) -> Floats:
    """Reduce [K, n] values of tokens to [W, n] of the words that they stand in."""
    first, last = overlap_range(offsets, words)
    owner, token = expand_ranges(first, last)
    return reduce(values[token], np.searchsorted(owner, np.arange(len(words))))


def _best_at(values: Floats, starts: Ints) -> Floats:
    best: Floats = np.maximum.reduceat(values, starts)
    return best


def _mean_at(values: Floats, starts: Ints) -> Floats:
    counts = np.diff(np.append(starts, len(values)))
    means: Floats = (np.add.reduceat(values, starts) / counts[:, None]).astype(np.float32)
    return means
