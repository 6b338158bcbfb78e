"""Count which sentences of a text and its translation hold each other's best tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.align.anchors import diagonal, heaviest_chain, mutual_best
from projector.audit.findings import Block
from projector.document import Fragment
from projector.settings import AlignSettings
from projector.text.sentences import split_sentences
from projector.text.tokens import TokenizedText
from projector.text.words import overlap_range

if TYPE_CHECKING:
    from torch import Tensor

_FLOOR = 0.3  # least similarity of a link, as of a sure pair of the path
_LEAST_SHARE = 0.1  # of the shorter sentence's tokens that links two sentences
# Least share of links among a sentence's tokens: on clean clinical translations into six languages
# sentences that are left out have at most .07, the others at least .22.
LEAST_COVERED = 0.13


@dataclass(frozen=True, slots=True)
class SentenceLinks:
    """The sentences of both texts, and how strongly which are linked.

    Args:
        sources: The S sentences of the source.
        targets: The T of the translation.
        source_tokens: [S] tokens with a letter or digit.
        target_tokens: [T] likewise.
        rows: [P] sentences of the source, ascending.
        columns: [P] those of the translation that they are linked with.
        mass: [P] the similarities of the links between the two, summed.
        linked: The similarities of the heaviest chain of links that rises in both texts, a token
            of the shorter one.
    """

    sources: tuple[Fragment, ...]
    targets: tuple[Fragment, ...]
    source_tokens: NDArray[np.int64]
    target_tokens: NDArray[np.int64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    mass: NDArray[np.float64]
    linked: float

    @property
    def typical(self) -> float:
        """Return the median of the share of links that a source sentence has with one other."""
        best = np.zeros(len(self.sources))
        np.maximum.at(best, self.rows, self.mass)
        shares = (best / np.maximum(self.source_tokens, 1))[self.source_tokens > 0]
        return float(np.median(shares)) if len(shares) else 0.0

    @property
    def source_covered(self) -> NDArray[np.float64]:
        """Return [S] the share of links among the tokens of each source sentence."""
        mass = np.bincount(self.rows, self.mass, minlength=len(self.sources))
        return mass / np.maximum(self.source_tokens, 1)

    @property
    def target_covered(self) -> NDArray[np.float64]:
        """Return [T] the same of the translation's."""
        mass = np.bincount(self.columns, self.mass, minlength=len(self.targets))
        return mass / np.maximum(self.target_tokens, 1)

    @property
    def strong(self) -> NDArray[np.bool_]:
        """Return [P] which pairs tell the same, at least in part."""
        shorter = np.minimum(self.source_tokens[self.rows], self.target_tokens[self.columns])
        return self.mass / np.maximum(shorter, 1) > _LEAST_SHARE

    def blocks(self) -> list[Block]:
        """Return what sentences tell the same, as small as can be, in the source's order."""
        owner = list(range(len(self.sources) + len(self.targets)))

        def root(member: int) -> int:
            while owner[member] != member:
                member = owner[member]
            return member

        strong = self.strong
        for row, column in zip(self.rows[strong], self.columns[strong], strict=True):
            owner[root(len(self.sources) + int(column))] = root(int(row))
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
) -> SentenceLinks:
    """Link the sentences of two texts by the tokens that are each other's best.

    A token of a sentence that the translation leaves out is seldom anybody's best: those that it
    resembles have partners of their own.

    Args:
        source: S' tokens.
        target: T' tokens.
        vectors: [S', d] and [T', d] of unit length.
        settings: How far from the diagonal a link may be.
    """
    sources, targets = _sentences(source.text), _sentences(target.text)
    source_of, target_of = _numbers(source, sources), _numbers(target, targets)
    links = _links(vectors, settings.search_reach(len(target)), settings)
    linked = _linked(links, min(len(source), len(target)))
    near = _by_sentence(sources, targets, source_of, target_of, links, linked)
    # What stands far from where it is expected is sought among what has no partner.
    lone_sources = _tokens_of(near.source_covered, source_of)
    lone_targets = _tokens_of(near.target_covered, target_of)
    if not (len(lone_sources) and len(lone_targets)):
        return near
    lone = vectors[0][lone_sources], vectors[1][lone_targets]
    first, second, value = _links(lone, len(lone_sources) + len(lone_targets), settings)
    far = lone_sources[first], lone_targets[second], value
    both = (
        np.concatenate((links[0], far[0])),
        np.concatenate((links[1], far[1])),
        np.concatenate((links[2], far[2])),
    )
    return _by_sentence(sources, targets, source_of, target_of, both, linked)


_Links = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]


def _links(vectors: tuple[Tensor, Tensor], reach: float, settings: AlignSettings) -> _Links:
    """Return the sure links between two texts' tokens, and their similarities."""
    sizes = len(vectors[0]), len(vectors[1])
    if not all(sizes):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32)
    first, second, value = mutual_best(
        *vectors, diagonal(*sizes), reach=reach, neighbors=settings.neighbors
    )
    sure = value > _FLOOR
    return first[sure], second[sure], value[sure]


def _linked(links: _Links, tokens: int) -> float:
    """Return the weight of the heaviest rising chain of links, a token of the shorter text."""
    rows, columns, values = links
    chain = heaviest_chain(rows.tolist(), columns.tolist(), (values**2).tolist())
    return float(values[chain].sum()) / max(tokens, 1)


def _tokens_of(covered: NDArray[np.float64], sentence: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the tokens that stand in sentences without a partner."""
    return np.flatnonzero((sentence >= 0) & (covered[sentence] < LEAST_COVERED))


def _by_sentence(
    sources: tuple[Fragment, ...],
    targets: tuple[Fragment, ...],
    source_of: NDArray[np.int64],
    target_of: NDArray[np.int64],
    links: _Links,
    linked: float,
) -> SentenceLinks:
    """Sum links of tokens by the sentences that these stand in."""
    rows, columns, value = source_of[links[0]], target_of[links[1]], links[2]
    within = (rows >= 0) & (columns >= 0)
    width = max(len(targets), 1)
    pairs, which = np.unique(rows[within] * width + columns[within], return_inverse=True)
    return SentenceLinks(
        sources,
        targets,
        np.bincount(source_of[source_of >= 0], minlength=len(sources)),
        np.bincount(target_of[target_of >= 0], minlength=len(targets)),
        pairs // width,
        pairs % width,
        np.bincount(which, value[within], minlength=len(pairs)).astype(np.float64),
        linked,
    )


def _sentences(text: str) -> tuple[Fragment, ...]:
    return tuple(Fragment(start, end) for start, end in split_sentences(text).tolist())


def _numbers(tokens: TokenizedText, sentences: tuple[Fragment, ...]) -> NDArray[np.int64]:
    """Return [T] the sentence of each token; -1 of those without a letter or digit."""
    offsets = np.array([(one.start, one.end) for one in sentences], np.int64).reshape(-1, 2)
    number, _ = overlap_range(offsets, tokens.offsets)
    lexical = [
        any(map(str.isalnum, tokens.text[start:end])) for start, end in tokens.offsets.tolist()
    ]
    return np.where(np.array(lexical, bool), number, -1)
