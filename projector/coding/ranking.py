"""Hold ranked codes of many mentions as two arrays."""

from __future__ import annotations

from collections.abc import Sequence
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
        scores: [M, K] falling; minus infinity where there are no more.
    """

    codes: Ints
    scores: Floats

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
        return Ranking(self.codes[:, :most], self.scores[:, :most])


def ranked(found: Sequence[dict[int, float]], most: int) -> Ranking:
    """Rank scores by code: the higher first, equals by their place in the list."""
    codes = np.full((len(found), most), -1, np.int64)
    scores = np.full((len(found), most), -np.inf, np.float32)
    for row, own in enumerate(found):
        best = sorted(own.items(), key=lambda one: (-one[1], one[0]))[:most]
        for column, (code, score) in enumerate(best):
            codes[row, column], scores[row, column] = code, score
    return Ranking(codes, scores)


def best_of_terms(terms: Ints, scores: Floats, code_of_term: Ints, most: int) -> Ranking:
    """Turn [M, K] terms with their scores into codes; a code counts as its best term."""
    found: list[dict[int, float]] = []
    for own, values in zip(code_of_term[terms].tolist(), scores.tolist(), strict=True):
        best: dict[int, float] = {}
        for code, value in zip(own, values, strict=True):
            if value > best.get(code, -np.inf):
                best[code] = value
        found.append(best)
    return ranked(found, most)
