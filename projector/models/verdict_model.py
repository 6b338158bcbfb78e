"""Say whether a span that was found for a mention is right, as learned from gold.

What is told of a span is gathered in `projector.decode`: what its candidates, the texts around it
and the spans of other mentions say.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

import torch
from torch import Tensor, nn

VERDICT_FEATURES = 31  # numbers that are said of a span
RIGHT, WRONG, ABSENT = range(3)  # its outcomes
_FARTHEST = 6.0  # standard deviations: what is further off was never learned from
STEPS = 100  # of the score, from 0 to 1


class VerdictModel(nn.Module):
    """Tell a span that is exactly right from one that is not, and from a mention that is absent."""

    def __init__(self, features: int, hidden: int) -> None:
        super().__init__()
        self.mean = nn.Buffer(torch.zeros(features))
        self.scale = nn.Buffer(torch.ones(features))
        self.hidden = nn.Linear(features, hidden)
        self.scores = nn.Linear(hidden, 3)

    def forward(self, features: Tensor) -> Tensor:
        """Return [K, 3] log-odds of `RIGHT`, `WRONG` and `ABSENT` for features [K, F]."""
        standard = ((features - self.mean) / self.scale).clamp(-_FARTHEST, _FARTHEST)
        scores: Tensor = self.scores(nn.functional.gelu(self.hidden(standard)))
        return scores


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often spans of documents that were not learned from were right, by their scores.

    Args:
        count: Of the spans whose scores lie in each hundredth, from 0 to 1.
        right: How many of them were right.
    """

    count: tuple[int, ...]
    right: tuple[int, ...]

    def precision_from(self, step: int) -> float:
        """Return the share that is right of what scores at least so many hundredths."""
        return sum(self.right[step:]) / max(sum(self.count[step:]), 1)

    def floor(self, precision: float) -> float | None:
        """Return the least score at which what is kept is right so often; None where none is."""
        reached = (
            step / STEPS
            for step in range(STEPS)
            if sum(self.count[step:]) and self.precision_from(step) >= precision
        )
        return next(reached, None)

    @property
    def greatest(self) -> float:
        """Return the greatest precision that any floor reaches."""
        return max(self.precision_from(step) for step in range(STEPS))

    @classmethod
    def of(cls, said: Any) -> Reliability:  # noqa: ANN401
        """Return what was read from a file.

        Raises:
            ValueError: It can't be true.
        """
        count, right = tuple(said["count"]), tuple(said["right"])
        if not len(count) == len(right) == STEPS:
            raise ValueError(f"its reliability has {len(count)} steps; expected {STEPS}")
        for all_of, some in zip(count, right, strict=True):
            whole = type(all_of) is int and type(some) is int and isfinite(all_of)
            if not (whole and 0 <= some <= all_of):
                raise ValueError(f"its reliability has {some!r} right of {all_of!r}")
        return cls(count, right)
