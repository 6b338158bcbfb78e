"""List the candidate spans of each source span with their features: pure functions of arrays.

Every span of whole words around the word that receives most is one. A few interpretable features
describe it: how much of the mention arrives, how pure the span is, whether its edges lie inside
and their neighbours outside, whether its length fits, and whether it begins and ends as a mention
does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from projector.decode.membership import MassShares
from projector.settings import SpanWeights
from projector.text.token_words import TokenWordMap
from projector.text.words import Words

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_SPANS_AT_ONCE = 32  # bounds the memory of a document with very many mentions


@dataclass(frozen=True, slots=True)
class SourceSpans:
    """What is asked of the M source spans themselves, each in words.

    Args:
        first: [M] first source word.
        last: [M] the word behind the last.
        length: [M] characters, scaled to what a translation of them would have.
        begins, ends: [M, N] how surely an auxiliary tagger's span of the same label begins, and
            ends, with each target word; None without a tagger.
    """

    first: Ints
    last: Ints
    length: Floats
    begins: Floats | None = None
    ends: Floats | None = None

    def __getitem__(self, index: Ints) -> SourceSpans:
        """Return the spans at `index`."""
        begins = None if self.begins is None else self.begins[index]
        ends = None if self.ends is None else self.ends[index]
        return SourceSpans(self.first[index], self.last[index], self.length[index], begins, ends)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The candidate spans of some source spans, [m] of them, with their features.

    Args:
        index: [m] which source spans.
        shares: Of the m source spans, over the N target words.
        words: The target's N words.
        first: [m, A] first words.
        last: [m, B] words behind the last.
        legal: [m, A, B] whether the candidate exists.
        features: By the names of SpanWeights, each broadcastable to [m, A, B].
    """

    index: Ints
    shares: MassShares
    words: Words
    first: Ints
    last: Ints
    legal: NDArray[np.bool_]
    features: dict[str, Floats]

    def total(self, weights: SpanWeights) -> Floats:
        """Return [m, A, B] weighted sums; minus infinity where there is no candidate."""
        total = np.zeros(self.legal.shape, dtype=np.float32)
        for field in fields(weights):
            if field.name in self.features:
                total += np.float32(getattr(weights, field.name)) * self.features[field.name]
        total[~self.legal] = -np.inf
        return total

    def characters(self, row: int, first: Ints, last: Ints) -> Ints:
        """Return [K, 2] where K candidates of source span `row` stand, by their places [K], [K]."""
        start = self.words.offsets[self.first[row, first], 0]
        return np.stack([start, self.words.offsets[self.last[row, last] - 1, 1]], axis=1)

    def features_of(self, row: int, first: Ints, last: Ints) -> dict[str, Floats]:
        """Return the features, [K] each, of K candidates of source span `row`."""
        return {
            name: np.broadcast_to(values, self.legal.shape)[row, first, last]
            for name, values in self.features.items()
        }


def best_places(total: Floats, most: int) -> tuple[Ints, Ints]:
    """Return the places ([K], [K]) of at most so many candidates in [A, B], the best first."""
    order = np.argsort(-total, axis=None, kind="stable")[:most]
    order = order[np.isfinite(total.ravel()[order])]
    first, last = np.divmod(order, total.shape[1])
    return first, last


def weigh_spans(
    shares: MassShares,
    source: SourceSpans,
    source_words: Words,
    target_words: Words,
    word_map: TokenWordMap,
) -> Iterator[Candidates]:
    """List the candidates of every source span that receives any mass, some spans at a time.

    A candidate contains the peak, the word that receives most, and reaches from it at most three
    times the source span's words and ten more to each side.
    """
    reach = 10 + 3 * (source.last - source.first)
    able = np.nonzero(shares.coverage.max(1, initial=0) > 0)[0]
    able = able[np.argsort(reach[able], kind="stable")]
    for start in range(0, len(able), _SPANS_AT_ONCE):
        index = able[start : start + _SPANS_AT_ONCE]
        some = MassShares(shares.coverage[index], shares.purity[index])
        peak = some.coverage.argmax(1)
        first, last, legal = _ranges_around(peak, reach[index], len(target_words))
        features = span_features(
            some, source[index], source_words, target_words, word_map, first, last
        )
        if "tagger" in features:
            # Below its best candidate: a tagger tells where a mention stands, not whether it does.
            sure = features["tagger"]
            most = np.where(legal, sure, -np.inf).max((1, 2), keepdims=True)
            features["tagger"] = (sure - most).astype(np.float32)
        yield Candidates(index, some, target_words, first, last, legal, features)


