"""Hold ranked codes of many mentions as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from projector.arrays import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The best codes of M mentions.

    Args:
        codes: [M, K] numbers in the code list, best first; -1 where there are no more.
        scores: [M, K] falling; minus infinity where there are no more. A score of 1 is for a code
            that the mention names, see `ExactNameFirst`.
        terms: [M, K] numbers of the names that the codes were found by; -1 where there are no more.
    """

    codes: Ints
    scores: Floats
    terms: Ints

    def __len__(self) -> int:
        """Return the number of mentions."""
        return len(self.codes)

    def row(self, number: int) -> list[tuple[int, float]]:
        """Return one mention's codes with their scores."""
        kept = self.codes[number] >= 0
        codes, scores = self.codes[number][kept].tolist(), self.scores[number][kept].tolist()
        return list(zip(codes, scores, strict=True))

    def found_by(self, number: int) -> list[int]:
        """Return the terms that one mention's codes were found by, in the order of `row`."""
        terms: list[int] = self.terms[number][self.codes[number] >= 0].tolist()
        return terms

    def top(self, most: int) -> Ranking:
        """Return the first so many."""
        return Ranking(self.codes[:, :most], self.scores[:, :most], self.terms[:, :most])

    def rows(self, numbers: Sequence[int]) -> Ranking:
        """Return the rankings of some mentions."""
        return Ranking(self.codes[numbers], self.scores[numbers], self.terms[numbers])

    def in_order(self, order: Ints, scores: Floats) -> Ranking:
        """Return what is at `order` [M, K] of each row, with new scores."""
        codes = np.take_along_axis(self.codes, order, 1)
        return Ranking(codes, scores, np.take_along_axis(self.terms, order, 1))


def starts_of(code_of_term: Sequence[int]) -> Ints:
    """Return where the terms of each code begin: they lie together, in the order of the codes."""
    return np.searchsorted(code_of_term, np.arange(code_of_term[-1] + 1))


def best_of_terms(scores: Floats, starts: Ints, most: int) -> Ranking:
    """Rank codes by the best of their terms: the higher first, equals by their place in the list.

    Args:
        scores: [M, T] of M mentions and T terms; minus infinity for no match at all.
        starts: [C] as `starts_of` gives them.
        most: How many codes of each mention at most.
    """
    codes = np.full((len(scores), most), -1, np.int64)
    values = np.full((len(scores), most), -np.inf, np.float32)
    terms = np.full((len(scores), most), -1, np.int64)
    ends = np.append(starts[1:], scores.shape[1])
    for row, term_scores in enumerate(scores):
        best = np.maximum.reduceat(term_scores, starts)
        chosen = _largest(best, most)
        chosen = chosen[np.isfinite(best[chosen])]
        count = len(chosen)
        codes[row, :count], values[row, :count] = chosen, best[chosen]
        places = zip(starts[chosen].tolist(), ends[chosen].tolist(), strict=True)
        terms[row, :count] = [start + int(term_scores[start:end].argmax()) for start, end in places]
    return Ranking(codes, values, terms)


def joined(parts: Sequence[Ranking], most: int) -> Ranking:
    """Return the rankings of several lots of mentions as one, `most` codes wide even if of none."""
    nothing = np.zeros((0, most), np.int64)
    rankings = (Ranking(nothing, nothing.astype(np.float32), nothing), *parts)
    return Ranking(
        np.concatenate([ranking.codes for ranking in rankings]),
        np.concatenate([ranking.scores for ranking in rankings]),
        np.concatenate([ranking.terms for ranking in rankings]),
    )


def _largest(scores: Floats, most: int) -> Ints:
    """Return the places of the largest values, these first; among equals the first."""
    if most < len(scores):
        least = np.partition(scores, -most)[-most]
        places = np.flatnonzero(scores >= least)
    else:
        places = np.arange(len(scores))
    return places[np.argsort(-scores[places], kind="stable")][:most]
