"""Say what a mention and the span that it became mean, word by word, and what is nearer to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from projector.concepts.compared_meaning import ComparedMeaning, compared_meaning
from projector.concepts.named_concepts import NamedConcepts
from projector.concepts.text_points import TextPoints
from projector.diagnosis.text import Meaning, token_meanings, word_meanings
from projector.document import Document, Fragment
from projector.text.token_words import inside_of


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The word of the other side that means most nearly what a word does.

    Args:
        text: Its characters.
        cosine: Of both words' points.
    """

    text: str
    cosine: float


@dataclass(frozen=True, slots=True)
class SideWord:
    """A word of a mention, or of its span.

    Args:
        meaning: What it means.
        counterpart: The nearest word of the other side; None where there is none.
    """

    meaning: Meaning
    counterpart: Counterpart | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A mention of the source, and how near a span lies to what it means.

    Args:
        mention: Its id.
        text: Its words.
        cosine: Of its point and the span's.
    """

    mention: str
    text: str
    cosine: float


@dataclass(frozen=True, slots=True)
class MentionDiagnosis:
    """What a mention and its span mean.

    Args:
        language: Of the translation.
        status: What became of the mention.
        score: Of the projection; None where there is none.
        span: The words that it became; empty where it became none.
        fragments: (start, end) of each part of them.
        compared: What both mean as a whole.
        source_words: Of the mention, or its tokens.
        span_words: Of the span, or its tokens.
        claims: The source's mentions that the span lies nearest to, the nearest first, its own
            among them; none where there is no span.
        nearer: The first of them, where it has other words than the mention itself.
    """

    language: str
    status: str
    score: float | None
    span: str
    fragments: tuple[tuple[int, int], ...]
    compared: ComparedMeaning
    source_words: tuple[SideWord, ...]
    span_words: tuple[SideWord, ...]
    claims: tuple[Claim, ...]
    nearer: Claim | None


@dataclass(frozen=True)
class SourcePoints:
    """A source document as points, and what each of its mentions means.

    Args:
        document: The document.
        points: Of its text.
    """

    document: Document
    points: TextPoints

    @cached_property
    def mentions(self) -> dict[str, Tensor]:
        """Return [d] the point of each mention that has tokens, by its id."""
        mentions = self.document.mentions
        points = self.points.mention_points([mention.fragments for mention in mentions])
        known = zip(mentions, points, strict=True)
        return {mention.id: point for mention, point in known if point is not None}

    def claims(self, span: Tensor) -> list[Claim]:
        """Return all mentions, the nearest to a span's point [d] first."""
        if not self.mentions:
            return []
        cosines = (torch.stack([*self.mentions.values()]) @ span).tolist()
        texts = {one.id: one.surface(self.document.text) for one in self.document.mentions}
        claims = [
            Claim(id_, texts[id_], round(cosine, 4))
            for id_, cosine in zip(self.mentions, cosines, strict=True)
        ]
        return sorted(claims, key=lambda claim: -claim.cosine)


def diagnose_mention(
    source: SourcePoints,
    mention: str,
    target: TextPoints,
    span: Sequence[Fragment],
    concepts: NamedConcepts,
    *,
    language: str,
    status: str,
    score: float | None,
    most: int = 3,
    tokens: bool = False,
) -> MentionDiagnosis:
    """Say what a mention and its span mean.

    Args:
        source: The document.
        mention: A mention of it, by its id.
        target: The translation.
        span: What the mention became there; nothing where it became nothing.
        concepts: What all is looked up among.
        language, status, score: See `MentionDiagnosis`.
        most: How many concepts everything is given.
        tokens: Give the encoder's own tokens, parts of words, in the place of words.
    """
    fragments = next(one.fragments for one in source.document.mentions if one.id == mention)
    own, (other,) = source.mentions.get(mention), target.mention_points([span])
    sides = [
        _side(points, parts, concepts, most, tokens)
        for points, parts in ((source.points, fragments), (target, span))
    ]
    claims = () if other is None else _nearest(source.claims(other), mention, most)
    return MentionDiagnosis(
        language,
        status,
        score,
        " … ".join(target.text[part.start : part.end] for part in span),
        tuple((part.start, part.end) for part in span),
        compared_meaning(concepts, own, other, most),
        _beside(sides[0], sides[1]),
        _beside(sides[1], sides[0]),
        claims,
        nearer_claim(claims, mention),
    )


_Side = tuple[tuple[Meaning, ...], Tensor]  # words or tokens, and their points


def _side(
    points: TextPoints,
    fragments: Sequence[Fragment],
    concepts: NamedConcepts,
    most: int,
    tokens: bool,
) -> _Side:
    if tokens:
        places = [(part.start, part.end) for part in fragments]
        inside = inside_of(points.units.tokens, places).tolist() if places else []
        return token_meanings(points, concepts, most, inside), points.points[inside]
    words = points.words_of(fragments)
    return word_meanings(points, concepts, most, words), points.word_points()[words]


def _beside(side: _Side, other: _Side) -> tuple[SideWord, ...]:
    """Put beside each word of a side that word of the other which means most nearly the same."""
    meanings, points = side
    if not meanings or not other[0]:
        return tuple(SideWord(meaning, None) for meaning in meanings)
    best = (points @ other[1].T).max(1)
    return tuple(
        SideWord(meaning, Counterpart(other[0][word].text, round(cosine, 4)))
        for meaning, word, cosine in zip(
            meanings, best.indices.tolist(), best.values.tolist(), strict=True
        )
    )


def _nearest(claims: Sequence[Claim], mention: str, most: int) -> tuple[Claim, ...]:
    """Return the first claims, and the mention's own."""
    return tuple(
        claim for place, claim in enumerate(claims) if place < most or claim.mention == mention
    )


def nearer_claim(claims: Sequence[Claim], mention: str) -> Claim | None:
    """Return the first claim, where it is of other words than the mention's own.

    Args:
        claims: The nearest first.
        mention: The id of the mention that the span is of.
    """
    known = {claim.mention: claim for claim in claims}
    if mention not in known or claims[0].text.casefold() == known[mention].text.casefold():
        return None
    return claims[0]
