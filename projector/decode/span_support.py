"""Say what the texts around a chosen span tell of it: pure functions of arrays.

A span is looked at by itself (how near its words are to the mention's, whose best partners its
tokens are), within its sentence (whether the sentences around both tell the same), and beside the
spans of the other mentions, which share no word of the source with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from projector.align.anchors import SurePairs
from projector.arrays import Floats, Ints
from projector.decode.claimed_spans import ClaimedSpans
from projector.text.token_words import TextUnits, expand_ranges
from projector.text.words import Words, overlap_range

SUPPORT = (
    "source_words", "target_words", "nearest", "least_near", "span_nearest", "whole",
    "sentence", "kept", "strayed", "from_mention", "from_others", "same_sentence",
    "other_sentence", "off_path", "around",
)  # fmt: skip
_SENTENCE = SUPPORT.index("sentence")  # from here on it is told of tokens, before it of words
_MOST_WORDS = 64  # of a long mention and of its span that are compared
_SPANS_AT_ONCE = 256  # whose words' vectors are gathered together: bounds the memory
_Number = TypeVar("_Number", np.int64, np.float32)
_AROUND = 10  # tokens to each side of a mention, and twice as many of its span
_DOUBT = 2.0  # tokens of an average sentence that every sentence has beside its own
_AVERAGE = 0.5  # share of an average sentence's tokens that are sure pairs


@dataclass(frozen=True, slots=True)
class PairContext:
    """What is known of a text and its translation as wholes.

    Args:
        source, target: The texts.
        vectors: [n, d], [N, d] of unit length of their words.
        pairs: Their tokens that are each other's best.
        path: [S] where each source token is expected in the target.
    """

    source: TextUnits
    target: TextUnits
    vectors: tuple[Tensor, Tensor]
    pairs: SurePairs
    path: NDArray[np.float64]


def span_support(context: PairContext, characters: Ints, spans: ClaimedSpans) -> Floats:
    """Return [K, C] what the texts tell of K spans, see `SUPPORT`.

    Args:
        context: The texts.
        characters: [K, 2] where their source fragments stand.
        spans: The spans.
    """
    links = _Links.of(context)
    words = overlap_range(context.source.words.offsets, characters)
    tokens = overlap_range(context.source.tokens.offsets, characters)
    offsets = context.target.words.offsets
    there = np.stack([offsets[spans.first, 0], offsets[spans.last - 1, 1]], 1)
    target_tokens = overlap_range(context.target.tokens.offsets, there)
    ranges = np.stack([*words, spans.first, spans.last, *tokens, *target_tokens], 1)
    rows = [links.told(*row) for row in ranges[:, 4:].tolist()]
    told = np.array(rows, np.float32).reshape(-1, len(SUPPORT) - _SENTENCE)
    starts = range(0, max(len(ranges), 1), _SPANS_AT_ONCE)
    similar = [_similarities(context, ranges[k : k + _SPANS_AT_ONCE, :4]) for k in starts]
    return np.concatenate([np.concatenate(similar), told], 1)


def _similarities(context: PairContext, ranges: Ints) -> Floats:
    """Compare the words [K, 4] of mentions and of their spans: how many, how near as cosines."""
    first, last, target_first, target_last = ranges.T
    first = np.minimum(first, len(context.source.words) - 1)  # what stands between words has none
    size = np.maximum(last - first, 1)
    source = _content(context.vectors[0], context.source.words, first, first + size)
    target = _content(context.vectors[1], context.target.words, target_first, target_last)
    near = [_nearness(one, other) for one, other in zip(source, target, strict=True)]
    empty = context.vectors[0][:0]
    sums = [
        torch.stack([some.sum(0) for some in side]) if side else empty for side in (source, target)
    ]
    whole = torch.nn.functional.cosine_similarity(sums[0], sums[1]).numpy()
    columns = (
        np.log(size),
        np.log(target_last - target_first),
        *np.reshape(near, (-1, 3)).T,
        whole,
    )
    return np.stack(columns, 1).astype(np.float32)


def _nearness(source: Tensor, target: Tensor) -> tuple[float, float, float]:
    """Return how near words are to others: the mean, the least, and the mean the other way."""
    cosine = source @ target.T
    nearest = cosine.amax(1)
    return nearest.mean().item(), nearest.min().item(), cosine.amax(0).mean().item()


def _content(vectors: Tensor, words: Words, first: Ints, last: Ints) -> list[Tensor]:
    """Return the vectors of each span's words that mean something; of all where none does."""
    telling = np.flatnonzero(words.lexical & ~words.function)
    last = np.minimum(last, first + _MOST_WORDS)
    start, end = np.searchsorted(telling, first), np.searchsorted(telling, last)
    of_all = vectors[torch.from_numpy(telling[expand_ranges(start, end)[1]])]
    gathered = torch.split(of_all, (end - start).tolist())
    ranges = zip(gathered, first.tolist(), last.tolist(), strict=True)
    return [some if len(some) else vectors[begin:stop] for some, begin, stop in ranges]


