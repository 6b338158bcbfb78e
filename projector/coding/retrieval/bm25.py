"""Find codes by the characters of their descriptions: no weights, always there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import numpy as np

from projector.arrays import Floats
from projector.coding.code_list import CodeList
from projector.coding.normalize import character_grams
from projector.coding.retrieval.ranking import Ranking, best_of_terms, joined, starts_of

_AT_ONCE = 256  # mentions: bounds memory


class Lexical:
    """Find descriptions that share rare parts with a mention: BM25 (Robertson et al. 1994).

    Computed by bm25s.

    Args:
        codes: The list.
        parts: What a text is cut into; runs of characters are harmed less by inflection, compounds
            and typing errors than words.
    """

    def __init__(
        self, codes: CodeList, parts: Callable[[str], list[str]] = character_grams
    ) -> None:
        import bm25s

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it tells of every index otherwise
        self._parts = parts
        self._terms = len(codes.terms)
        self._starts = starts_of([term.code for term in codes.terms])
        self._index = bm25s.BM25()
        self._index.index([parts(term.text) for term in codes.terms], show_progress=False)
        self._most = self._largest_gains()

    def _largest_gains(self) -> Floats:
        """Return the most that each part can add to a score."""
        values, starts = self._index.scores["data"], self._index.scores["indptr"][:-1]
        return np.maximum.reduceat(values, starts.astype(np.int64))

    def find(self, queries: Sequence[str], most: int) -> Ranking:
        """Return the codes of M queries; those that share nothing with one are none of its.

        A score is the share of what the query's parts could add that a description gets.
        """
        rankings = []
        for start in range(0, len(queries), _AT_ONCE):
            part = queries[start : start + _AT_ONCE]
            scores = np.stack([self._shares(self._parts(query)) for query in part])
            rankings.append(best_of_terms(scores, self._starts, most))
        return joined(rankings, most)

    def _shares(self, parts: list[str]) -> Floats:
        """Return [T] shares of what a query's parts could add; minus infinity for nothing."""
        known = [one for one in parts if one in self._index.vocab_dict]
        if not known:
            return np.full(self._terms, -np.inf, np.float32)
        able = sum(float(self._most[self._index.vocab_dict[one]]) for one in known)
        scores: Floats = self._index.get_scores(known) / max(able, 1e-9)
        return np.where(scores > 0, scores, -np.inf)
