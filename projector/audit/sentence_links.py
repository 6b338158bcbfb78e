"""Count which sentences of a text and its translation hold each other's best tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.align.anchors import diagonal, heaviest_chain, mutual_best
from projector.audit.correspondence import Correspondence, correspondence
from projector.audit.findings import Block
from projector.audit.gap_links import gap_pairs
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
_CHAINED = 0.09  # the same of a sentence whose link stands in its place in the chain of the best
_WEAKLY = 1.2  # how much more than the least such a sentence is linked with its counterpart
_MOST_LONE = 0.5  # of a source's sentences, for those that are left to be another's counterpart


@dataclass(frozen=True, slots=True)
class SentenceLinks:
    """The sentences of both texts, and how strongly which are linked.

    Args:
        sources: The S sentences of the source.
        targets: The T of the translation.
        source_tokens: [S] tokens with a letter or digit.
        target_tokens: [T] likewise.
        rows: [P] sentences of the source.
        columns: [P] those of the translation that they are linked with.
        mass: [P] the similarities of the links between the two, summed.
        linked: The similarities of the heaviest chain of links that rises in both texts, a token
            of the shorter one; or, if that is more, the median share of links that a sentence of
            the source has with one other.
        between: The links of tokens.
    """

    sources: tuple[Fragment, ...]
    targets: tuple[Fragment, ...]
    source_tokens: NDArray[np.int64]
    target_tokens: NDArray[np.int64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    mass: NDArray[np.float64]
    linked: float
    between: Correspondence

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

    def chain(self) -> list[tuple[int, int]]:
        """Return the sentences that are linked best, as many as rise in both texts."""
        best: dict[int, tuple[float, int]] = {}
        for row, column, mass, strong in zip(
            self.rows.tolist(), self.columns.tolist(), self.mass.tolist(), self.strong, strict=True
        ):
            if strong and mass > best.get(row, (0.0, 0))[0]:
                best[row] = (mass, column)
        rows = sorted(best)
        columns = [best[row][1] for row in rows]
        chosen = heaviest_chain(rows, columns, [best[row][0] for row in rows])
        return [(rows[k], columns[k]) for k in chosen]

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
    chain = _chain(links)
    linked = float(links[2][chain].sum()) / max(min(len(source), len(target)), 1)
    between = correspondence(source, target, links[:2], chain)
    near = _by_sentence(sources, targets, source_of, target_of, links, linked, between)
    # What stands far from where it is expected is sought among what has no partner.
    lone = _tokens_of(near.source_covered, source_of), _tokens_of(near.target_covered, target_of)
    both = _with_far(links, lone, vectors, settings) if all(map(len, lone)) else links
    far = _by_sentence(sources, targets, source_of, target_of, both, linked, between)
    far = replace(far, linked=max(linked, _typical(far)))
    return _with_gaps(far, (source_of, target_of), vectors)


def _typical(links: SentenceLinks) -> float:
    """Return the median of the share of links that a source sentence has with one other."""
    best = np.zeros(len(links.sources))
    np.maximum.at(best, links.rows, links.mass)
    shares = (best / np.maximum(links.source_tokens, 1))[links.source_tokens > 0]
    return float(np.median(shares)) if len(shares) else 0.0


def _with_far(
    links: _Links,
    lone: tuple[NDArray[np.int64], NDArray[np.int64]],
    vectors: tuple[Tensor, Tensor],
    settings: AlignSettings,
) -> _Links:
    """Return links with those of tokens that have no partner near where it is expected."""
    some = vectors[0][lone[0]], vectors[1][lone[1]]
    reach = min(len(lone[0]) + len(lone[1]), settings.search_limit)
    first, second, value = _links(some, reach, settings)
    return (
        np.concatenate((links[0], lone[0][first])),
        np.concatenate((links[1], lone[1][second])),
        np.concatenate((links[2], value)),
    )


def _with_gaps(
    links: SentenceLinks,
    members: tuple[NDArray[np.int64], NDArray[np.int64]],
    vectors: tuple[Tensor, Tensor],
) -> SentenceLinks:
    """Return links with pairs of sentences that alone are left between others that are linked."""
    sizes = links.source_tokens, links.target_tokens
    chain = links.chain()
    sides = list(zip(*chain, strict=True)) or [(), ()]
    lone = set(_lone(links.source_covered, sizes[0], sides[0], 1))
    lone_targets = set(_lone(links.target_covered, sizes[1], sides[1], 1))
    if len(lone) > len(links.sources) * _MOST_LONE or not (lone or lone_targets):
        return links
    pairs = [
        (row, column)
        for row, column in gap_pairs(
            _lone(links.source_covered, sizes[0], sides[0], 2),
            _lone(links.target_covered, sizes[1], sides[1], 2),
            chain,
            sizes,
            members,
            vectors,
        )
        if row in lone or column in lone_targets
    ]
    # A link in its place in the chain is more than one by chance, if it is not much less.
    covered = links.source_covered, links.target_covered
    pairs += [
        (row, column)
        for row, column in chain
        if (row in lone or column in lone_targets)
        and min(covered[0][row], covered[1][column]) > _CHAINED
    ]
    if not pairs:
        return links
    rows, columns = np.array(pairs, np.int64).T
    mass = _WEAKLY * LEAST_COVERED * np.maximum(sizes[0][rows], sizes[1][columns])
    return replace(
        links,
        rows=np.concatenate((links.rows, rows)),
        columns=np.concatenate((links.columns, columns)),
        mass=np.concatenate((links.mass, mass)),
    )


def _lone(
    covered: NDArray[np.float64], sizes: NDArray[np.int64], chained: Sequence[int], times: int
) -> list[int]:
    """Return the sentences that are no other's best, and not linked with much at all."""
    is_lone = (covered < times * LEAST_COVERED) & (sizes > 0)
    is_lone[list(chained)] &= covered[list(chained)] < LEAST_COVERED
    return np.flatnonzero(is_lone).tolist()


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


def _chain(links: _Links) -> list[int]:
    """Return which links make the heaviest chain that rises in both texts."""
    rows, columns, values = links
    return heaviest_chain(rows.tolist(), columns.tolist(), (values**2).tolist())


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
    between: Correspondence,
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
        between,
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
