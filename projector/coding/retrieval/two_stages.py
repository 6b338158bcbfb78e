"""Retrieve a short list of codes, then rerank it by reading mention and description together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from projector.arrays import Floats
from projector.coding.code_list import CodeList
from projector.coding.normalize import plain, unqualified
from projector.coding.retrieval.ranking import Ranking
from projector.coding.retrieval.retriever import Retriever

if TYPE_CHECKING:
    from projector.coding.retrieval.cross_encoder import CrossEncoder


@dataclass(frozen=True, slots=True, eq=False)
class RetrieveRerank:
    """Find codes by another retriever, then reorder what it found.

    Args:
        codes: The list.
        first: Makes the short list.
        cross: Reorders it.
    """

    codes: CodeList
    first: Retriever
    cross: CrossEncoder

    def find(self, queries: Sequence[str], most: int, contexts: Sequence[str] = ()) -> Ranking:
        """Return the codes of M queries; a score is the code's share among the short list.

        A mention that is a code's name needs no reading: its ranking is the first stage's.

        Args:
            queries: Mentions.
            most: How many codes of each at most.
            contexts: The sentences around them, or none; read if the cross-encoder reads them.
        """
        short = self.first.find(queries, max(most, self.cross.short_list))
        read = (short.codes >= 0) & (short.scores[:, :1] < 1)
        rows, columns = (indices.tolist() for indices in np.nonzero(read))
        pairs = [
            (queries[row], self._read(short, row, column), contexts[row] if contexts else "")
            for row, column in zip(rows, columns, strict=True)
        ]
        scores = np.full(short.codes.shape, -np.inf, np.float32)
        scores[read] = self.cross.predict(pairs) + self.cross.first_weight * short.scores[read]
        order = np.argsort(-scores, axis=1, kind="stable")
        shares = _shares(np.take_along_axis(scores, order, 1))
        named = short.scores[:, 0] >= 1
        shares[named] = short.scores[named]
        return short.in_order(order, shares).top(most)

    def _read(self, short: Ranking, row: int, column: int) -> str:
        code, term = int(short.codes[row, column]), int(short.terms[row, column])
        return reading(self.codes, code, term)


def reading(codes: CodeList, code: int, term: int) -> str:
    """Return what is read of a code: the name that it was found by, and what it is called."""
    name, called = codes.terms[term].text, codes.description(code)
    return called if plain(unqualified(called)) == plain(unqualified(name)) else f"{name}; {called}"


def _shares(scores: Floats) -> Floats:
    """Return the softmax of each row; minus infinity stays, for there is no code."""
    best = np.where(np.isfinite(scores[:, :1]), scores[:, :1], 0)
    weights = np.exp(scores - best)
    shares: Floats = weights / np.maximum(weights.sum(1, keepdims=True), 1e-30)
    shares[~np.isfinite(scores)] = -np.inf
    return shares
