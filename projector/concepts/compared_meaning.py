"""Say what a mention and its span mean, and whether it is the same."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from projector.concepts.named_concepts import NamedConcepts, NearConcept


@dataclass(frozen=True, slots=True)
class ComparedMeaning:
    """What a mention and the span that it became mean.

    Args:
        mention: The concepts nearest to the mention, the nearest first.
        span: Those nearest to its span; empty where there is none.
        cosine: Of the mention's point and the span's, from -1 to 1; None where one of them has
            none.
        words: Whether both mean the same, in words; empty where one of them means nothing.
    """

    mention: tuple[NearConcept, ...]
    span: tuple[NearConcept, ...] = ()
    cosine: float | None = None
    words: str = ""


def compared_meaning(
    concepts: NamedConcepts, mention: Tensor | None, span: Tensor | None, most: int
) -> ComparedMeaning:
    """Compare the points [d] of a mention and its span.

    Args:
        concepts: What they are looked up among.
        mention, span: None where there is no token, or no span.
        most: How many concepts each is given.
    """
    cosine = None if mention is None or span is None else round(float(mention @ span), 4)
    source, target = (
        () if point is None else concepts.nearest(point[None], most)[0] for point in (mention, span)
    )
    words = _words(source[0], target[0]) if source and target else ""
    return ComparedMeaning(source, target, cosine, words)


def _words(source: NearConcept, span: NearConcept) -> str:
    if source.code == span.code:
        return f"both say {source.code} {source.name}"
    apart = f"the source says {source.code} {source.name}, the span {span.code} {span.name}"
    if source.group == span.group:
        return f"both are of {source.group}: {apart}"
    return f"they part: {apart}"
