"""Count which sentences of a text and its translation hold each other's best tokens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.align.anchors import SurePairs, sure_chain, sure_pairs
from projector.audit.absence import absence
from projector.audit.correspondence import Correspondence, correspondence
from projector.audit.findings import Block
from projector.audit.sentence_chain import SentencePairs, mean_vectors, sentence_chain
from projector.audit.short_forms import written_out
from projector.document import Fragment
from projector.settings import AlignSettings
from projector.text.sentences import split_sentences
from projector.text.tokens import TokenizedText
from projector.text.words import overlap_range

if TYPE_CHECKING:
    from torch import Tensor

_IN_PLACE = 0.4  # least cosine of a pair of the chain that is no chance
_LEAST_SHARE = 0.1  # of the shorter sentence's tokens that links two sentences
_WELL_LINKED = 0.35  # clean clinical translations have .40 and more
MOST_ABSENT = 0.6  # probability of having no counterpart above which a sentence has none


# The share of links among each sentence's tokens, and how alike its partner is: see `absence`.
Signs = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class SentenceLinks:
    """The sentences of both texts, and how strongly which are linked.

    Args:
        sources: The S sentences of the source.
        targets: The T of the translation.
        source_tokens: [S] tokens with a letter or digit.
        target_tokens: [T] likewise.
        links: Pairs of sentences with linked tokens, with the similarities of these links, summed.
        chain: Pairs that rise in both texts, with the cosines of their mean vectors.
        moved: Pairs that stand elsewhere, likewise.
        linked: The similarities of the heaviest chain of links that rises in both texts, a token
            of the shorter one; or, if that is more, the median share of links that a sentence of
            the source has with one other.
        between: The links of tokens.
        written_out: Pairs of which one is a short form, each with 1.
    """

    sources: tuple[Fragment, ...]
    targets: tuple[Fragment, ...]
    source_tokens: NDArray[np.int64]
    target_tokens: NDArray[np.int64]
    links: SentencePairs
    chain: SentencePairs
    moved: SentencePairs
    linked: float
    between: Correspondence
    written_out: SentencePairs

    @property
    def source_signs(self) -> Signs:
        """Return what tells of each source sentence whether it has a counterpart, [S] each."""
        alike = np.zeros(len(self.sources))
        for pairs in (self.chain, self.moved, self.written_out):
            alike[pairs.rows] = pairs.values
        return _covered(self.links.rows, self.links.values, self.source_tokens), alike

    @property
    def target_signs(self) -> Signs:
        """Return the same of the translation's, [T] each."""
        alike = np.zeros(len(self.targets))
        for pairs in (self.chain, self.moved, self.written_out):
            alike[pairs.columns] = pairs.values
        return _covered(self.links.columns, self.links.values, self.target_tokens), alike

    @property
    def source_absence(self) -> NDArray[np.float64]:
        """Return [S] the probability that each source sentence has no counterpart."""
        return np.where(self.source_tokens > 0, absence(*self.source_signs), 0.0)

    @property
    def target_absence(self) -> NDArray[np.float64]:
        """Return [T] the same of the translation's."""
        return np.where(self.target_tokens > 0, absence(*self.target_signs), 0.0)

    def counterparts(self) -> list[tuple[int, int]]:
        """Return the pairs of sentences that tell the same, at least in part."""
        rows, columns = self.links.rows, self.links.columns
        shorter = np.minimum(self.source_tokens[rows], self.target_tokens[columns])
        strong = self.links.values / np.maximum(shorter, 1) > _LEAST_SHARE
        pairs = set(zip(rows[strong].tolist(), columns[strong].tolist(), strict=True))
        absent = self.source_absence > MOST_ABSENT, self.target_absence > MOST_ABSENT
        for some in (self.chain, self.written_out):
            pairs.update(
                (row, column)
                for row, column in zip(some.rows.tolist(), some.columns.tolist(), strict=True)
                if not (absent[0][row] or absent[1][column])
            )
        return sorted(pairs)

    def blocks(self) -> list[Block]:
        """Return what sentences tell the same, as small as can be, in the source's order."""
        owner = list(range(len(self.sources) + len(self.targets)))

        def root(member: int) -> int:
            while owner[member] != member:
                member = owner[member]
            return member

        for row, column in self.counterparts():
            owner[root(len(self.sources) + column)] = root(row)
        members: dict[int, tuple[list[Fragment], list[Fragment]]] = {}
        for side, sentences in enumerate((self.sources, self.targets)):
            for number, sentence in enumerate(sentences):
                member = root(number + side * len(self.sources))
                members.setdefault(member, ([], []))[side].append(sentence)
        return [Block(tuple(one), tuple(other)) for one, other in members.values() if one and other]


