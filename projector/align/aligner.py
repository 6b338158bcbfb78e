"""Tokenise, encode and align a document and its translation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from projector.align import anchors as path
from projector.align import weights as align
from projector.align.band import Band, band_around
from projector.align.similarity import PRIOR_TOKENS, centered, contextualized, cosines
from projector.align.weights import Alignment
from projector.document import DocumentPair
from projector.models.encoder import Encoder
from projector.settings import AlignSettings
from projector.text.tokens import TokenizedText
from projector.text.words import Words, find_words

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class AlignedPair:
    """All that is known about a pair once it is aligned."""

    pair: DocumentPair
    source: TokenizedText
    target: TokenizedText
    source_words: Words
    target_words: Words
    alignment: Alignment


def align_pair(pair: DocumentPair, encoder: Encoder, settings: AlignSettings) -> AlignedPair:
    """Tokenise, encode and align a document and its translation."""
    source, target = encoder.tokenize(pair.source.text), encoder.tokenize(pair.target.text)
    source_vectors, target_vectors = encoder.encode([source, target])
    return AlignedPair(
        pair,
        source,
        target,
        find_words(pair.source.text, pair.source.language),
        find_words(pair.target.text, pair.target.language),
        align_vectors(source_vectors, target_vectors, settings),
    )


def align_vectors(source: Tensor, target: Tensor, settings: AlignSettings) -> Alignment:
    """Align [S, d] with [T, d] token vectors: path, band, similarity, weights."""
    sources, targets = len(source), len(target)
    if not sources or not targets:
        return _nothing(source, targets)
    if settings.context:
        source = contextualized(source, factor=settings.context)
        target = contextualized(target, factor=settings.context)
    shrink = PRIOR_TOKENS if settings.center else float("inf")
    source = centered(source, prior_tokens=shrink)
    target = centered(target, prior_tokens=shrink)
    expected = path.diagonal(sources, targets)
    if settings.path == "anchored":
        reach = settings.search_reach(targets)
        expected = path.anchored_path(source, target, reach=reach, neighbors=settings.neighbors)
    band = band_around(
        expected, targets, full=settings.full, fade=settings.fade, device=source.device
    )
    similarity = cosines(source, target, band, neighbors=settings.neighbors)
    return Alignment(_weights(similarity, band, settings), band)


def _nothing(source: Tensor, targets: int) -> Alignment:
    """Return the alignment of two texts of which one is empty: a band without width."""
    left = source.new_zeros(len(source)).long()
    weights = source.new_zeros(len(source), 0)
    return Alignment(weights, Band(left, weights, targets))


def _weights(similarity: Tensor, band: Band, settings: AlignSettings) -> Tensor:
    temperature = settings.temperature
    match settings.method:
        case "transport":
            return align.sinkhorn(
                similarity, band, epsilon=temperature, iterations=settings.iterations
            )
        case "sinkhorn-converged":
            return align.sinkhorn_converged(similarity, band, epsilon=temperature)
        case "softmax":
            return align.softmax_both_ways(similarity, band, temperature=temperature)
        case "argmax":
            return align.mutual_argmax(similarity, band).float()
        case "itermax":
            return align.itermax(similarity, band).float()
