"""Find codes by the characters of their descriptions: no weights, always there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from projector.coding.codes import CodeList
from projector.coding.ranking import Floats, Ints, Ranking, best_of_terms
from projector.coding.surface import character_grams

_MORE = 4  # so many terms are looked at for each code that is wanted: several may be of one code


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

        self._parts = parts
        self._code_of_term = np.array([term.code for term in codes.terms], np.int64)
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
        terms = np.zeros((len(queries), min(_MORE * most, len(self._code_of_term))), np.int64)
        values = np.full(terms.shape, -np.inf, np.float32)
        for row, query in enumerate(queries):
            known = [one for one in self._parts(query) if one in self._index.vocab_dict]
            if known:
                scores = self._shares(known)
                terms[row] = _largest(scores, terms.shape[1])
                values[row] = np.where(scores[terms[row]] > 0, scores[terms[row]], -np.inf)
        return best_of_terms(terms, values, self._code_of_term, most)

    def _shares(self, parts: list[str]) -> Floats:
        able = sum(float(self._most[self._index.vocab_dict[one]]) for one in parts)
        scores: Floats = self._index.get_scores(parts) / max(able, 1e-9)
        return scores


def _largest(scores: Floats, most: int) -> Ints:
    """Return the places of the largest values; among equals the first."""
    if most < len(scores):
        least = np.partition(scores, -most)[-most]
        places = np.flatnonzero(scores >= least)
    else:
        places = np.arange(len(scores))
    return places[np.argsort(-scores[places], kind="stable")][:most]
