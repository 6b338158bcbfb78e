"""Project the mentions of documents onto their translations: the whole flow on one page.

text → tokens → vectors → path → band → weights → shares of mass → candidates → spans → projections
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import repeat
from typing import TYPE_CHECKING

from projector.align.aligner import align_within, band_along, text_units, token_vectors
from projector.align.anchors import expected_path
from projector.align.weights import Alignment
from projector.decode.candidates import Candidates
from projector.decode.edge_questions import edge_text_of
from projector.decode.fragments import SourceFragments, fragment_shares, source_fragments
from projector.decode.longest_run import TokenRuns
from projector.decode.mention_spans import candidate_spans, choose_spans
from projector.decode.projections import mention_projections
from projector.decode.tagger_evidence import TaggerEvidence
from projector.document import (
    Annotation,
    Document,
    DocumentPair,
    Mention,
    Projection,
    Status,
    transferable_annotations,
    without_scores,
)
from projector.models.encoder import CachedEncoder, Encoder
from projector.settings import DecodeSettings, Settings
from projector.text.token_words import TextUnits

if TYPE_CHECKING:
    from torch import Tensor


def weigh_pair(
    pair: DocumentPair,
    encoder: Encoder,
    settings: Settings,
    *,
    evidence: TaggerEvidence | None = None,
) -> WeighedPair:
    """Align a document with its translation and list what its mentions may become there.

    From here to the projections the flow is one, whoever asks: `project_pair` chooses among the
    candidates, `explain` shows them, and the weights of the span model are fitted on them.

    Args:
        pair, encoder, settings, evidence: As `project_pair` takes them.
    """
    source, target = text_units(pair.source, encoder), text_units(pair.target, encoder)
    vectors = token_vectors(source.tokens, target.tokens, encoder, settings.align)
    path = expected_path(*vectors, settings.align)  # [S] target positions
    band = band_along(path, vectors[1], settings.align)  # [S, W]
    alignment = align_within(*vectors, band, settings.align)  # [S, W] weights
    fragments = source_fragments(pair.source)  # [M, 2] characters
    shares = fragment_shares(fragments, alignment, source.tokens)  # [M, T] of mass
    decode, edge_text = settings.decode, None
    if encoder.edges is not None and decode.method == "best-span":
        decode = replace(decode, weights=decode.weights or encoder.edges.weights)
        edge_text = edge_text_of(encoder.edges.model, fragments, alignment, source, target, vectors)
    candidates = candidate_spans(
        shares, fragments, source, target, decode, evidence=evidence, edge_text=edge_text
    )
    return WeighedPair(source, target, vectors, alignment, fragments, candidates, decode)


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
    weighed = weigh_pair(pair, encoder, settings, evidence=evidence)
    return project_weighed(pair, weighed, settings)


def project_weighed(
    pair: DocumentPair, weighed: WeighedPair, settings: Settings
) -> ProjectedDocument:
    """Project one document's mentions onto its translation, as `project_pair` does.

    Args:
        pair: The document and its translation.
        weighed: What `weigh_pair` gave for them; its candidates are gone through.
        settings: The same.
    """
    spans = choose_spans(weighed.candidates, weighed.decode)
    projections = mention_projections(
        pair, weighed.fragments, spans, min_score=settings.decode.min_score
    )
    return _projected(pair, projections)


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

    Raises:
        ValueError: There is more or less evidence than pairs.
    """
    cached = CachedEncoder(encoder)
    said = repeat(None) if evidence is None else evidence
    for pair, heard in zip(pairs, said, strict=evidence is not None):
        yield project_pair(pair, cached, settings, evidence=heard)


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


@dataclass(frozen=True, slots=True)
class WeighedPair:
    """What a document's mentions may become in its translation, and what that comes from.

    Args:
        source: The document's tokens and words.
        target: The translation's.
        vectors: [S, d] and [T, d] of unit length, of their tokens.
        alignment: Of their tokens.
        fragments: Of the document's mentions.
        candidates: Of the fragments, some at a time; they can be gone through once.
        decode: How they are to be chosen among, with the weights of their features.
    """

    source: TextUnits
    target: TextUnits
    vectors: tuple[Tensor, Tensor]
    alignment: Alignment
    fragments: SourceFragments
    candidates: Iterator[Candidates | TokenRuns]
    decode: DecodeSettings


def _projected(pair: DocumentPair, projections: tuple[Projection, ...]) -> ProjectedDocument:
    mentions = tuple(
        Mention(mention.id, mention.label, projection.fragments, mention.line)
        for mention, projection in zip(pair.source.mentions, projections, strict=True)
        if projection.status is Status.PROJECTED
    )
    said = without_scores(pair.source.annotations)
    kept, lost = transferable_annotations(said, {mention.id for mention in mentions})
    target = pair.target
    document = Document(target.name, target.language, target.text, mentions, kept)
    return ProjectedDocument(pair.source, document, projections, lost)
