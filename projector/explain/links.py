"""List what receives most of a mention's tokens, and of its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.arrays import Ints
from projector.pipeline import WeighedPair
from projector.text.token_words import TextUnits
from projector.text.tokens import TokenizedText
from projector.text.words import overlap_range

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class TokenLinks:
    """A source token and the target tokens that receive most of it, or a word and its words.

    Args:
        text: The token's characters, or the word's.
        targets: (characters, start, share of its mass), strongest first.
    """

    text: str
    targets: tuple[tuple[str, int, float], ...]


def token_links(weighed: WeighedPair, own: Ints, most: int) -> tuple[TokenLinks, ...]:
    """Return the tokens of own fragments in text order, each with what receives most of it."""
    source = weighed.source.tokens
    characters = weighed.fragments.characters[own]
    ranges = zip(*overlap_range(source.offsets, characters), strict=True)
    tokens = sorted({token for first, last in ranges for token in range(first, last)})
    weights, columns = weighed.alignment.weights, weighed.alignment.band.columns
    links = []
    for token in tokens:
        start, end = source.offsets[token].tolist()
        targets = _targets(weighed.target.tokens, weights[token], columns[token], most)
        links.append(TokenLinks(source.text[start:end], targets))
    return tuple(links)


def _targets(
    target: TokenizedText, weights: Tensor, columns: Tensor, most: int
) -> tuple[tuple[str, int, float], ...]:
    """Return the target tokens that receive most of a source token, of its row [W] of the band."""
    shares = weights / weights.sum().clamp_min(1e-30)
    best = shares.topk(min(most, len(shares)))
    targets = []
    for share, column in zip(best.values.tolist(), columns[best.indices].tolist(), strict=True):
        start, end = target.offsets[column].tolist()
        if share > 0:
            targets.append((target.text[start:end], start, round(share, 4)))
    return tuple(targets)


def word_links(weighed: WeighedPair, own: Ints, most: int) -> tuple[TokenLinks, ...]:
    """Return the words of own fragments in text order, each with what receives most of it."""
    source, target = weighed.source, weighed.target
    ranges = zip(*source.words.range_of(weighed.fragments.characters[own]), strict=True)
    words = sorted({word for first, last in ranges for word in range(first, last)})
    of_source, of_target = source.word_map(), target.word_map()
    links = []
    for word in words:
        mass = np.zeros(len(target.tokens.offsets))  # [T] of the word's
        for entry in np.flatnonzero(of_source.word == word):
            token = of_source.token[entry]
            weights = weighed.alignment.weights[token].double().cpu().numpy()
            columns = weighed.alignment.band.columns[token].cpu().numpy()
            np.add.at(mass, columns, weights * of_source.share[entry])
        parts = mass[of_target.token] * of_target.share
        shares = np.zeros(len(target.words))
        np.add.at(shares, of_target.word, parts)
        start, end = source.words.offsets[word].tolist()
        links.append(TokenLinks(source.text[start:end], _best_words(target, shares, most)))
    return tuple(links)


def _best_words(
    target: TextUnits, shares: NDArray[np.float64], most: int
) -> tuple[tuple[str, int, float], ...]:
    """Return the target words with the largest shares [N], as parts of all."""
    total = max(float(shares.sum()), 1e-30)
    best = []
    for word in np.argsort(-shares, kind="stable")[:most].tolist():
        start, end = target.words.offsets[word].tolist()
        if shares[word] > 0:
            best.append((target.text[start:end], start, round(float(shares[word]) / total, 4)))
    return tuple(best)
