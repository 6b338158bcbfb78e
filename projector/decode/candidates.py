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

import numpy as np
from numpy.typing import NDArray

from projector.arrays import Floats, Ints
from projector.decode.bounds import Feature, Outline, upper_bounds
from projector.decode.edge_questions import (
    AskedSpans,
    EdgeScores,
    EdgeText,
    edge_questions,
    edge_scores,
)
from projector.decode.groups import index_groups
from projector.decode.membership import MassShares
from projector.decode.peaks import Peaks
from projector.decode.span_features import (
    CountedWords,
    SourceSpans,
    counted_between,
    of_both_edges,
    span_features,
)
from projector.models.edge_model import EdgeQuestions
from projector.settings import SpanWeights
from projector.text.token_words import TokenWordMap
from projector.text.words import Words

_CANDIDATES_AT_ONCE = 250_000  # so many are described together; a span with more is alone
_PADDING = 1.5  # times as many candidates as there are, at most, where they are weighed together
_FIRST_WORDS_AT_ONCE = 128  # of a span that is alone: what can matter is asked of so many together
_STRIDE = 16  # every so many words an edge is tried, to learn what a span's best has at least
_NEGLIGIBLE = 1e-9  # of all odds of a span: less than a float32 tells of its probability


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

    def __getitem__(self, index: Ints) -> Ranges:
        """Return the ranges at `index`, without the padding that is for others."""
        first = slice(int(self.begins[index].any(0).argmax()), None)  # padding comes before them
        last = slice(int(self.ends[index].any(0).sum()))
        return Ranges(
            self.first[index, first],
            self.last[index, last],
            self.begins[index, first],
            self.ends[index, last],
        )


@dataclass(frozen=True, slots=True)
class Candidates:
    """The candidate spans of some source spans, in m rows: one for each peak of a span.

    Args:
        index: [m] which source span each row is of; all rows of a span are here.
        shares: Of the m source spans, over the target's words.
        spans: What is asked of them themselves.
        source, target: The texts.
        ranges: The candidates.
        edges: What an edge model says of the m rows; None without one.
    """

    index: Ints
    shares: MassShares
    spans: SourceSpans
    source: CountedWords
    target: CountedWords
    ranges: Ranges
    edges: EdgeScores | None = None

    def __getitem__(self, index: Ints) -> Candidates:
        """Return the candidates in the rows at `index`, all rows of a span if any."""
        return Candidates(
            self.index[index],
            self.shares[index],
            self.spans[index],
            self.source,
            self.target,
            self.ranges[index],
            None if self.edges is None else self.edges[index],
        )

    def rows_alike(self) -> Iterator[Ints]:
        """Yield rows that have about as many candidates, all rows of a span together."""
        spans, span = np.unique(self.index, return_inverse=True)
        sizes = np.zeros((len(spans), 3), np.int64)
        edges = np.stack([self.ranges.begins.sum(1), self.ranges.ends.sum(1)], axis=1)
        np.maximum.at(sizes[:, :2], span, edges)
        sizes[:, 2] = np.bincount(span)
        for group in index_groups(sizes, most=_CANDIDATES_AT_ONCE, padding=_PADDING):
            yield np.flatnonzero(np.isin(span, group))

    def nothing(self, weights: SpanWeights) -> Floats:
        """Return [m] the sums that having no span has."""
        if self.edges is not None:
            return self.edges.nothing
        return np.full(len(self.index), weights.nothing, np.float32)

    def described(self, weights: SpanWeights) -> Iterator[Described]:
        """Yield the candidates with their features: all at once, or those that can matter.

        Of one span's very many only those come, some first words at a time, that may have more
        than a negligible part in its probabilities.

        Args:
            weights: Of the features; they decide what can matter.
        """
        first, last = self.ranges.first, self.ranges.last
        surest = self._surest_edges()
        if len(first) > 1 or first.size * last.shape[1] <= _CANDIDATES_AT_ONCE:
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

    def features_of_spans(self, first: Ints, last: Ints) -> dict[str, Floats]:
        """Return the features, [m] each, of one candidate of each row: first words [m], last."""
        features = self._features(first[:, None], last[:, None], self._surest_edges())
        return {name: values[:, 0, 0].astype(np.float32) for name, values in features.items()}

    def tagged(self, first: Ints, last: Ints) -> tuple[Floats, Floats]:
        """Return how surely a tagger's spans begin and end, [m] each, as one candidate of each row.

        Zeros without a tagger.
        """
        begins, ends, label = self.spans.begins, self.spans.ends, self.spans.label
        if begins is None or ends is None:
            return np.zeros(len(first), np.float32), np.zeros(len(first), np.float32)
        return begins[label, first], ends[label, last - 1]

    def _features(self, first: Ints, last: Ints, surest: Floats | None) -> dict[str, Feature]:
        features = span_features(self.shares, self.spans, self.source, self.target, first, last)
        if self.edges is not None:
            of_both = self.edges.of_first(first), self.edges.of_last(last - 1)
            features["edges"] = of_both_edges(*of_both)
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
        tokens = np.asarray(counted_between(self.target.tokens, ends, last)[0]).clip(1e-9)
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
        """Return [m] the greatest sum of a tagger's probabilities of a span's candidate's edges."""
        begins, ends, ranges = self.spans.begins, self.spans.ends, self.ranges
        if begins is None or ends is None:
            return None
        label = self.spans.label[:, None]
        # A probability is no less than 0, so that padding never stands out.
        first = np.where(ranges.begins, begins[label, ranges.first], np.float32(0)).max(1)
        last = np.where(ranges.ends, ends[label, ranges.last - 1], np.float32(0)).max(1)
        _, span = np.unique(self.index, return_inverse=True)
        surest = np.zeros(len(self.index), np.float32)
        np.maximum.at(surest, span, first + last)  # of all rows of a span
        return surest[span]


