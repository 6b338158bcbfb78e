"""Take the longest run of tokens, as published (ClinicalAligner26AM, §3): functions of arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.arrays import Floats, Ints
from projector.decode.decoded import Decoded
from projector.decode.membership import MassShares


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
    shares: MassShares, marked: NDArray[np.bool_], label: Ints, *, threshold: float, gap: int
) -> tuple[tuple[Run, ...], ...]:
    """List the runs of target tokens that pass a threshold or that a tagger marks.

    Args:
        shares: Of M fragments over the T target tokens; their purity is the membership.
        marked: [E, T] True where an auxiliary tagger marks the token as of a label.
        label: [M] which of the E labels each fragment has.
        threshold: Least membership of a token in a run.
        gap: How many tokens in a row may fail within a run.

    Returns:
        The runs of each of the M fragments, the longest first; among equally long ones the one
        with more membership, then the first. A run needs one token that passes the threshold.
    """
    marks = [_Marks.of(row, gap) for row in marked]
    runs = []
    for origin, row, kind in zip(shares.first.tolist(), shares.purity, label, strict=True):
        tokens = np.flatnonzero(row >= threshold) + origin
        if threshold <= 0:  # tokens pass to which nothing is sent
            tokens = np.arange(marked.shape[1])
        runs.append(_runs_of_row(row, origin, tokens, marks[kind], threshold, gap))
    return tuple(runs)


@dataclass(frozen=True, slots=True)
class _Marks:
    """The tokens that a tagger marks as of one label.

    Args:
        tokens: [K] all of them, ascending.
        first, last: [C] the first and the last of each chain within which no gap is too wide.
    """

    tokens: Ints
    first: Ints
    last: Ints

    @classmethod
    def of(cls, marked: NDArray[np.bool_], gap: int) -> _Marks:
        """Return the tokens among [T] that are marked."""
        tokens = np.flatnonzero(marked)
        chains = _chains(tokens, gap)
        first = [int(chain[0]) for chain in chains]
        last = [int(chain[-1]) for chain in chains]
        return cls(tokens, np.array(first, np.int64), np.array(last, np.int64))

    def reached(self, start: int, end: int) -> Ints:
        """Return the tokens of every chain that has one in [start, end]."""
        some = slice(
            int(np.searchsorted(self.last, start)),
            int(np.searchsorted(self.first, end, side="right")),
        )
        if some.start >= some.stop:
            return self.tokens[:0]
        borders = np.searchsorted(self.tokens, (self.first[some.start], self.last[some.stop - 1]))
        return self.tokens[int(borders[0]) : int(borders[1]) + 1]


def _chains(tokens: Ints, gap: int) -> list[Ints]:
    """Cut ascending tokens where more than a gap lies between two."""
    if not len(tokens):
        return []
    return np.split(tokens, np.flatnonzero(np.diff(tokens) > gap + 1) + 1)


def _runs_of_row(
    row: Floats, origin: int, tokens: Ints, marks: _Marks, threshold: float, gap: int
) -> tuple[Run, ...]:
    """Return the runs of a fragment whose window [W] begins at token `origin`.

    Args:
        row, origin: The window and its first token.
        tokens: Those that pass the threshold, ascending.
        marks: What a tagger marks; marks that reach none of the tokens make no run.
        threshold, gap: As in `token_runs`.
    """
    if not len(tokens):
        return ()
    reached = marks.reached(int(tokens[0]) - gap - 1, int(tokens[-1]) + gap + 1)
    runs = []
    for chain in _chains(np.union1d(tokens, reached), gap):
        inside = _membership(row, origin, int(chain[0]), int(chain[-1]) + 1)
        if (inside[chain - chain[0]] >= threshold).any():
            score = float(min(1.0, inside.mean()))
            runs.append(Run(int(chain[0]), int(chain[-1]) + 1, float(inside.sum()), score))
    return tuple(sorted(runs, key=lambda run: (run.first - run.last, -run.mass, run.first)))


def _membership(row: Floats, origin: int, first: int, last: int) -> Floats:
    """Return the membership of the tokens from `first` to `last`; 0 outside the window."""
    inside = np.zeros(last - first, np.float32)
    start, end = max(first, origin), min(last, origin + len(row))
    if start < end:
        inside[start - first : end - first] = row[start - origin : end - origin]
    return inside


def longest_run(candidates: TokenRuns) -> Decoded:
    """Choose each fragment's longest run, in tokens; its score is its mean membership."""
    none = Run(-1, -1, 0.0, 0.0)
    longest = [runs[0] if runs else none for runs in candidates.runs]
    return Decoded(
        np.array([run.first for run in longest], dtype=np.int64),
        np.array([run.last for run in longest], dtype=np.int64),
        np.array([run.score for run in longest], dtype=np.float32),
    )
