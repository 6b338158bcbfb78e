"""List the candidate spans of each source span with their features: pure functions of arrays.

Every span of whole words around the word that receives most is one. A few interpretable features
describe it: how much of the mention arrives, how pure the span is, whether its edges lie inside
and their neighbours outside, whether its length fits, and whether it begins and ends as a mention
does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from math import log
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from projector.arrays import Floats, Ints
from projector.decode.bounds import Feature, Outline, upper_bounds
from projector.decode.groups import index_groups
from projector.decode.membership import MassShares
from projector.settings import SpanWeights
from projector.text.token_words import TokenWordMap
from projector.text.words import Words

T = TypeVar("T", np.int64, np.float64)

_CANDIDATES_AT_ONCE = 250_000  # so many are described together; a span with more is alone
_FIRST_WORDS_AT_ONCE = 128  # of a span that is alone: what can matter is asked of so many together
_STRIDE = 16  # every so many words an edge is tried, to learn what a span's best has at least
_NEGLIGIBLE = 1e-9  # of all odds of a span: less than a float32 tells of its probability


@dataclass(frozen=True, slots=True)
class SourceSpans:
    """What is asked of the M source spans themselves, each in words.

    Args:
        first: [M] first source word.
        last: [M] the word behind the last.
        length: [M] characters, scaled to what a translation of them would have.
        label: [M] which of E labels each has.
        begins, ends: [E, N] how surely an auxiliary tagger's span of a label begins, and ends,
            with each target word; None without a tagger.
    """

    first: Ints
    last: Ints
    length: Floats
    label: Ints
    begins: Floats | None = None
    ends: Floats | None = None

    def __getitem__(self, index: Ints) -> SourceSpans:
        """Return the spans at `index`."""
        return replace(
            self,
            first=self.first[index],
            last=self.last[index],
            length=self.length[index],
            label=self.label[index],
        )


@dataclass(frozen=True, slots=True)
class Described:
    """Candidate spans of m source spans, with their features.

    Args:
        words: The target's N words.
        first: [m, A] first words.
        last: [m, B] words behind the last.
        legal: [m, A, B] whether the candidate exists.
        features: By the names of SpanWeights, each broadcastable to [m, A, B].
    """

    words: Words
    first: Ints
    last: Ints
    legal: NDArray[np.bool_]
    features: dict[str, Feature]

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

    def features_of(self, row: int, first: Ints, last: Ints) -> dict[str, Feature]:
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


@dataclass(frozen=True, slots=True)
class CountedWords:
    """A text's N words, with what is counted before each of them, and in all.

    Args:
        words: The N words.
        separators: [N + 1] commas and the like.
        brackets: [N + 1] opening brackets less closing ones.
        per_word: [N] tokens in each word.
        tokens: [N + 1] tokens.
    """

    words: Words
    separators: Ints
    brackets: Ints
    per_word: Floats
    tokens: NDArray[np.float64]

    @classmethod
    def of(cls, words: Words, per_word: Floats) -> CountedWords:
        """Count along a text's words, given how many tokens stand in each, [N]."""
        separators = np.concatenate([[0], np.cumsum(words.separator.astype(np.int64))])
        brackets = np.concatenate([[0], np.cumsum(words.bracket)])
        tokens = np.concatenate([[0], np.cumsum(per_word, dtype=np.float64)])
        return cls(words, separators, brackets, per_word, tokens)


@dataclass(frozen=True, slots=True)
class Ranges:
    """The ranges of words that contain given peaks, as edges that go with each other.

    Args:
        first: [m, A] first words.
        last: [m, B] words behind the last.
        begins, ends: [m, A], [m, B] which of them are no padding.
    """

    first: Ints
    last: Ints
    begins: NDArray[np.bool_]
    ends: NDArray[np.bool_]

    @classmethod
    def around(cls, peak: Ints, before: Ints, behind: Ints) -> Ranges:
        """Return the ranges that reach from [m] peaks at most so many words before and behind."""
        steps, steps_behind = np.arange(before.max(), -1, -1), np.arange(behind.max() + 1)
        return cls(
            peak[:, None] - np.minimum(steps, before[:, None]),
            peak[:, None] + 1 + np.minimum(steps_behind, behind[:, None]),
            steps <= before[:, None],
            steps_behind <= behind[:, None],
        )


