"""Say what the texts around a chosen span tell of it: pure functions of arrays.

A span is looked at by itself (how near its words are to the mention's, whose best partners its
tokens are), within its sentence (whether the sentences around both tell the same), and beside the
spans of the other mentions, which share no word of the source with it.
"""

from __future__ import annotations

from dataclasses import dataclass

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
_MOST_WORDS = 64  # of a long mention and of its span that are compared
_SPANS_AT_ONCE = 256  # whose words' vectors are gathered together: bounds the memory
_NONE = -2.0  # less than any cosine
_AROUND = np.array([-10, 10])  # tokens beside a mention, and twice as many beside its span
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
    first, last = overlap_range(context.source.words.offsets, characters)
    first = np.minimum(first, len(context.source.words) - 1)  # what stands between words has none
    words = np.stack([first, np.maximum(last, first + 1), spans.first, spans.last], 1)
    starts = range(0, max(len(words), 1), _SPANS_AT_ONCE)
    similar = [_similarities(context, words[k : k + _SPANS_AT_ONCE]) for k in starts]
    offsets = context.target.words.offsets
    there = np.stack([offsets[spans.first, 0], offsets[spans.last - 1, 1]], 1)
    told = _Links.of(context).told(
        _some_tokens(context.source, characters), _some_tokens(context.target, there)
    )
    return np.concatenate([np.concatenate(similar), told], 1)


def _some_tokens(text: TextUnits, characters: Ints) -> Ints:
    """Return [K, 2] the tokens of stretches of characters; where there is none, the next one."""
    first, last = overlap_range(text.tokens.offsets, characters)
    return np.stack([first, np.maximum(last, first + 1)], 1)


def _similarities(context: PairContext, words: Ints) -> Floats:
    """Compare the words [K, 4] of mentions and of their spans: how many, how near as cosines."""
    source, inside = _content(context.vectors[0], context.source.words, words[:, :2])
    target, inside_target = _content(context.vectors[1], context.target.words, words[:, 2:])
    cosine = torch.bmm(source, target.mT)  # [K, L, L']
    cosine.masked_fill_(~(inside[:, :, None] & inside_target[:, None]), _NONE)
    nearest, back = cosine.amax(2), cosine.amax(1)
    size, target_size = inside.sum(1), inside_target.sum(1)
    whole = torch.nn.functional.cosine_similarity(source.sum(1), target.sum(1))
    near = (
        nearest.masked_fill(~inside, 0).sum(1) / size,
        nearest.masked_fill(~inside, 1).amin(1),
        back.masked_fill(~inside_target, 0).sum(1) / target_size,
    )
    lengths = np.log(words[:, [1, 3]] - words[:, [0, 2]])
    columns = (*lengths.T, *(one.numpy() for one in (*near, whole)))
    return np.stack(columns, 1).astype(np.float32)


def _content(vectors: Tensor, words: Words, ranges: Ints) -> tuple[Tensor, Tensor]:
    """Gather each span's words that mean something; all where none does.

    Returns:
        [K, L, d] their vectors, 0 behind a span's, and [K, L] which are a span's.
    """
    first, last = ranges[:, 0], np.minimum(ranges[:, 1], ranges[:, 0] + _MOST_WORDS)
    telling = np.flatnonzero(words.lexical & ~words.function)
    start, end = np.searchsorted(telling, first), np.searchsorted(telling, last)
    none = start == end
    listed = np.concatenate([telling, np.arange(len(words))])
    start = np.where(none, len(telling) + first, start)
    size = np.where(none, last - first, end - start)
    step = np.arange(size.max(initial=1))
    inside = torch.from_numpy(step < size[:, None])
    place = listed[(start[:, None] + step).clip(0, len(listed) - 1)]
    return vectors[torch.from_numpy(place)].mul_(inside[..., None]), inside


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

    def told(self, mention: Ints, span: Ints) -> Floats:
        """Return [K, 9] what the pairs tell of source tokens [K, 2] and their spans [K, 2]."""
        here, there = _stretches(self.source, mention), _stretches(self.target, span)
        sent, received = _sums(self.weight, mention), _sums(self.back_weight, span)
        kept = _sums_into(self.weight, self.partner, mention, span)
        came = _sums_into(self.back_weight, self.back, span, mention)
        around = _sums(self.weight, here) - sent
        beside = _sums(self.back_weight, there) - received
        from_here = self._received(there, here)
        from_here -= _sums_into(self.back_weight, self.back, span, here)
        near = (mention + _AROUND).clip(0, len(self.partner))
        reach = span + 2 * _AROUND
        reached = _sums_into(self.weight, self.partner, near, reach)
        reached -= _sums_into(self.weight, self.partner, mention, reach)
        size, span_size = _sizes(mention), _sizes(span)
        expected = self.path[(mention.sum(1) // 2).clip(None, len(self.path) - 1)]
        columns = (
            _share(around, _sizes(here) - size),
            kept / size,
            (sent - kept) / size,
            came / span_size,
            (received - came) / span_size,
            _share(from_here, _sizes(there) - span_size),
            _share(beside - from_here, _sizes(there) - span_size),
            np.log1p(np.abs(expected - span.sum(1) / 2)),
            _share(reached, _sizes(near) - size),
        )
        return np.stack(columns, 1).astype(np.float32)

    def _received(self, there: Ints, here: Ints) -> NDArray[np.float64]:
        """Return [K] what target sentences [K, 2] have from source sentences [K, 2]."""
        pairs, number = np.unique(np.concatenate([there, here], 1), axis=0, return_inverse=True)
        sums = _sums_into(self.back_weight, self.back, pairs[:, :2], pairs[:, 2:])
        return np.asarray(sums[number.reshape(-1)])


def _sums(weights: Floats, ranges: Ints) -> NDArray[np.float64]:
    """Return [K] the weights of tokens [K, 2], added up."""
    running = np.concatenate([[0.0], np.cumsum(weights, dtype=np.float64)])
    return np.asarray(running[ranges[:, 1]] - running[ranges[:, 0]])


def _sums_into(weights: Floats, partners: Ints, ranges: Ints, others: Ints) -> NDArray[np.float64]:
    """Return [K] the same of those whose partners are among the tokens [K, 2] of the other text."""
    owner, token = expand_ranges(*ranges.T)
    partner = partners[token]
    low, high = others.clip(0).T
    some = (partner >= low[owner]) & (partner < high[owner])
    return np.bincount(owner[some], weights[token[some]], minlength=len(ranges)).astype(np.float64)


def _sizes(ranges: Ints) -> Ints:
    return np.asarray(ranges[:, 1] - ranges[:, 0])


def _stretches(sentences: Ints, ranges: Ints) -> Ints:
    """Return [K, 2] the tokens of the sentences that tokens [K, 2] stand in."""
    first, last = sentences[ranges[:, 0]], sentences[ranges[:, 1] - 1]
    return np.stack(
        [np.searchsorted(sentences, first), np.searchsorted(sentences, last, side="right")], 1
    )


def _share(sums: NDArray[np.float64], counts: Ints) -> NDArray[np.float64]:
    """Return the mean weight of some tokens, of few of them drawn to the average."""
    return np.asarray((sums + _DOUBT * _AVERAGE) / (counts + _DOUBT))
