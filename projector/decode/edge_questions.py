"""Say of the words around a mention's peak what an edge model asks: pure functions of arrays.

Of each word: how it goes with the mention in the alignment, and how near its vector is to those of
the mention's words and of the words around these; what kind of word it is; what a tagger says. Of
each mention: what its own edges are like, and what speaks for its being there at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from projector.align.weights import Alignment
from projector.arrays import Floats, Ints
from projector.decode.fragments import SourceFragments
from projector.decode.membership import MassShares, claimed_mass, mean_by_word
from projector.models.edge_model import CONTEXT, WORD_FEATURES, EdgeModel, EdgeQuestions
from projector.text.token_words import TextUnits, TokenWordMap
from projector.text.words import Words

_AROUND = 8  # source words to each side of a mention that a word is compared with
_LONGEST = 64  # words at either end of a long mention that a word is compared with


@dataclass(frozen=True, slots=True)
class EdgeText:
    """What an edge model knows of a text and its translation.

    Args:
        model: The model.
        source, target: [n, d], [N, d] vectors of unit length of the texts' words.
        claimed: [N] share of each target word's mass that comes from any mention.
    """

    model: EdgeModel
    source: Tensor
    target: Tensor
    claimed: Floats


@dataclass(frozen=True, slots=True)
class EdgeScores:
    """What an edge model says of m rows of candidates.

    Args:
        origin: [m] the word that each row of scores begins with.
        first, last: [m, W] of words as a span's first, and as its last.
        nothing: [m] of there being no span.
    """

    origin: Ints
    first: Floats
    last: Floats
    nothing: Floats

    def __getitem__(self, index: Ints) -> EdgeScores:
        """Return the scores of the rows at `index`."""
        return EdgeScores(
            self.origin[index], self.first[index], self.last[index], self.nothing[index]
        )

    def of_first(self, words: Ints) -> Floats:
        """Return the scores [m, A] of given first words."""
        return np.asarray(np.take_along_axis(self.first, words - self.origin[:, None], 1))

    def of_last(self, words: Ints) -> Floats:
        """Return the scores [m, B] of given last words."""
        return np.asarray(np.take_along_axis(self.last, words - self.origin[:, None], 1))


@dataclass(frozen=True, slots=True)
class AskedSpans:
    """The m source spans that are asked about, and where.

    Args:
        first, last: [m] their first source word, and the word behind their last.
        begins, ends: [m, N] what a tagger says of target words as edges of their label; None
            without one.
        low, high: [m] the first target word that is asked about, and the word behind the last.
    """

    first: Ints
    last: Ints
    begins: Floats | None
    ends: Floats | None
    low: Ints
    high: Ints


def edge_text_of(
    model: EdgeModel,
    fragments: SourceFragments,
    alignment: Alignment,
    source: TextUnits,
    target: TextUnits,
    vectors: tuple[Tensor, Tensor],
) -> EdgeText:
    """Gather what an edge model knows of a text and its translation.

    Args:
        model: The model.
        fragments: Of the source's mentions.
        alignment: Of the texts' tokens.
        source, target: The texts.
        vectors: Of their tokens, [S, d] and [T, d].
    """
    maps = source.word_map(), target.word_map()
    source_vectors, target_vectors = (
        word_vectors(one, word_map) for one, word_map in zip(vectors, maps, strict=True)
    )
    claimed = claimed_mass(alignment, source.tokens.offsets, fragments.characters)
    return EdgeText(model, source_vectors, target_vectors, mean_by_word(claimed, maps[1]))


def word_vectors(vectors: Tensor, word_map: TokenWordMap) -> Tensor:
    """Return [N, d] vectors of unit length of a text's words, from those of its tokens, [T, d]."""
    total = vectors.new_zeros(len(word_map.tokens_per_word), vectors.shape[1])
    share = torch.from_numpy(word_map.share).to(vectors)
    token = torch.from_numpy(word_map.token).to(vectors.device)
    total.index_add_(
        0, torch.from_numpy(word_map.word).to(vectors.device), vectors[token] * share[:, None]
    )
    return torch.nn.functional.normalize(total, dim=1).cpu()


