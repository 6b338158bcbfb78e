"""Add up small decision trees: a function of some features that was learned elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.arrays import Ints

Doubles = NDArray[np.float64]
_AT_ONCE = 2048  # rows: bounds memory


@dataclass(frozen=True, slots=True, eq=False)
class BoostedTrees:
    """Regression trees whose leaves' values are added up (Friedman 2001).

    A node that is a leaf has itself for both children.

    Args:
        features: [N] the number of the feature that each node asks for.
        thresholds: [N] up to which a row goes below.
        below, above: [N] the nodes that follow, behind their parent.
        values: [N] of leaves.
        roots: [T] the first node of each tree.
        depth: Steps to the deepest leaf.
    """

    features: Ints
    thresholds: Doubles
    below: Ints
    above: Ints
    values: Doubles
    roots: Ints
    depth: int

    @classmethod
    def of(
        cls,
        features: Sequence[int],
        thresholds: Sequence[float],
        children: Sequence[tuple[int, int]],
        values: Sequence[float],
        roots: Sequence[int],
    ) -> BoostedTrees:
        """Make trees of their nodes.

        Raises:
            ValueError: They are no trees: lists differ in length, or a node isn't there.
        """
        count = len(features)
        if {len(thresholds), len(children), len(values)} != {count} or not roots:
            raise ValueError("the lists of the trees' nodes differ in length, or there is no root")
        depths = [0] * count
        for node in reversed(range(count)):
            below, above = children[node]
            if below == above == node:
                continue
            if not node < below < count or not node < above < count:
                raise ValueError(f"node {node} has the children {below} and {above}")
            depths[node] = 1 + max(depths[below], depths[above])
        if not all(0 <= root < count for root in roots):
            raise ValueError("a root is no node")
        pairs = np.array(children, np.int64)
        return cls(
            np.array(features, np.int64),
            np.array(thresholds, np.float64),
            pairs[:, 0],
            pairs[:, 1],
            np.array(values, np.float64),
            np.array(roots, np.int64),
            max(depths[root] for root in roots),
        )

    def sums(self, rows: Doubles) -> Doubles:
        """Return [M] what the trees say of rows [M, F], each by itself."""
        told = np.zeros(len(rows))
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            numbers = np.arange(len(part))[:, None]
            nodes = np.tile(self.roots, (len(part), 1))
            for _ in range(self.depth):
                is_below = part[numbers, self.features[nodes]] <= self.thresholds[nodes]
                nodes = np.where(is_below, self.below[nodes], self.above[nodes])
            told[start : start + len(part)] = self.values[nodes].sum(1)
        return told

    def probabilities(self, rows: Doubles) -> Doubles:
        """Return [M] the logistic function of the sums."""
        chances: Doubles = 1 / (1 + np.exp(-np.clip(self.sums(rows), -50, 50)))
        return chances