@dataclass(frozen=True, slots=True)
class Candidates:
    """The candidate spans of some source spans, [m] of them.

    Args:
        index: [m] which source spans.
        shares: Of the m source spans, over the target's words.
        spans: What is asked of them themselves.
        source, target: The texts.
        ranges: The candidates.
    """

    index: Ints
    shares: MassShares
    spans: SourceSpans
    source: CountedWords
    target: CountedWords
    ranges: Ranges

    def described(self, weights: SpanWeights) -> Iterator[Described]:
        """Yield the candidates with their features: all at once, or those that can matter.

        Of one span's very many only those come, some first words at a time, that may have more
        than a negligible part in its probabilities.

        Args:
            weights: Of the features; they decide what can matter.
        """
        first, last = self.ranges.first, self.ranges.last
        surest = self._surest_edges()
        if first.size * last.shape[1] <= _CANDIDATES_AT_ONCE:
            legal = self.ranges.begins[:, :, None] & self.ranges.ends[:, None, :]
            features = self._features(first, last, surest)
            yield Described(self.target.words, first, last, legal, features)
            return
        floor = self._least_that_matters(weights, surest)
        rows = max(1, min(_FIRST_WORDS_AT_ONCE, _CANDIDATES_AT_ONCE // last.size))
        for start in range(0, first.shape[1], rows):
            some = first[:, start : start + rows]
            kept = last[:, upper_bounds(self._outline(some, surest), weights) >= floor]
            if kept.size:
                legal = np.ones((1, some.size, kept.size), np.bool_)
                features = self._features(some, kept, surest)
                yield Described(self.target.words, some, kept, legal, features)

    def _features(self, first: Ints, last: Ints, surest: Floats | None) -> dict[str, Feature]:
        features = span_features(self.shares, self.spans, self.source, self.target, first, last)
        if surest is not None:
            # Below its best candidate: a tagger tells where a mention stands, not whether it does.
            features["tagger"] -= surest[:, None, None]
        return features

    def _least_that_matters(self, weights: SpanWeights, surest: Floats | None) -> float:
        """Return the sum below which all candidates of one span together have next to no odds."""
        first, last = self.ranges.first, self.ranges.last
        some, others = first[:, ::_STRIDE], last[:, ::_STRIDE]
        features = self._features(some, others, surest)
        legal = np.ones((1, some.size, others.size), np.bool_)
        total = Described(self.target.words, some, others, legal, features).total(weights)
        return float(total.max()) + log(_NEGLIGIBLE / (first.size * last.size))

    def _outline(self, first: Ints, surest: Floats | None) -> Outline:
        """Return what is known of one span's candidates with some first words."""
        last, words = self.ranges.last, self.target.words
        ends = first[:, [0, -1]]
        at_ends = self._features(ends, last, surest)
        edges = self._features(first, last[:, :1], surest)
        tokens = np.asarray(_between(self.target.tokens, ends, last)[0]).clip(1e-9)
        characters = words.offsets[last[0] - 1, 1] - words.offsets[ends[0], 0][:, None]
        balance = self.target.brackets[first[0]]
        return Outline(
            {name: values[0, 0] for name, values in at_ends.items()},
            {name: values[0, 1] for name, values in at_ends.items()},
            {name: values[0, :, 0] for name, values in edges.items()},
            0,
            tokens[0] / tokens[1],
            characters[0].clip(1) / characters[1].clip(1),
            float(np.abs(balance - balance[-1]).max()),
        )

    def _surest_edges(self) -> Floats | None:
        """Return [m] the greatest sum of a tagger's probabilities of a candidate's edges."""
        begins, ends, ranges = self.spans.begins, self.spans.ends, self.ranges
        if begins is None or ends is None:
            return None
        label = self.spans.label[:, None]
        # A probability is no less than 0, so that padding never stands out.
        first = np.where(ranges.begins, begins[label, ranges.first], np.float32(0)).max(1)
        last = np.where(ranges.ends, ends[label, ranges.last - 1], np.float32(0)).max(1)
        return np.asarray(first + last)


def weigh_spans(
    shares: MassShares,
    spans: SourceSpans,
    source_words: Words,
    target_words: Words,
    word_map: TokenWordMap,
) -> Iterator[Candidates]:
    """List the candidates of every source span that receives any mass, some spans at a time.

    A candidate contains the peak, the word that receives most, and reaches from it at most three
    times the source span's words and ten more to each side.
    """
    source = CountedWords.of(source_words, np.empty(0, np.float32))
    target = CountedWords.of(target_words, word_map.tokens_per_word)
    able = np.flatnonzero(shares.coverage.max(1, initial=0) > 0)
    if not len(able):
        return
    peak, reach = shares.peak()[able], 10 + 3 * (spans.last - spans.first)[able]
    before, behind = np.minimum(reach, peak), np.minimum(reach, len(target_words) - 1 - peak)
    sizes = np.stack([before, behind], axis=1) + 1
    for group in index_groups(sizes, most=_CANDIDATES_AT_ONCE):
        index = able[group]
        ranges = Ranges.around(peak[group], before[group], behind[group])
        yield Candidates(index, shares[index], spans[index], source, target, ranges)


def span_features(
    shares: MassShares,
    spans: SourceSpans,
    source: CountedWords,
    target: CountedWords,
    first: Ints,
    last: Ints,
) -> dict[str, Feature]:
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
    features = {
        **_mass_features(shares, target, first, last),
        "length": _length_feature(spans, target.words, first, last),
        **_edge_features(spans, source.words, target.words, first, last - 1),
        **_balance_features(spans, source, target, first, last),
    }
    if spans.begins is not None and spans.ends is not None:
        label = spans.label[:, None]
        features["tagger"] = _edges(spans.begins[label, first], spans.ends[label, last - 1])
    return features


def _mass_features(
    shares: MassShares, target: CountedWords, first: Ints, last: Ints
) -> dict[str, Feature]:
    window = shares.first[:, None] + np.arange(shares.purity.shape[1])
    tokens = target.per_word[window.clip(None, len(target.per_word) - 1)]
    coverage = _inside(shares, shares.coverage, first, last)
    purity = _inside(shares, shares.purity * tokens, first, last) / np.maximum(
        _between(target.tokens, first, last).astype(np.float32), 1e-9
    )

    def edges(values: Floats, left: Ints, right: Ints) -> Floats:
        return _edges(shares.values_at(values, left), shares.values_at(values, right))

    return {
        "recall": np.log(coverage.clip(0) + 1e-3),
        "precision": np.log(purity.clip(0) + 1e-3),
        "inside": edges(shares.purity, first, last - 1),
        "outside": edges(shares.purity, first - 1, last),
        "edge_mass": edges(shares.coverage, first, last - 1),
    }


def _length_feature(spans: SourceSpans, words: Words, first: Ints, last: Ints) -> Feature:
    start, end = words.offsets[first, 0], words.offsets[last - 1, 1]
    characters = end[:, None, :] - start[:, :, None]
    return np.asarray(np.abs(np.log(characters.clip(1) / spans.length[:, None, None])))


def _edge_features(
    spans: SourceSpans, own: Words, words: Words, start: Ints, end: Ints
) -> dict[str, Feature]:
    """Compare the first words [m, A] and the last [m, B] of candidates with the mention's."""
    begin, close = spans.first[:, None], spans.last[:, None] - 1
    opens = ~words.lexical[start] & ~words.opening[start]
    closes = ~words.lexical[end] & (words.bracket[end] >= 0)
    return {
        "cut": _edges(
            words.splits_compound[start] & ~own.splits_compound[begin],
            words.splits_compound[end + 1] & ~own.splits_compound[close + 1],
        ),
        "function_word": _edges(
            words.function[start] & ~own.function[begin],
            words.function[end] & ~own.function[close],
        ),
        "punctuation": _edges(opens & own.lexical[begin], closes & own.lexical[close]),
    }


def _balance_features(
    spans: SourceSpans, source: CountedWords, target: CountedWords, first: Ints, last: Ints
) -> dict[str, Feature]:
    def beyond(counts: Ints, own_counts: Ints) -> Ints:
        mention = own_counts[spans.last] - own_counts[spans.first]
        return _between(counts, first, last) - mention[:, None, None]

    return {
        "separators": beyond(target.separators, source.separators).clip(0).astype(np.float32),
        "brackets": np.abs(beyond(target.brackets, source.brackets)).astype(np.float32),
    }


def _edges(first: NDArray[np.generic], last: NDArray[np.generic]) -> Floats:
    """Add a feature of the first edge [m, A] and of the last [m, B] into [m, A, B]."""
    return first.astype(np.float32)[:, :, None] + last.astype(np.float32)[:, None, :]


def _inside(shares: MassShares, values: Floats, first: Ints, last: Ints) -> Floats:
    """Sum values of the windows, [m, W], over candidates [m, A] × [m, B]."""
    before, upto = shares.running(values, first), shares.running(values, last)
    return (upto[:, None, :] - before[:, :, None]).astype(np.float32)


def _between(running: NDArray[T], first: Ints, last: Ints) -> NDArray[T]:
    """Return what is counted, [N + 1], within candidates [m, A] × [m, B]."""
    return np.asarray(running[last][:, None, :] - running[first][:, :, None])
