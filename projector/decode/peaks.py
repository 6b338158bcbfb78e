"""Choose the words that candidate spans contain: pure functions of arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from projector.arrays import Ints
from projector.decode.membership import MassShares

_SECOND_PEAK = 0.25  # of what the first receives: where another word receives as much, it is one
_FARTHEST = 352  # words: the candidates of two peaks that reach further are too many at once


@dataclass(frozen=True, slots=True)
class Peaks:
    """The words of which candidates contain one.

    Args:
        row: [k] whose.
        word: [k] the word.
        before, behind: [k] how many words candidates may reach to its sides.
    """

    row: Ints
    word: Ints
    before: Ints
    behind: Ints

    def __getitem__(self, index: Ints) -> Peaks:
        """Return the peaks at `index`."""
        return Peaks(self.row[index], self.word[index], self.before[index], self.behind[index])

    @classmethod
    def of(cls, shares: MassShares, reach: Ints, words: int) -> Peaks:
        """Return the peaks of shares of m source spans; what is found from one isn't from another.

        Args:
            shares: Over a target's words.
            reach: [m] how far candidates may reach from a peak.
            words: How many there are.
        """
        row = np.arange(len(reach))
        first = shares.peak()
        others = shares.coverage.copy()
        most = others[row, first - shares.first].copy()
        others[row, first - shares.first] = 0
        second = shares.first + others.argmax(1)
        much = others.max(1, initial=0) >= _SECOND_PEAK * most
        much &= reach <= _FARTHEST
        word = np.concatenate([first, second[much]])
        whose = np.concatenate([row, row[much]])
        before = np.minimum(reach[whose], word)
        behind = np.minimum(reach[whose], words - 1 - word)
        away = second[much] - first[much]
        room = np.abs(away) - 1
        rest = slice(len(row), None)
        before[rest] = np.where(away > 0, np.minimum(before[rest], room), before[rest])
        behind[rest] = np.where(away < 0, np.minimum(behind[rest], room), behind[rest])
        return cls(whose, word, before, behind)

    def sizes(self, rows: int) -> Ints:
        """Return [rows, 3] how many first and last words a row's peaks have, and how many peaks."""
        sizes = np.zeros((rows, 3), np.int64)
        np.maximum.at(sizes[:, :2], self.row, np.stack([self.before, self.behind], axis=1) + 1)
        sizes[:, 2] = np.bincount(self.row, minlength=rows)
        return sizes
