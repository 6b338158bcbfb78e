"""Measure how well scores separate right from wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

_INNER_EDGES = np.arange(1, 10) / 10


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The predictions with scores from `low` (in) to `high` (out, except 1).

    Args:
        low, high: In tenths by score the limits; in tenths by rank the least and greatest score
            that is in it (0 and 0 when none is).
        count: How many predictions.
        correct: How many of them are right.
    """

    low: float
    high: float
    count: int
    correct: int

    @property
    def precision(self) -> float | None:
        """Return the share that is right; None when there are none."""
        return self.correct / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well scores separate right from wrong.

    Args:
        area: Under the ROC curve: the chance that a right prediction scores above a wrong one,
            equal scores counting half; .5 is no separation. None unless there are both.
        error: Expected calibration error (Naeini et al. 2015): the mean over all predictions of the
            difference between the mean score and the share that is right in their tenth.
        tenths: Ten, from the lowest scores to the highest.
    """

    area: float | None
    error: float
    tenths: tuple[ReliabilityBin, ...]


def calibration(
    scores: ArrayLike, correct: ArrayLike, *, by: Literal["score", "rank"] = "score"
) -> Calibration:
    """Measure how well scores separate right from wrong.

    Args:
        scores: [N] in [0, 1].
        correct: [N] whether each is right.
        by: Tenths of the `score`'s range (a reliability diagram's), or of the predictions by
            `rank`, where equal scores always share a tenth.

    Raises:
        ValueError: The lengths differ, or a score is outside [0, 1].
    """
    score, right = np.asarray(scores, np.float64), np.asarray(correct, np.bool_)
    if score.shape != right.shape or score.ndim != 1:
        raise ValueError(f"{score.shape} scores and {right.shape} judgements don't go together")
    if not ((score >= 0) & (score <= 1)).all():
        raise ValueError("a score is outside [0, 1]")
    # The mean rank of equal scores, from 1 (Mann and Whitney 1947).
    _, group, counts = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[group]
    rights, wrongs = int(right.sum()), int((~right).sum())
    area = None
    if rights and wrongs:
        area = float((rank[right].sum() - rights * (rights + 1) / 2) / (rights * wrongs))
    if by == "score":
        tenth = np.searchsorted(_INNER_EDGES, score, side="right")
    else:
        tenth = ((rank - 0.5) * 10 // max(len(score), 1)).astype(np.int64)
    tenths, error = [], 0.0
    for number in range(10):
        inside = tenth == number
        error += abs(float(score[inside].sum()) - int((inside & right).sum())) / max(len(score), 1)
        low, high = number / 10, (number + 1) / 10
        if by == "rank":
            low = float(score[inside].min(initial=1.0)) if inside.any() else 0.0
            high = float(score[inside].max(initial=0.0))
        tenths.append(ReliabilityBin(low, high, int(inside.sum()), int((inside & right).sum())))
    return Calibration(area, error, tuple(tenths))
