"""Take the longest run of tokens, as published (ClinicalAligner26AM, §3): functions of arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.decode.decoded import Decoded

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Run:
    """A run of target tokens that a source fragment may become.

    Args:
        first: Its first token.
        last: The token behind its last.
        mass: The sum of its tokens' membership.
        score: Their mean membership, in [0, 1].
    """

    first: int
    last: int
    mass: float
    score: float


@dataclass(frozen=True, slots=True)
class TokenRuns:
    """The runs of target tokens that some source fragments may become.

    Args:
        index: [m] which fragments.
        offsets: [T, 2] the target tokens' characters.
        runs: Of each of the m fragments its runs, the longest first.
    """

    index: Ints
    offsets: Ints
    runs: tuple[tuple[Run, ...], ...]


def token_runs(
    membership: Floats, marked: NDArray[np.bool_], *, threshold: float, gap: int
) -> tuple[tuple[Run, ...], ...]:
    """List the runs of target tokens that pass a threshold or that a tagger marks.

    Args:
        membership: [M, T] in [0, 1].
        marked: [M, T] True where an auxiliary tagger marks the token.
        threshold: Least membership of a token in a run.
        gap: How many tokens in a row may fail within a run.

    Returns:
        The runs of each of the M fragments, the longest first; among equally long ones the one
        with more membership, then the first. A run needs one token that passes the threshold.
    """
    passing = (membership >= threshold) | marked
    return tuple(
        _runs_of_row(row, mask, threshold, gap)
        for row, mask in zip(membership, passing, strict=True)
    )


def _runs_of_row(
    row: Floats, passing: NDArray[np.bool_], threshold: float, gap: int
) -> tuple[Run, ...]:
    tokens = np.flatnonzero(passing)
    if not len(tokens):
        return ()
    pieces = np.split(tokens, np.flatnonzero(np.diff(tokens) > gap + 1) + 1)
    runs = [
        _run(row, int(piece[0]), int(piece[-1]) + 1)
        for piece in pieces
        if (row[piece] >= threshold).any()
    ]
    return tuple(sorted(runs, key=lambda run: (run.first - run.last, -run.mass, run.first)))


def _run(row: Floats, first: int, last: int) -> Run:
    inside = row[first:last]
    return Run(first, last, float(inside.sum()), float(min(1.0, inside.mean())))


def longest_run(candidates: TokenRuns) -> Decoded:
    """Choose each fragment's longest run, in tokens; its score is its mean membership."""
    none = Run(-1, -1, 0.0, 0.0)
    longest = [runs[0] if runs else none for runs in candidates.runs]
    return Decoded(
        np.array([run.first for run in longest], dtype=np.int64),
        np.array([run.last for run in longest], dtype=np.int64),
        np.array([run.score for run in longest], dtype=np.float32),
    )