@torch.inference_mode()
def edge_scores(text: EdgeText, questions: EdgeQuestions) -> EdgeScores:
    """Return what an edge model says of the words that spans may begin and end with."""
    first, last, nothing = text.model(questions, text.source, text.target)
    return EdgeScores(questions.origin.numpy(), first.numpy(), last.numpy(), nothing.numpy())


def edge_questions(
    text: EdgeText, asked: AskedSpans, shares: MassShares, source: Words, target: Words
) -> EdgeQuestions:
    """Ask about m source spans, each row of words beginning with its context.

    Args:
        text: What the model knows of the texts.
        asked: The spans.
        shares: What they send to the target's words.
        source, target: The texts' words.
    """
    width = int((asked.high - asked.low).max(initial=0)) + 2 * CONTEXT
    place = asked.low[:, None] - CONTEXT + np.arange(width)
    inside = (place >= 0) & (place < np.minimum(asked.high + CONTEXT, len(target))[:, None])
    word = place.clip(0, len(target) - 1)
    purity = shares.values_at(shares.purity, word)
    coverage = shares.values_at(shares.coverage, word)
    others = (text.claimed[word] - purity).clip(0, 1)
    nearness = _nearness(text, asked, word, inside)
    tagged = [
        np.zeros(word.shape, np.float32) if said is None else np.take_along_axis(said, word, 1)
        for said in (asked.begins, asked.ends)
    ]
    columns = [purity, np.log(coverage.clip(0) + 1e-3) / 3, others, *nearness.of_words, *tagged]
    features = np.empty((*word.shape, WORD_FEATURES), np.float32)
    for number, column in enumerate(columns):
        features[..., number] = column
    features[..., len(columns) :] = _kinds(target)[word]
    features[~inside] = 0
    absence = _absence(asked, shares, nearness, inside, others * coverage)
    edges = np.stack([asked.first, asked.last - 1, asked.first - 1, asked.last], 1)
    return EdgeQuestions(
        torch.from_numpy(asked.low - CONTEXT),
        torch.from_numpy(word),
        torch.from_numpy(inside),
        torch.from_numpy(features),
        torch.from_numpy(_own_kinds(source, asked)),
        torch.from_numpy(absence),
        torch.from_numpy(edges.clip(0, len(source) - 1)),
        nearness.mean,
    )


def _kinds(words: Words) -> Floats:
    """Return [N, 12] of what kind a text's words are."""
    length = (words.offsets[:, 1] - words.offsets[:, 0]) / 10
    kinds = (
        words.function, words.lexical, words.opening, words.bracket > 0, words.bracket < 0,
        words.separator, words.splits_compound[:-1], words.splits_compound[1:], words.capital,
        words.numeric, length, words.opens_line,
    )  # fmt: skip
    return np.stack(kinds, 1).astype(np.float32)


