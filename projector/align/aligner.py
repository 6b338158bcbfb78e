"""Tokenise, encode and align texts as the settings choose: the stages up to alignment weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.align.anchors import expected_path
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
    return AlignedPair(
        pair,
        source,
        target,
        find_words(pair.source.text, pair.source.language),
        find_words(pair.target.text, pair.target.language),
        align_texts(source, target, encoder, settings),
    )


def align_texts(
    source: TokenizedText, target: TokenizedText, encoder: Encoder, settings: AlignSettings
) -> Alignment:
    """Encode and align two texts: vectors, path, band, weights."""
    vectors = token_vectors([source, target], encoder, settings)
    path = expected_path(*vectors, settings)
    band = band_along(path, vectors[1], settings)
    return align_within(*vectors, band, settings)


def token_vectors(
    texts: Sequence[TokenizedText], encoder: Encoder, settings: AlignSettings
) -> list[Tensor]:
    """Return a [T, d] vector of unit length for each token of each text, ready to compare."""
    shrink = PRIOR_TOKENS if settings.center else float("inf")
    vectors = encoder.encode(texts)
    if settings.context:
        vectors = [contextualized(side, factor=settings.context) for side in vectors]
    return [centered(side, prior_tokens=shrink) for side in vectors]


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