def sentence_links(
    source: TokenizedText,
    target: TokenizedText,
    vectors: tuple[Tensor, Tensor],
    settings: AlignSettings,
    pairs: SurePairs | None = None,
) -> SentenceLinks:
    """Link the sentences of two texts by the tokens that are each other's best, and by their place.

    A token of a sentence that the translation leaves out is seldom anybody's best: those that it
    resembles have partners of their own.

    Args:
        source: S' tokens.
        target: T' tokens.
        vectors: [S', d] and [T', d] of unit length.
        settings: How far from the diagonal a link may be.
        pairs: The texts' sure pairs by these settings, where they are known.
    """
    pairs = pairs or sure_pairs(*vectors, settings)
    sides = _Side.of(source, vectors[0]), _Side.of(target, vectors[1])
    near = _linked(sides, pairs)
    if near.linked < _WELL_LINKED:
        # A long sentence that stands elsewhere moves all that stands between.
        everywhere = replace(settings, search=min(max(map(len, vectors)), settings.search_limit))
        wide = sure_pairs(*vectors, everywhere)
        near, pairs = max((near, pairs), (_linked(sides, wide), wide), key=_by_linked)
    whole = _with_far(near, pairs, sides, vectors, settings)
    linked = max(near.linked, _typical(whole.links, whole.source_tokens))
    whole = replace(whole, linked=linked, moved=_moved_pairs(whole, sides))
    return _with_written_out(whole, sides)


def _with_far(
    near: SentenceLinks,
    pairs: SurePairs,
    sides: tuple[_Side, _Side],
    vectors: tuple[Tensor, Tensor],
    settings: AlignSettings,
) -> SentenceLinks:
    """Seek what has no counterpart where it is expected among what has none there either."""
    absent = near.source_absence > MOST_ABSENT, near.target_absence > MOST_ABSENT
    lone = _tokens_of(absent[0], sides[0].members), _tokens_of(absent[1], sides[1].members)
    if not all(map(len, lone)):
        return near
    return _linked(sides, _joined(pairs, _far_pairs(lone, vectors, settings)))


def _by_linked(linked: tuple[SentenceLinks, SurePairs]) -> float:
    return linked[0].linked


@dataclass(frozen=True, slots=True)
class _Side:
    """A text's sentences.

    Args:
        tokens: Its T tokens.
        sentences: N of them.
        members: [T] the sentence of each token; -1 of those without a letter or digit.
        sizes: [N] tokens of each.
        means: [N, d] their mean vectors.
    """

    tokens: TokenizedText
    sentences: tuple[Fragment, ...]
    members: NDArray[np.int64]
    sizes: NDArray[np.int64]
    means: Tensor

    @classmethod
    def of(cls, tokens: TokenizedText, vectors: Tensor) -> _Side:
        """Cut a text into sentences."""
        sentences = _sentences(tokens.text)
        members = _numbers(tokens, sentences)
        sizes = np.bincount(members[members >= 0], minlength=len(sentences))
        return cls(
            tokens, sentences, members, sizes, mean_vectors(members, len(sentences), vectors)
        )


_NO_PAIRS = SentencePairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def _linked(sides: tuple[_Side, _Side], pairs: SurePairs) -> SentenceLinks:
    """Link and chain the sentences of two texts by links of their tokens."""
    first, second = sides
    steps = sure_chain(pairs)
    fewest = max(min(len(first.tokens), len(second.tokens)), 1)
    linked = float(pairs.similarity[steps].sum()) / fewest
    between = correspondence(first.tokens, second.tokens, (pairs.source, pairs.target), steps)
    links, sizes = _by_sentence(sides, pairs), (first.sizes, second.sizes)
    chain = sentence_chain((first.means, second.means), sizes, links, _expected(sides, between))
    sentences = first.sentences, second.sentences
    return SentenceLinks(*sentences, *sizes, links, chain, _NO_PAIRS, linked, between, _NO_PAIRS)


def _far_pairs(
    lone: tuple[NDArray[np.int64], NDArray[np.int64]],
    vectors: tuple[Tensor, Tensor],
    settings: AlignSettings,
) -> SurePairs:
    """Return the sure pairs among some tokens, wherever they stand."""
    reach = min(len(lone[0]) + len(lone[1]), settings.search_limit)
    some = vectors[0][lone[0]], vectors[1][lone[1]]
    pairs = sure_pairs(*some, replace(settings, search=reach))
    return SurePairs(lone[0][pairs.source], lone[1][pairs.target], pairs.similarity)


def _joined(pairs: SurePairs, others: SurePairs) -> SurePairs:
    """Return pairs of both, the source's tokens ascending."""
    source = np.concatenate((pairs.source, others.source))
    target = np.concatenate((pairs.target, others.target))
    similarity = np.concatenate((pairs.similarity, others.similarity))
    order = np.argsort(source, kind="stable")
    return SurePairs(source[order], target[order], similarity[order])


