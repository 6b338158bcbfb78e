"""Take the longest run of tokens, as published (ClinicalAligner26AM, §3): functions of arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from projector.decode.decoded import Decoded

Floats = NDArray[np.float32]


def longest_run(
    membership: Floats, marked: NDArray[np.bool_], *, threshold: float, gap: int
) -> Decoded:
    """Take the longest run of target tokens that pass a threshold or that a tagger marks.

    Args:
        membership: [M, T] scores in [0, 1].
        marked: [M, T] True where an auxiliary tagger marks the token.
        threshold: Least score of a token in a run.
        gap: How many tokens in a row may fail within a run.

    Returns:
        Token ranges; among runs of equal length the one with more membership, then the first. The
        score is the run's mean membership. A run needs one token that passes the threshold.
    """
    passing = (membership >= threshold) | marked
    chosen = [
        _longest_run_of_row(row, mask, threshold, gap)
        for row, mask in zip(membership, passing, strict=True)
    ]
    first, last, score = zip(*chosen, strict=True) if chosen else ((), (), ())
    return Decoded(
        np.array(first, dtype=np.int64),
        np.array(last, dtype=np.int64),
        np.array(score, dtype=np.float32),
    )


def _longest_run_of_row(
    row: Floats, passing: NDArray[np.bool_], threshold: float, gap: int
) -> tuple[int, int, float]:
    places = np.nonzero(passing)[0]
    if not len(places):
        return -1, -1, 0.0
    runs = np.split(places, np.nonzero(np.diff(places) > gap + 1)[0] + 1)
    ranges = [(int(run[0]), int(run[-1]) + 1) for run in runs if (row[run] >= threshold).any()]
    if not ranges:
        return -1, -1, 0.0
    first, last = max(
        ranges, key=lambda run: (run[1] - run[0], float(row[run[0] : run[1]].sum()), -run[0])
    )
    return first, last, float(min(1.0, row[first:last].mean()))