def _own_kinds(words: Words, asked: AskedSpans) -> Floats:
    """Return [m, G] of what kind a mention's own edges and their neighbours are, and its length."""
    kinds = np.stack([words.function, words.lexical, words.bracket != 0, words.separator], 1)
    padded = np.zeros((len(kinds) + 2, 4), np.float32)
    padded[1:-1] = kinds
    places = (asked.first, asked.last - 1, asked.first - 1, asked.last)
    length = np.log(np.maximum(asked.last - asked.first, 1))[:, None]
    return np.concatenate([*(padded[place + 1] for place in places), length], 1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Nearness:
    """How near target words are to source words, as cosines.

    Args:
        of_words: Of each target word, [m, W] each: to the nearest of the mention's words, of those
            before and behind; to its edges and their outer neighbours; to its mean.
        nearest: [m, L] of each source word: to the nearest of the target words.
        own, before, behind: [m, L] which source words are the mention's, and which are around it.
        mean: [m, d] the mention's mean vector.
    """

    of_words: tuple[Floats, ...]
    nearest: Floats
    own: NDArray[np.bool_]
    before: NDArray[np.bool_]
    behind: NDArray[np.bool_]
    mean: Tensor


def _nearness(
    text: EdgeText, asked: AskedSpans, word: Ints, inside: NDArray[np.bool_]
) -> _Nearness:
    place, own, before, behind = _compared(asked, len(text.source))
    source = text.source[torch.from_numpy(place)]  # [m, L, d]
    weight = torch.from_numpy(own.astype(np.float32))
    mean = torch.nn.functional.normalize((source * weight[..., None]).sum(1), dim=1)
    compared = torch.cat([source, mean[:, None]], 1)
    every = _cosines(compared, text.target, word, inside)  # [m, L + 1, W]
    cosine, row = every[:, :-1], np.arange(len(word))

    def nearest_of(those: NDArray[np.bool_]) -> Floats:
        some = np.flatnonzero(those.any(0))  # of most columns none is
        if not len(some):
            return np.zeros(word.shape, np.float32)
        columns = slice(int(some[0]), int(some[-1]) + 1)
        least = np.where(those.any(1), np.float32(-1), np.float32(0))
        masked = np.where(those[:, columns, None], cosine[:, columns], np.float32(-2)).max(1)
        return np.asarray(np.maximum(masked, least[:, None]))

    def cosine_of(column: Ints, those: NDArray[np.bool_]) -> Floats:
        exists = np.asarray(those.any(1))[:, None]
        return np.asarray(np.where(exists, cosine[row, column], np.float32(0)))

    first = own.argmax(1)
    last = own.shape[1] - 1 - own[:, ::-1].argmax(1)
    of_words = (
        nearest_of(own), nearest_of(before), nearest_of(behind),
        cosine_of(first, own), cosine_of(last, own),
        cosine_of(first - 1, before),
        cosine_of((last + 1).clip(None, own.shape[1] - 1), behind),
        every[:, -1],
    )  # fmt: skip
    return _Nearness(of_words, cosine.max(2, initial=-1), own, before, behind, mean)


def _cosines(compared: Tensor, target: Tensor, word: Ints, inside: NDArray[np.bool_]) -> Floats:
    """Compare vectors [m, L, d] with those of target words, [m, L, W]; -1 of padding.

    Row by row: the words are a range of the text, whose vectors needn't be gathered.
    """
    cosine = compared.new_full((*compared.shape[:2], word.shape[1]), -1)
    begin, size = inside.argmax(1), inside.sum(1)
    low = word[np.arange(len(word)), begin]
    ranges = zip(begin.tolist(), size.tolist(), low.tolist(), strict=True)
    for row, (start, count, first) in enumerate(ranges):
        some = target[first : first + count]
        cosine[row, :, start : start + count] = compared[row] @ some.T
    return cosine.numpy()


def _compared(
    asked: AskedSpans, words: int
) -> tuple[Ints, NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """List the source words that target words are compared with, [m, L]: around, and within."""
    size = asked.last - asked.first
    kept = np.minimum(size, 2 * _LONGEST)
    step = np.arange(int(kept.max(initial=0)) + 2 * _AROUND)
    within = step - _AROUND
    tail = within >= _LONGEST  # of a longer mention the last words follow the first ones
    skipped = np.where(tail, (size - kept)[:, None], 0)
    place = asked.first[:, None] + within + skipped
    exists = (place >= 0) & (place < words)
    own = (within >= 0) & (within < kept[:, None]) & exists
    before = np.broadcast_to(within < 0, own.shape) & exists
    behind = (within >= kept[:, None]) & (within < kept[:, None] + _AROUND) & exists
    return place.clip(0, max(words - 1, 0)), own, before, behind


def _absence(
    asked: AskedSpans,
    shares: MassShares,
    nearness: _Nearness,
    inside: NDArray[np.bool_],
    contested: Floats,
) -> Floats:
    """Return [m, H] what speaks for a mention's being there at all, or against it."""

    def mean_of(those: NDArray[np.bool_]) -> Floats:
        return np.asarray((nearness.nearest * those).sum(1) / np.maximum(those.sum(1), 1))

    own = np.where(nearness.own, nearness.nearest, np.float32(-1)).max(1, initial=-1)
    least = np.where(nearness.own, nearness.nearest, np.float32(1)).min(1, initial=1)
    whole = nearness.of_words[-1].max(1, initial=-1)
    columns = (
        shares.purity.max(1, initial=0), shares.coverage.max(1, initial=0),
        shares.coverage.sum(1).clip(None, 1), own, mean_of(nearness.own), least, whole,
        mean_of(nearness.before), mean_of(nearness.behind),
        np.log(np.maximum(asked.last - asked.first, 1)), (contested * inside).sum(1),
    )  # fmt: skip
    return np.stack(columns, 1).astype(np.float32)
