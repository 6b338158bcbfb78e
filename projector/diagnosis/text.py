"""Say what the words of a text mean, and which neighbouring ones mean something together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from projector.concepts.named_concepts import NamedConcepts, NearConcept
from projector.concepts.text_points import TextPoints
from projector.diagnosis.concept_runs import concept_runs, telling_words
from projector.document import Fragment

THRESHOLD = 0.5  # of the words above it, three in five stood in a mention of training documents


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word or a stretch of a text means.

    Args:
        text: Its characters.
        start, end: Where it stands.
        concepts: The concepts nearest to it, the nearest first; none of what has no token.
        telling: Whether it says something by itself: no function word, number or mark.
    """

    text: str
    start: int
    end: int
    concepts: tuple[NearConcept, ...]
    telling: bool = True


@dataclass(frozen=True, slots=True)
class TextDiagnosis:
    """What a text means.

    Args:
        text: The text.
        words: Its words, or the encoder's own tokens.
        spans: Runs of words that mean something clearly, in text order.
        whole: The concepts nearest to all of it together, which is of use where it is one mention.
    """

    text: str
    words: tuple[Meaning, ...]
    spans: tuple[Meaning, ...]
    whole: tuple[NearConcept, ...] = ()


def diagnose_text(
    points: TextPoints,
    concepts: NamedConcepts,
    *,
    threshold: float = THRESHOLD,
    most: int = 3,
    tokens: bool = False,
) -> TextDiagnosis:
    """Say what a text means.

    Args:
        points: The text.
        concepts: What its words are looked up among.
        threshold: Least cosine of a word and a concept that it means.
        most: How many concepts each word and span is given.
        tokens: Give the encoder's own tokens, parts of words, in the place of words.
    """
    spans = concept_runs(points, concepts, threshold)
    together = points.mention_points([[span] for span in spans])
    nearest = [
        () if point is None else concepts.nearest(point[None], most)[0] for point in together
    ]
    found = (
        Meaning(points.text[span.start : span.end], span.start, span.end, near)
        for span, near in zip(spans, nearest, strict=True)
    )
    words = token_meanings(points, concepts, most) if tokens else None
    whole = points.point_of([Fragment(0, len(points.text))]) if points.text else None
    return TextDiagnosis(
        points.text,
        words or word_meanings(points, concepts, most),
        tuple(found),
        () if whole is None else concepts.nearest(whole[None], most)[0],
    )


def word_meanings(
    points: TextPoints, concepts: NamedConcepts, most: int, words: Sequence[int] | None = None
) -> tuple[Meaning, ...]:
    """Return what words mean: some by their numbers, or all."""
    numbers = list(range(len(points.units.words)) if words is None else words)
    vectors = points.word_points()[numbers]
    telling = telling_words(points)[numbers].tolist()
    return tuple(
        Meaning(points.text[start:end], start, end, near if bool(vector.any()) else (), says)
        for (start, end), near, vector, says in zip(
            points.units.words.offsets[numbers].tolist(),
            concepts.nearest(vectors, most),
            vectors,
            telling,
            strict=True,
        )
    )


def token_meanings(
    points: TextPoints, concepts: NamedConcepts, most: int, tokens: Sequence[int] | None = None
) -> tuple[Meaning, ...]:
    """Return what tokens mean: some by their numbers, or all."""
    numbers = list(range(len(points.points)) if tokens is None else tokens)
    places = points.units.tokens.offsets[numbers].tolist()
    near = concepts.nearest(points.points[numbers], most)
    return tuple(
        Meaning(points.text[start:end], start, end, said)
        for (start, end), said in zip(places, near, strict=True)
    )
