"""Cut texts and their translations into units that are aligned and learned from by themselves."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from projector.align.anchors import anchored_path
from projector.align.similarity import PRIOR_TOKENS, centered
from projector.document import Fragment
from projector.models.encoder import Encoder
from projector.settings import AlignSettings
from projector.text.tokens import TokenizedText
from projector.text.words import overlap_range
from projector.training.aligner.data import SpanPair, TextPair

LONGEST = 256  # tokens of a unit's longer side; a sentence that is longer is a unit of its own


@dataclass(frozen=True, slots=True)
class TranslationUnit:
    """Some sentences and their translation, as the student tokenises them.

    Args:
        source, target: Both sides, at least one token each.
        languages: Their codes.
        spans: Gold spans that match.
        clean: Both texts as the teacher reads them, character for character, where the student
            sees them worse; None: as the student does.
    """

    source: TokenizedText
    target: TokenizedText
    languages: tuple[str, str]
    spans: tuple[SpanPair, ...] = ()
    clean: tuple[str, str] | None = None

    def __len__(self) -> int:
        """Return the number of tokens of both sides."""
        return len(self.source) + len(self.target)


def units_of(
    pair: TextPair, encoder: Encoder, *, longest: int = LONGEST
) -> Iterator[TranslationUnit]:
    """Yield the units of a pair of texts: itself, or where it is long, groups of its sentences.

    A long pair is cut between source sentences, and its target between those of its sentences
    that stand where the path along sure pairs says. Gold spans that a cut would divide, or
    separate from their counterpart, are left out.

    Args:
        pair: Texts of any length.
        encoder: Tokenises and, for long pairs only, encodes.
        longest: Tokens of a unit's longer side.
    """
    languages = (pair.source_language, pair.target_language)
    source, target = encoder.tokenize(pair.source), encoder.tokenize(pair.target)
    if max(len(source), len(target)) <= longest:
        if len(source) and len(target):
            yield TranslationUnit(source, target, languages, pair.spans)
        return
    for left, right in _cuts(source, target, encoder, longest):
        sides = (
            encoder.tokenize(pair.source[slice(*left)]),
            encoder.tokenize(pair.target[slice(*right)]),
        )
        if len(sides[0]) and len(sides[1]):
            yield TranslationUnit(*sides, languages, _within(pair.spans, left, right))


def mention_tokens(unit: TranslationUnit) -> tuple[Tensor, Tensor]:
    """Return which tokens the gold mentions of a unit consist of, [K, S] and [K, T] bool.

    Fragments that match the same fragments belong to one mention; a mention that has no token on
    a side is left out.
    """
    counterparts: dict[Fragment, set[Fragment]] = {}
    for span in unit.spans:
        counterparts.setdefault(span.source, set()).add(span.target)
    mentions: dict[frozenset[Fragment], list[Fragment]] = {}
    for source, targets in counterparts.items():
        mentions.setdefault(frozenset(targets), []).append(source)
    sides = (
        _inside(unit.source, list(mentions.values())),
        _inside(unit.target, [sorted(targets) for targets in mentions]),
    )
    there = sides[0].any(1) & sides[1].any(1)
    return sides[0][there], sides[1][there]


def _inside(text: TokenizedText, mentions: Sequence[Sequence[Fragment]]) -> Tensor:
    """Return [K, T] bool: the tokens that overlap each mention's fragments."""
    inside = torch.zeros(len(mentions), len(text), dtype=torch.bool)
    for row, fragments in zip(inside, mentions, strict=True):
        places = np.array([(one.start, one.end) for one in fragments], np.int64)
        for first, last in zip(*overlap_range(text.offsets, places), strict=True):
            row[first:last] = True
    return inside


def plainer(
    unit: TranslationUnit, encoder: Encoder, share: float, random: np.random.Generator
) -> TranslationUnit:
    """Return a unit of which the student sees each side, by chance, without its accents.

    Much text is written without them; the teacher, who reads it as it was, shows what it means.

    Args:
        unit: As it was written.
        encoder: Tokenises.
        share: Probability for each side.
        random: Decides.
    """
    texts = (unit.source.text, unit.target.text)
    seen = [
        without_accents(text) if strike else text
        for text, strike in zip(texts, random.random(2) < share, strict=True)
    ]
    if seen == list(texts):
        return unit
    source, target = (encoder.tokenize(text) for text in seen)
    return TranslationUnit(source, target, unit.languages, unit.spans, texts)


def without_accents(text: str) -> str:
    """Replace every precomposed letter by its base, which keeps the length."""
    return "".join(map(_base, text))


def _base(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0]
    return base if base.isalpha() else character


_Range = tuple[int, int]


def _cuts(
    source: TokenizedText, target: TokenizedText, encoder: Encoder, longest: int
) -> Iterator[tuple[_Range, _Range]]:
    """Yield half-open ranges of characters of both sides that belong together."""
    if not len(source) or not len(target):
        return
    path = _path(source, target, encoder)
    starts = np.flatnonzero(np.diff(source.segments, prepend=-1))
    borders = [0]
    for start, end in zip(starts, [*starts[1:], len(source)], strict=True):
        if end - borders[-1] > longest and start > borders[-1]:
            borders.append(int(start))
    wanted = np.interp(borders[1:], np.arange(len(source)), path)
    target_starts = np.flatnonzero(np.diff(target.segments, prepend=-1))
    nearest = np.abs(target_starts[None] - wanted[:, None]).argmin(1)
    target_borders = [0, *target_starts[nearest].tolist()]
    yield from zip(_characters(source, borders), _characters(target, target_borders), strict=True)


def _path(source: TokenizedText, target: TokenizedText, encoder: Encoder) -> NDArray[np.float64]:
    known = AlignSettings()
    left, right = (
        centered(vectors, prior_tokens=PRIOR_TOKENS) for vectors in encoder.encode([source, target])
    )
    reach = known.search_reach(len(right))
    return anchored_path(left, right, reach=reach, neighbors=known.neighbors)


def _characters(text: TokenizedText, borders: list[int]) -> list[_Range]:
    """Turn first tokens into ranges of characters; two that are one make an empty range."""
    places = [int(text.offsets[border, 0]) for border in borders[1:]]
    return list(zip([0, *places], [*places, len(text.text)], strict=True))


def _within(spans: tuple[SpanPair, ...], left: _Range, right: _Range) -> tuple[SpanPair, ...]:
    """Return the span pairs of which both sides lie within ranges, counted from their starts."""
    return tuple(
        SpanPair(
            Fragment(span.source.start - left[0], span.source.end - left[0]),
            Fragment(span.target.start - right[0], span.target.end - right[0]),
        )
        for span in spans
        if left[0] <= span.source.start
        and span.source.end <= left[1]
        and right[0] <= span.target.start
        and span.target.end <= right[1]
    )
