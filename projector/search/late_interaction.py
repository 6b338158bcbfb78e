"""Score stretches of texts by how well their tokens match a query's: pure functions of arrays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from projector.arrays import Floats, Ints

Halves = NDArray[np.float16]
_AT_ONCE = 16_384  # tokens: bounds memory, and fixes the bits of the scores


class Scores(NamedTuple):
    """How well sentences [N] and documents [D] match a query: the mean of its best cosines."""

    sentences: Floats
    documents: Floats


def scores_of(query: Floats, vectors: Halves, sentences: Ints, documents: Ints) -> Scores:
    """Score all sentences and documents exhaustively.

    This is ColBERT's MaxSim (Khattab and Zaharia 2020, §3.3), a mean where it has a sum, so that
    scores of long queries and short ones can be compared. A query's tokens may be matched anywhere
    in a document, in different sentences of it.

    Args:
        query: [K, d] tokens of length 1, at least one.
        vectors: [T, d] likewise of all texts.
        sentences: [N + 1] the first token of each sentence, and T; none is empty.
        documents: [D + 1] the first sentence of each document, and N; none is empty.
    """
    of_sentences = np.empty(len(sentences) - 1, np.float32)
    of_documents = np.empty(len(documents) - 1, np.float32)
    for first, last in _parts(sentences[documents]):
        start, end = documents[first], documents[last]
        tokens = slice(sentences[start], sentences[end])
        similar = query @ vectors[tokens].astype(np.float32).T
        best = np.maximum.reduceat(similar, sentences[start:end] - sentences[start], axis=1)
        of_sentences[start:end] = best.mean(0)
        best = np.maximum.reduceat(best, documents[first:last] - start, axis=1)
        of_documents[first:last] = best.mean(0)
    return Scores(of_sentences, of_documents)


def _parts(tokens: Ints) -> Iterator[tuple[int, int]]:
    """Yield ranges of whole documents with few tokens, at least one document each."""
    first = 0
    while first < len(tokens) - 1:
        last = int(np.searchsorted(tokens, tokens[first] + _AT_ONCE, side="right")) - 1
        last = max(first + 1, last)
        yield first, last
        first = last


def best_first(scores: Floats, most: int) -> Ints:
    """Return the places of the highest scores, these first, equal ones in the order of the text."""
    return np.argsort(-scores, kind="stable")[:most]