@dataclass(frozen=True, slots=True)
class _Links:
    """The sure pairs of two texts, token by token.

    Args:
        partner, weight: [S] of each source token the target token and the similarity; -1 and 0
            where it has none.
        back, back_weight: [T] likewise of each target token.
        source, target: [S], [T] the sentence of each token.
        path: [S] where each source token is expected.
    """

    partner: Ints
    weight: Floats
    back: Ints
    back_weight: Floats
    source: Ints
    target: Ints
    path: NDArray[np.float64]

    @classmethod
    def of(cls, context: PairContext) -> _Links:
        """Lay out the sure pairs of two texts."""
        pairs = context.pairs
        source, target = context.source.tokens, context.target.tokens
        partner, back = np.full(len(source), -1), np.full(len(target), -1)
        weight, back_weight = np.zeros(len(source), np.float32), np.zeros(len(target), np.float32)
        partner[pairs.source], back[pairs.target] = pairs.target, pairs.source
        weight[pairs.source] = back_weight[pairs.target] = pairs.similarity
        segments = source.segments, target.segments
        return cls(partner, weight, back, back_weight, *segments, context.path)

    def told(self, first: int, last: int, start: int, end: int) -> tuple[float, ...]:
        """Return what the pairs tell of the source tokens `first:last` and the span `start:end`."""
        last, end = max(last, first + 1), max(end, start + 1)
        kept = _within(self.partner[first:last], start, end)
        sent = self.weight[first:last]
        came = _within(self.back[start:end], first, last)
        received = self.back_weight[start:end]
        here = _stretch(self.source, first, last)
        there = _stretch(self.target, start, end)
        around = _beside(self.weight, here, first, last)
        beside = _beside(self.back_weight, there, start, end)
        from_here = _within(_beside(self.back, there, start, end), *here)
        near = max(first - _AROUND, 0), last + _AROUND
        reached = _within(
            _beside(self.partner, near, first, last), start - 2 * _AROUND, end + 2 * _AROUND
        )
        expected = self.path[min((first + last) // 2, len(self.path) - 1)]
        return (
            _share(around, None),
            float((sent * kept).mean()),
            float((sent * ~kept).mean()),
            float((received * came).mean()),
            float((received * ~came).mean()),
            _share(beside, from_here),
            _share(beside, ~from_here),
            float(np.log1p(abs(expected - (start + end) / 2))),
            _share(_beside(self.weight, near, first, last), reached),
        )


def _beside(
    values: NDArray[_Number], stretch: tuple[int, int], first: int, last: int
) -> NDArray[_Number]:
    """Return what is told of the tokens of a stretch before `first` and from `last` on."""
    return np.concatenate((values[stretch[0] : first], values[last : stretch[1]]))


def _within(partners: Ints, first: int, last: int) -> NDArray[np.bool_]:
    return np.asarray((partners >= first) & (partners < last) & (partners >= 0))


def _stretch(sentences: Ints, first: int, last: int) -> tuple[int, int]:
    """Return the range of the tokens of the sentences that some tokens stand in."""
    return (
        int(np.searchsorted(sentences, sentences[first], side="left")),
        int(np.searchsorted(sentences, sentences[last - 1], side="right")),
    )


def _share(weights: Floats, counted: NDArray[np.bool_] | None) -> float:
    """Return the mean weight of some tokens, of few of them drawn to the average."""
    told = weights if counted is None else weights * counted
    return float((told.sum() + _DOUBT * _AVERAGE) / (len(weights) + _DOUBT))