def _moved_pairs(links: SentenceLinks, sides: tuple[_Side, _Side]) -> SentencePairs:
    """Return the sentences that are each other's best, and not in their places in the chain."""
    chain, pairs = links.chain, links.links
    in_place = chain.values > _IN_PLACE
    lone = np.ones(len(links.sources), bool), np.ones(len(links.targets), bool)
    lone[0][chain.rows[in_place]], lone[1][chain.columns[in_place]] = False, False
    shorter = np.minimum(links.source_tokens[pairs.rows], links.target_tokens[pairs.columns])
    strong = pairs.values > _LEAST_SHARE * shorter
    best = np.zeros(len(links.sources)), np.zeros(len(links.targets))
    np.maximum.at(best[0], pairs.rows, pairs.values)
    np.maximum.at(best[1], pairs.columns, pairs.values)
    mutual = (pairs.values == best[0][pairs.rows]) & (pairs.values == best[1][pairs.columns])
    moved = np.flatnonzero(strong & mutual & lone[0][pairs.rows] & lone[1][pairs.columns])
    rows, columns = pairs.rows[moved], pairs.columns[moved]
    cosines = (sides[0].means[rows] * sides[1].means[columns]).sum(1).numpy()
    return SentencePairs(rows, columns, cosines.astype(np.float64))


def _with_written_out(links: SentenceLinks, sides: tuple[_Side, _Side]) -> SentenceLinks:
    """Return links with pairs of short forms and what writes them out."""
    absent = links.source_absence > MOST_ABSENT, links.target_absence > MOST_ABSENT
    rows, columns = links.chain.rows, links.chain.columns
    # A partner that is like enough for one of them is so for the other as well.
    lone = absent[0].copy(), absent[1].copy()
    lone[0][rows[absent[1][columns]]] = True
    lone[1][columns[absent[0][rows]]] = True
    lone_numbers = np.flatnonzero(lone[0]).tolist(), np.flatnonzero(lone[1]).tolist()
    if not all(lone_numbers):
        return links
    held = ~(lone[0][rows] | lone[1][columns])
    texts = ([side.tokens.text[one.start : one.end] for one in side.sentences] for side in sides)
    first, second = texts
    pairs = written_out(*lone_numbers, (rows[held], columns[held]), (first, second))
    if not pairs:
        return links
    sources, targets = np.array(pairs, np.int64).T
    return replace(links, written_out=SentencePairs(sources, targets, np.ones(len(pairs))))


def _expected(sides: tuple[_Side, _Side], between: Correspondence) -> NDArray[np.int64]:
    """Return [S] the sentence of the translation that stands where each is expected."""
    ends = np.array([sentence.end for sentence in sides[1].sentences], np.int64)
    places = np.searchsorted(ends, between.expected(sides[0].sentences), side="right")
    return np.asarray(places, np.int64)


def _typical(links: SentencePairs, sizes: NDArray[np.int64]) -> float:
    """Return the median of the share of links that a source sentence has with one other."""
    best = np.zeros(len(sizes))
    np.maximum.at(best, links.rows, links.values)
    shares = (best / np.maximum(sizes, 1))[sizes > 0]
    return float(np.median(shares)) if len(shares) else 0.0


def _tokens_of(chosen: NDArray[np.bool_], members: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the tokens that stand in some sentences."""
    return np.flatnonzero((members >= 0) & chosen[members])


def _covered(
    sentences: NDArray[np.int64], mass: NDArray[np.float64], sizes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the share of links among the tokens of each sentence."""
    return np.bincount(sentences, mass, minlength=len(sizes)) / np.maximum(sizes, 1)


def _by_sentence(sides: tuple[_Side, _Side], links: SurePairs) -> SentencePairs:
    """Sum links of tokens by the sentences that these stand in."""
    rows, columns = sides[0].members[links.source], sides[1].members[links.target]
    within = (rows >= 0) & (columns >= 0)
    width = max(len(sides[1].sentences), 1)
    pairs, which = np.unique(rows[within] * width + columns[within], return_inverse=True)
    mass = np.bincount(which, links.similarity[within], minlength=len(pairs))
    return SentencePairs(pairs // width, pairs % width, mass.astype(np.float64))


def _sentences(text: str) -> tuple[Fragment, ...]:
    return tuple(Fragment(start, end) for start, end in split_sentences(text).tolist())


def _numbers(tokens: TokenizedText, sentences: tuple[Fragment, ...]) -> NDArray[np.int64]:
    """Return [T] the sentence of each token; -1 of those without a letter or digit."""
    offsets = np.array([(one.start, one.end) for one in sentences], np.int64).reshape(-1, 2)
    number, _ = overlap_range(offsets, tokens.offsets)
    text = tokens.text
    before = np.zeros(len(text) + 1, np.int64)  # letters and digits before each character
    np.cumsum(np.fromiter(map(str.isalnum, text), np.bool_, len(text)), out=before[1:])
    start, end = tokens.offsets.T
    return np.where(before[end] > before[start], number, -1)
