"""Tokenise, encode and align texts as the settings choose: the stages up to alignment weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.align.band import Band, band_around
from projector.align.similarity import PRIOR_TOKENS, centered, contextualized, cosines
from projector.align.weights import (
    Alignment,
    itermax,
    mutual_argmax,
    sinkhorn,
    sinkhorn_converged,
    softmax_both_ways,
)
from projector.document import Document
from projector.models.encoder import Encoder
from projector.settings import AlignSettings
from projector.text.token_words import TextUnits
from projector.text.tokens import TokenizedText
from projector.text.words import find_words

if TYPE_CHECKING:
    from torch import Tensor


def text_units(document: Document, encoder: Encoder) -> TextUnits:
    """Cut a document's text into the encoder's tokens and into words."""
    words = find_words(document.text, document.language)
    return TextUnits(encoder.tokenize(document.text), words)


def token_vectors(
    source: TokenizedText, target: TokenizedText, encoder: Encoder, settings: AlignSettings
) -> tuple[Tensor, Tensor]:
    """Return vectors of unit length, [S, d] and [T, d], of the tokens that are to be compared."""
    source_vectors, target_vectors = encoder.encode([source, target])
    return comparable(source_vectors, settings), comparable(target_vectors, settings)


def comparable(vectors: Tensor, settings: AlignSettings) -> Tensor:
    """Return the vectors [T, d] of a text's tokens, of unit length, as they are to be compared."""
    if settings.context:
        vectors = contextualized(vectors, factor=settings.context)
    shrink = PRIOR_TOKENS if settings.center else float("inf")
    return centered(vectors, prior_tokens=shrink)


def band_along(path: NDArray[np.float64], target: Tensor, settings: AlignSettings) -> Band:
    """Lay the band of the settings around a path [S] in a target of [T, d] token vectors."""
    return band_around(
        path, len(target), full=settings.full, fade=settings.fade, device=target.device
    )


def align_within(source: Tensor, target: Tensor, band: Band, settings: AlignSettings) -> Alignment:
    """Compare [S, d] with [T, d] token vectors within a band and turn similarities into weights.

    Texts of which one has no tokens are aligned to nothing.
    """
    if not band.prior.numel():
        return Alignment(band.prior, band)
    similarity = cosines(source, target, band, neighbors=settings.neighbors)
    return Alignment(_weights(similarity, band, settings), band)


def _weights(similarity: Tensor, band: Band, settings: AlignSettings) -> Tensor:
    temperature = settings.temperature
    match settings.method:
        case "transport":
            return sinkhorn(similarity, band, epsilon=temperature, iterations=settings.iterations)
        case "sinkhorn-converged":
            return sinkhorn_converged(similarity, band, epsilon=temperature)
        case "softmax":
            return softmax_both_ways(similarity, band, temperature=temperature)
        case "argmax":
            return mutual_argmax(similarity, band).float()
        case "itermax":
            return itermax(similarity, band).float()
