"""Decide which examples each step sees: by the seed and the step alone, so that a run resumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Part:
    """Examples of one source.

    Args:
        examples: Their indices.
        repeat: How often they are gone through an epoch; below 1 another part in each.
    """

    examples: Sequence[int]
    repeat: float = 1.0

    @property
    def turns(self) -> tuple[int, int]:
        """Return how often an epoch goes through all of them, and how many it sees beside."""
        whole, rest = divmod(self.repeat, 1.0)
        return int(whole), round(rest * len(self.examples))


@dataclass(frozen=True, slots=True)
class Schedule:
    """Micro-batches of examples, epoch after epoch.

    Args:
        sizes: Tokens of each example.
        parts: Where they come from.
        tokens: Of a micro-batch at most, unless one example alone is longer.
        accumulate: Micro-batches a step.
        seed: Of the order.
    """

    sizes: Sequence[int]
    parts: Sequence[Part]
    tokens: int
    accumulate: int
    seed: int

    def steps_per_epoch(self) -> int:
        """Return how many steps the first epoch has; later ones differ by their order alone."""
        return len(self.epoch(0))

    def epoch(self, number: int) -> list[list[list[int]]]:
        """Return an epoch's steps, each of micro-batches, each of examples' indices.

        The last step is left out, since little may be left for it, unless it is the only one.
        """
        order = self._order(number)
        batches: list[list[int]] = []
        total = 0
        for example in order:
            total += self.sizes[example]
            if not batches or total > self.tokens:
                batches.append([])
                total = self.sizes[example]
            batches[-1].append(example)
        steps = [
            batches[first : first + self.accumulate]
            for first in range(0, len(batches), self.accumulate)
        ]
        return steps[:-1] if len(steps) > 1 else steps

    def _order(self, number: int) -> list[int]:
        """Shuffle what an epoch goes through."""
        random = np.random.default_rng((self.seed, number))
        chosen: list[int] = []
        for part in self.parts:
            whole, count = part.turns
            chosen += list(part.examples) * whole
            start = round(number * count) % max(len(part.examples), 1)
            # Turn by turn through one fixed order, so that all of it is seen before any again.
            turned = np.roll(_fixed_order(part.examples, self.seed), -start)
            chosen += turned[:count].tolist()
        return [chosen[at] for at in random.permutation(len(chosen))]


def _fixed_order(examples: Sequence[int], seed: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.random.default_rng(seed).permutation(np.array(examples, np.int64))
