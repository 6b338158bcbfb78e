"""Project the mentions of documents onto their translations: the whole flow on one page.

text → tokens → vectors → path, band, transport → scores of each mention → spans → projections
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from projector.align.aligner import align_pair
from projector.decode.mention_spans import TargetSpans, decode_spans, fragment_spans, join_fragments
from projector.decode.tagger_evidence import TaggerEvidence
from projector.document import (
    Annotation,
    Document,
    DocumentPair,
    Mention,
    Projection,
    Status,
    transferable_annotations,
)
from projector.models.encoder import CachedEncoder, Encoder
from projector.settings import Settings


@dataclass(frozen=True, slots=True)
class ProjectedDocument:
    """A translation with the mentions projected onto it, and what became of every one.

    Args:
        source: The document whose mentions they are.
        document: The translation; its mentions keep their source ids and labels, its annotations
            are those that could travel with them.
        projections: One for each source mention, in the source's order.
        lost: The annotations that could not travel, because what they are about is not projected.
    """

    source: Document
    document: Document
    projections: tuple[Projection, ...]
    lost: tuple[Annotation, ...] = ()


def project_pairs(
    pairs: Iterable[DocumentPair],
    encoder: Encoder,
    settings: Settings,
    *,
    evidence: Iterable[TaggerEvidence | None] | None = None,
) -> Iterator[ProjectedDocument]:
    """Project pair after pair; a text that recurs in neighbouring pairs is encoded once.

    Args:
        pairs: Read as they are needed.
        encoder: Gives tokens and vectors.
        settings: Of aligning and decoding.
        evidence: For each pair what an auxiliary tagger says of the target, or None.
    """
    cached = CachedEncoder(encoder)
    helpers = iter(evidence) if evidence is not None else None
    for pair in pairs:
        helper = next(helpers, None) if helpers is not None else None
        yield project_pair(pair, cached, settings, evidence=helper)


def project_pair(
    pair: DocumentPair,
    encoder: Encoder,
    settings: Settings,
    *,
    evidence: TaggerEvidence | None = None,
) -> ProjectedDocument:
    """Project one document's mentions onto its translation.

    Args:
        pair: The document and its translation.
        encoder: Gives tokens and vectors.
        settings: Of aligning and decoding.
        evidence: What an auxiliary tagger says of the translation.

    Returns:
        The translation with its mentions; every source mention has exactly one projection.
    """
    aligned = align_pair(pair, encoder, settings.align)
    spans, owner = fragment_spans(pair.source)
    found = decode_spans(aligned, spans, owner, settings, evidence=evidence)
    outcomes = tuple(
        _outcome(mention, found[found.owner == number], aligned.target.text, settings)
        for number, mention in enumerate(pair.source.mentions)
    )
    return _projected(pair, outcomes)


def _outcome(mention: Mention, spans: TargetSpans, text: str, settings: Settings) -> Projection:
    """Decide what became of a mention from what was chosen for its fragments."""
    if not len(spans.owner):
        reason = "no span of the translation fits it better than none"
        return Projection(mention.id, Status.UNALIGNED, reason=reason)
    score = round(float(spans.scores.min()), 4)
    if score < settings.decode.min_score:
        reason = f"its best span scores {score}, below {settings.decode.min_score}"
        return Projection(mention.id, Status.BELOW_THRESHOLD, score, reason=reason)
    fragments = join_fragments(spans.characters, text)
    return Projection(mention.id, Status.PROJECTED, score, fragments)


def _projected(pair: DocumentPair, outcomes: tuple[Projection, ...]) -> ProjectedDocument:
    mentions = tuple(
        Mention(mention.id, mention.label, outcome.fragments, mention.line)
        for mention, outcome in zip(pair.source.mentions, outcomes, strict=True)
        if outcome.status is Status.PROJECTED
    )
    kept, lost = transferable_annotations(
        pair.source.annotations, {mention.id for mention in mentions}
    )
    target = pair.target
    document = Document(target.name, target.language, target.text, mentions, kept)
    return ProjectedDocument(pair.source, document, outcomes, lost)