def _ranges_around(peak: Ints, reach: Ints, count: int) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Return [m, A] first words, [m, B] words behind the last, [m, A, B] which pairs are ranges.

    Args:
        peak: [m] the word that every range contains.
        reach: [m] how many words it reaches from there at most, to each side.
        count: Of words in the text.
    """
    steps = np.arange(int(reach.max()) + 1)
    near = steps <= reach[:, None]
    first = peak[:, None] - steps[::-1]
    last = peak[:, None] + 1 + steps
    legal = (near[:, ::-1] & (first >= 0))[:, :, None] & (near & (last <= count))[:, None, :]
    return first.clip(0), last.clip(None, count), legal


def span_features(
    shares: MassShares,
    source: SourceSpans,
    source_words: Words,
    target_words: Words,
    word_map: TokenWordMap,
    first: Ints,
    last: Ints,
) -> dict[str, Floats]:
    """Describe candidates [m, A] × [m, B], each feature named as its weight.

    recall: log of the share of the mention's mass inside. precision: log of the mean share, over
    the tokens inside, that comes from the mention. length: |log| of the ratio of its characters
    to what the mention's length makes one expect. inside, outside: purity of both edge words
    and of both their outer neighbours. edge_mass: coverage of both edge words. function_word,
    punctuation: how many edges are one though the mention's same edge is not. cut: how many edges
    fall within hyphenated words though the mention's same edge does not. separators: commas and
    the like beyond the mention's own. brackets: how far the balance of brackets differs from the
    mention's. tagger: how surely both edges are those of a tagger's span; `weigh_spans` takes it
    relative to the best candidate.
    """
    row = np.arange(len(first))[:, None]
    start, end = first, last - 1
    coverage = _inside(shares.coverage, first, last)
    tokens = np.broadcast_to(word_map.tokens_per_word, shares.purity.shape)
    purity = _inside(shares.purity * tokens, first, last) / np.maximum(
        _inside(tokens, first, last), 1e-9
    )
    characters = target_words.offsets[end, 1][:, None] - target_words.offsets[start, 0][:, :, None]
    ratio = characters.clip(1) / source.length[:, None, None]
    padded = np.pad(shares.purity, ((0, 0), (1, 1)))
    features = {
        "recall": np.log(coverage.clip(0) + 1e-3),
        "precision": np.log(purity.clip(0) + 1e-3),
        "length": np.abs(np.log(ratio)),
        "inside": _edges(shares.purity[row, start], shares.purity[row, end]),
        "outside": _edges(padded[row, first], padded[row, last + 1]),
        "edge_mass": _edges(shares.coverage[row, start], shares.coverage[row, end]),
        "cut": _edges(
            target_words.splits_compound[first]
            & ~source_words.splits_compound[source.first][:, None],
            target_words.splits_compound[last]
            & ~source_words.splits_compound[source.last][:, None],
        ),
        **_text_features(source, source_words, target_words, first, last),
    }
    if source.begins is not None and source.ends is not None:
        features["tagger"] = _edges(source.begins[row, start], source.ends[row, end])
    return features


def _text_features(
    source: SourceSpans, source_words: Words, target_words: Words, first: Ints, last: Ints
) -> dict[str, Floats]:
    begin, end = source.first[:, None], source.last[:, None] - 1
    opens = ~target_words.lexical & ~target_words.opening
    closes = ~target_words.lexical & (target_words.bracket >= 0)
    separators = _between(target_words.separator, first, last)
    brackets = _between(target_words.bracket, first, last)
    own_separators = _between(source_words.separator, source.first[:, None], source.last[:, None])
    own_brackets = _between(source_words.bracket, source.first[:, None], source.last[:, None])
    return {
        "function_word": _edges(
            target_words.function[first.clip(None, len(target_words) - 1)]
            & ~source_words.function[begin],
            target_words.function[last - 1] & ~source_words.function[end],
        ),
        "punctuation": _edges(
            opens[first.clip(None, len(target_words) - 1)] & source_words.lexical[begin],
            closes[last - 1] & source_words.lexical[end],
        ),
        "separators": (separators - own_separators).clip(0).astype(np.float32),
        "brackets": np.abs(brackets - own_brackets).astype(np.float32),
    }


def _edges(first: NDArray[np.generic], last: NDArray[np.generic]) -> Floats:
    """Add a feature of the first edge [m, A] and of the last [m, B] into [m, A, B]."""
    return first.astype(np.float32)[:, :, None] + last.astype(np.float32)[:, None, :]


def _inside(values: Floats, first: Ints, last: Ints) -> Floats:
    """Sum [m, N] values over candidates [m, A] × [m, B]."""
    running = np.pad(np.cumsum(values, axis=1, dtype=np.float64), ((0, 0), (1, 0)))
    row = np.arange(len(first))[:, None]
    total = running[row, last][:, None, :] - running[row, first][:, :, None]
    return total.astype(np.float32)


def _between(values: NDArray[np.generic], first: Ints, last: Ints) -> Ints:
    """Count [N] flags over candidates [m, A] × [m, B]."""
    running = np.concatenate([[0], np.cumsum(values.astype(np.int64))])
    return np.asarray(running[last][:, None, :] - running[first][:, :, None])