def weigh_spans(
    shares: MassShares,
    spans: SourceSpans,
    source_words: Words,
    target_words: Words,
    word_map: TokenWordMap,
    edge_text: EdgeText | None = None,
) -> Iterator[Candidates]:
    """List the candidates of every source span that receives any mass, some spans at a time.

    A candidate contains a peak, and reaches from it at most three times the source span's words and
    ten more to each side. The peak is the word that receives most; where another receives much,
    too, candidates contain that one, and not the first.
    """
    source = CountedWords.of(source_words, np.empty(0, np.float32))
    target = CountedWords.of(target_words, word_map.tokens_per_word)
    able = np.flatnonzero(shares.coverage.max(1, initial=0) > 0)
    if not len(able):
        return
    reach = 10 + 3 * (spans.last - spans.first)[able]
    peaks = Peaks.of(shares[able], reach, len(target_words))
    for group in index_groups(peaks.sizes(len(able)), most=_CANDIDATES_AT_ONCE):
        some = peaks[np.flatnonzero(np.isin(peaks.row, group))]
        index = able[some.row]
        candidates = Candidates(
            index,
            shares[index],
            spans[index],
            source,
            target,
            Ranges.around(some.word, some.before, some.behind),
        )
        if edge_text is not None:
            candidates = replace(candidates, edges=_edge_scores(edge_text, candidates))
        yield candidates


def _edge_scores(text: EdgeText, candidates: Candidates) -> EdgeScores:
    """Ask an edge model once about each source span, and give all its rows the answer."""
    span, questions = questions_about(candidates, text)
    scores = edge_scores(text, questions)
    return EdgeScores(
        scores.origin[span], scores.first[span], scores.last[span], scores.nothing[span]
    )


def questions_about(candidates: Candidates, text: EdgeText) -> tuple[Ints, EdgeQuestions]:
    """Ask about each source span of some candidates once.

    Returns:
        [m] which of the questions each row of candidates belongs to, and the questions.
    """
    asked, row, span = np.unique(candidates.index, return_index=True, return_inverse=True)
    low, high = np.full(len(asked), np.iinfo(np.int64).max), np.zeros(len(asked), np.int64)
    np.minimum.at(low, span, candidates.ranges.first.min(1))
    np.maximum.at(high, span, candidates.ranges.last.max(1))
    spans = candidates.spans[row]
    begins, ends = (
        None if said is None else said[spans.label] for said in (spans.begins, spans.ends)
    )
    where = AskedSpans(spans.first, spans.last, begins, ends, low, high)
    source, target = candidates.source.words, candidates.target.words
    return span, edge_questions(text, where, candidates.shares[row], source, target)
