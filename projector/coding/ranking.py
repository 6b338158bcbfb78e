"""Hold ranked codes of many mentions as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The best codes of M mentions.

    Args:
        codes: [M, K] numbers in the code list, best first; -1 where there are no more.
        scores: [M, K] falling; minus infinity where there are no more. A score of 1 is for a code
            that the mention names, see `NamesFirst`.
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


def ranked(found: Sequence[Mapping[int, tuple[float, int]]], most: int) -> Ranking:
    """Rank codes with their scores and terms: the higher first, equals by place in the list."""
    codes = np.full((len(found), most), -1, np.int64)
    terms = np.full((len(found), most), -1, np.int64)
    scores = np.full((len(found), most), -np.inf, np.float32)
    for row, own in enumerate(found):
        best = sorted(own.items(), key=lambda one: (-one[1][0], one[0]))[:most]
        for column, (code, (score, term)) in enumerate(best):
            codes[row, column], scores[row, column], terms[row, column] = code, score, term
    return Ranking(codes, scores, terms)


def best_of_terms(terms: Ints, scores: Floats, code_of_term: Ints, most: int) -> Ranking:
    """Turn [M, K] terms with their scores into codes; a code counts as its best term."""
    found: list[dict[int, tuple[float, int]]] = []
    rows = zip(terms.tolist(), code_of_term[terms].tolist(), scores.tolist(), strict=True)
    for own, codes, values in rows:
        best: dict[int, tuple[float, int]] = {}
        for term, code, value in zip(own, codes, values, strict=True):
            if value > best.get(code, (-np.inf, 0))[0]:
                best[code] = (value, term)
        found.append(best)
    return ranked(found, most)
