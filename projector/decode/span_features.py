"""Describe candidate spans by a few interpretable features: pure functions of arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from projector.arrays import Floats, Ints
from projector.decode.bounds import Feature
from projector.decode.membership import MassShares
from projector.text.words import Words

T = TypeVar("T", np.int64, np.float64)


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
    the like beyond the mention's own. brackets: how far brackets are from being balanced. edges,
    which `Candidates` adds: what an edge model says of the first word and of the last. tagger: how
    surely both edges are those of a tagger's span; `weigh_spans` takes it relative to the best
    candidate.
    """
    features = {
        **_mass_features(shares, target, first, last),
        "length": _length_feature(spans, target.words, first, last),
        **_edge_features(spans, source.words, target.words, first, last - 1),
        **_balance_features(spans, source, target, first, last),
    }
    if spans.begins is not None and spans.ends is not None:
        label = spans.label[:, None]
        features["tagger"] = of_both_edges(spans.begins[label, first], spans.ends[label, last - 1])
    return features


def _mass_features(
    shares: MassShares, target: CountedWords, first: Ints, last: Ints
) -> dict[str, Feature]:
    window = shares.first[:, None] + np.arange(shares.purity.shape[1])
    tokens = target.per_word[window.clip(None, len(target.per_word) - 1)]
    coverage = _inside(shares, shares.coverage, first, last)
    purity = _inside(shares, shares.purity * tokens, first, last) / np.maximum(
        counted_between(target.tokens, first, last).astype(np.float32), 1e-9
    )

    def edges(values: Floats, left: Ints, right: Ints) -> Floats:
        return of_both_edges(shares.values_at(values, left), shares.values_at(values, right))

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
        "cut": of_both_edges(
            words.splits_compound[start] & ~own.splits_compound[begin],
            words.splits_compound[end + 1] & ~own.splits_compound[close + 1],
        ),
        "function_word": of_both_edges(
            words.function[start] & ~own.function[begin],
            words.function[end] & ~own.function[close],
        ),
        "punctuation": of_both_edges(opens & own.lexical[begin], closes & own.lexical[close]),
    }


def _balance_features(
    spans: SourceSpans, source: CountedWords, target: CountedWords, first: Ints, last: Ints
) -> dict[str, Feature]:
    own = source.separators[spans.last] - source.separators[spans.first]
    beyond = counted_between(target.separators, first, last) - own[:, None, None]
    return {
        "separators": beyond.clip(0).astype(np.float32),
        "brackets": np.abs(counted_between(target.brackets, first, last)).astype(np.float32),
    }


def of_both_edges(first: NDArray[np.generic], last: NDArray[np.generic]) -> Floats:
    """Add a feature of the first edge [m, A] and of the last [m, B] into [m, A, B]."""
    return first.astype(np.float32)[:, :, None] + last.astype(np.float32)[:, None, :]


def _inside(shares: MassShares, values: Floats, first: Ints, last: Ints) -> Floats:
    """Sum values of the windows, [m, W], over candidates [m, A] × [m, B]."""
    before, upto = shares.running(values, first), shares.running(values, last)
    return (upto[:, None, :] - before[:, :, None]).astype(np.float32)


def counted_between(running: NDArray[T], first: Ints, last: Ints) -> NDArray[T]:
    """Return what is counted, [N + 1], within candidates [m, A] × [m, B]."""
    return np.asarray(running[last][:, None, :] - running[first][:, :, None])
