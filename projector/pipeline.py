"""Project the mentions of documents onto their translations: the whole flow on one page.

text → tokens → vectors → path → band → weights → shares of mass → candidates → spans → projections
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.align.aligner import align_within, band_along, text_units, token_vectors
from projector.align.anchors import SurePairs, expected_path, sure_pairs
from projector.align.weights import Alignment
from projector.arrays import Ints
from projector.decode.candidates import Candidates
from projector.decode.edge_questions import EdgeText, edge_text_of
from projector.decode.fragments import SourceFragments, fragment_shares, source_fragments
from projector.decode.least_score import least_score
from projector.decode.longest_run import TokenRuns
from projector.decode.mention_spans import candidate_spans, choose_spans, given_spans
from projector.decode.projections import mention_projections
from projector.decode.span_support import PairContext
from projector.decode.tagger_evidence import TaggerEvidence
from projector.decode.verdict_reasons import reasons_against
from projector.decode.verdicts import Verdicts, verdicts
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
from projector.models.edge_model import EdgeModel, Edges
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
    aligned = align_pair(pair, encoder, settings)
    return weigh_aligned(pair, aligned, encoder.edges, settings, evidence=evidence)


def align_pair(pair: DocumentPair, encoder: Encoder, settings: Settings) -> AlignedPair:
    """Align the tokens of a document and its translation; see `weigh_pair`."""
    source, target = text_units(pair.source, encoder), text_units(pair.target, encoder)
    vectors = token_vectors(source.tokens, target.tokens, encoder, settings.align)
    pairs = sure_pairs(*vectors, settings.align)  # of tokens
    path = expected_path(*vectors, settings.align, pairs)  # [S] target positions
    band = band_along(path, vectors[1], settings.align)  # [S, W]
    alignment = align_within(*vectors, band, settings.align)  # [S, W] weights
    # What follows are many small steps, for which a GPU would be slow.
    vectors, alignment = (vectors[0].cpu(), vectors[1].cpu()), alignment.cpu()
    return AlignedPair(source, target, vectors, pairs, path, alignment)


def weigh_aligned(
    pair: DocumentPair,
    aligned: AlignedPair,
    edges: Edges | None,
    settings: Settings,
    *,
    evidence: TaggerEvidence | None = None,
) -> WeighedPair:
    """List what a document's mentions may become in a translation that it is aligned with.

    Args:
        pair: The document and its translation.
        aligned: What `align_pair` gave for them.
        edges: What was learned of the edges of spans; None: nothing.
        settings, evidence: As `project_pair` takes them.
    """
    source, target, vectors = aligned.source, aligned.target, aligned.vectors
    fragments = source_fragments(pair.source)  # [M, 2] characters
    least = least_score(edges, settings.decode)
    decode = replace(settings.decode, min_score=least, min_precision=None)
    edge_text, context = None, None
    if edges is not None and decode.method == "best-span":
        decode = replace(decode, weights=decode.weights or edges.weights)
        alignment = aligned.alignment
        edge_text = edge_text_of(edges.model, fragments, alignment, source, target, vectors)
        words = edge_text.source, edge_text.target
        context = PairContext(source, target, words, aligned.pairs, aligned.path)
    return WeighedPair(
        source,
        target,
        vectors,
        aligned.pairs,
        aligned.alignment,
        fragments,
        decode,
        evidence,
        edge_text,
        context,
    )


def decide(
    pair: DocumentPair, weighed: WeighedPair, judged: Verdicts | None
) -> tuple[Projection, ...]:
    """Choose what each of a document's mentions becomes; exactly one projection each.

    Args:
        pair: The document and its translation.
        weighed: What they may become.
        judged: What is decided of their best spans; None: the likeliest are taken.
    """
    fragments, decode, reasons = weighed.fragments, weighed.decode, None
    if judged is None:
        spans = choose_spans(weighed.candidates, decode)
    else:
        spans = given_spans(judged, weighed.target)
        reasons = reasons_against(judged, fragments, pair.source.mentions, weighed.target)
    return mention_projections(pair, fragments, spans, min_score=decode.min_score, reasons=reasons)


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
    return project_weighed(pair, weighed)


def project_weighed(pair: DocumentPair, weighed: WeighedPair) -> ProjectedDocument:
    """Project one document's mentions onto its translation, as `project_pair` does.

    Args:
        pair: The document and its translation.
        weighed: What `weigh_pair` gave for them.
    """
    return _projected(pair, decide(pair, weighed, weighed.judged()))


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
class AlignedPair:
    """How a document and its translation go together, token by token; all of it on the processor.

    Args:
        source, target: Their tokens and words.
        vectors: [S, d] and [T, d] of unit length, of their tokens.
        pairs: Their tokens that are each other's best.
        path: [S] where each source token is expected in the translation.
        alignment: Of their tokens.
    """

    source: TextUnits
    target: TextUnits
    vectors: tuple[Tensor, Tensor]
    pairs: SurePairs
    path: NDArray[np.float64]
    alignment: Alignment


@dataclass(frozen=True, slots=True)
class WeighedPair:
    """What a document's mentions may become in its translation, and what that comes from.

    Args:
        source: The document's tokens and words.
        target: The translation's.
        vectors: [S, d] and [T, d] of unit length, of their tokens.
        pairs: Their sure pairs.
        alignment: Of their tokens.
        fragments: Of the document's mentions.
        decode: How candidates are to be chosen among, with the weights of their features.
        evidence: What an auxiliary tagger says of the translation.
        edge_text: What an edge model knows of both texts.
        context: What else there is to know of them, to judge spans by.
    """

    source: TextUnits
    target: TextUnits
    vectors: tuple[Tensor, Tensor]
    pairs: SurePairs
    alignment: Alignment
    fragments: SourceFragments
    decode: DecodeSettings
    evidence: TaggerEvidence | None = None
    edge_text: EdgeText | None = None
    context: PairContext | None = None

    @property
    def edges(self) -> EdgeModel | None:
        """Return the edge model, if there is one."""
        return None if self.edge_text is None else self.edge_text.model

    @property
    def candidates(self) -> Iterator[Candidates | TokenRuns]:
        """Yield the candidates of all fragments, some at a time."""
        return self.candidates_of(np.arange(len(self.fragments)))

    def candidates_of(self, index: Ints) -> Iterator[Candidates | TokenRuns]:
        """Yield the candidates of some fragments, ascending, some at a time.

        They are the same whichever fragments are asked for together.
        """
        some = self.fragments[index]
        shares = fragment_shares(some, self.alignment, self.source.tokens)  # [m, T] of mass
        for candidates in candidate_spans(
            shares,
            some,
            self.source,
            self.target,
            self.decode,
            evidence=self.evidence,
            edge_text=self.edge_text,
        ):
            yield replace(candidates, index=index[candidates.index])

    def word_candidates(self, index: Ints) -> Iterator[Candidates]:
        """Yield the candidates of some fragments, but for runs of tokens."""
        return (one for one in self.candidates_of(index) if isinstance(one, Candidates))

    def judged(self) -> Verdicts | None:
        """Return what is decided of the best spans; None where nobody judges."""
        model = None if self.edges is None else self.edges.verdict
        if model is None or self.context is None:
            return None
        return verdicts(model, self.context, self.fragments, self.word_candidates, self.decode)


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
