"""Choose the target span of each source span by a log-linear model: pure functions of arrays."""

from __future__ import annotations

import numpy as np

from projector.decode.candidates import SourceSpans, weigh_spans
from projector.decode.decoded import Decoded
from projector.decode.membership import MassShares
from projector.settings import SpanWeights
from projector.text.token_words import TokenWordMap
from projector.text.words import Words


def best_span(
    shares: MassShares,
    source: SourceSpans,
    source_words: Words,
    target_words: Words,
    word_map: TokenWordMap,
    *,
    weights: SpanWeights,
) -> Decoded:
    """Choose for each source span the best span of whole target words around its peak.

    Args:
        shares: Over M source spans and N target words.
        source: The M source spans.
        source_words: The source text's words.
        target_words: The target text's N words.
        word_map: Of target tokens in target words.
        weights: Of the features.

    Returns:
        Word ranges. The score is the probability of the chosen span among all that were weighed,
        having none among them. A span that receives no mass, or for which having none is
        likelier than its best candidate, has none.
    """
    spans = len(source.first)
    result = Decoded(
        np.full(spans, -1, dtype=np.int64),
        np.full(spans, -1, dtype=np.int64),
        np.zeros(spans, dtype=np.float32),
    )
    for candidates in weigh_spans(shares, source, source_words, target_words, word_map):
        total = candidates.total(weights)
        flat = total.reshape(len(total), -1)
        best = flat.argmax(1)
        rows = np.arange(len(best))
        peak = flat[rows, best]
        # In float64 the padding of spans weighed together leaves no trace in the last bits.
        mass = np.exp(flat - peak[:, None]).sum(1, dtype=np.float64)
        mass += np.exp(weights.nothing - peak)
        chosen = peak >= weights.nothing
        index = candidates.index[chosen]
        result.first[index] = candidates.first[rows, best // total.shape[2]][chosen]
        result.last[index] = candidates.last[rows, best % total.shape[2]][chosen]
        result.score[index] = (1 / mass)[chosen]
    return result
