"""Slow, plain counterparts of the alignment's arithmetic, for tests to compare with."""

import itertools

import numpy as np
import torch
from hypothesis import strategies as st

from projector.align.anchors import diagonal
from projector.align.band import band_around
from projector.align.weights import Alignment

SIZES = st.tuples(st.integers(1, 14), st.integers(1, 14))


def unit(rng, tokens, dimension=6):
    vectors = torch.from_numpy(rng.normal(size=(tokens, dimension)).astype(np.float32))
    return torch.nn.functional.normalize(vectors, dim=-1)


def slow_cosine(source, target, i, j, neighbors):
    """Compare tokens i and j and, weighted, those the same steps away from both."""
    total = float(source[i] @ target[j])
    for step, weight in enumerate(neighbors, start=1):
        for way in (-step, step):
            if 0 <= i + way < len(source) and 0 <= j + way < len(target):
                total += weight * float(source[i + way] @ target[j + way])
    return total / (1 + 2 * sum(neighbors))


def slow_mutual(matrix):
    """Mark the finite pairs that are the best of their row and of their column."""
    found = np.zeros(matrix.shape, dtype=bool)
    for i, j in itertools.product(*map(range, matrix.shape)):
        best = all(matrix[i, j] >= matrix[i, k] for k in range(matrix.shape[1]))
        best = best and all(matrix[i, j] >= matrix[k, j] for k in range(matrix.shape[0]))
        found[i, j] = best and np.isfinite(matrix[i, j])
    return found


def whole(sources, targets):
    """Return a band that is the whole matrix."""
    reach = sources + targets
    return band_around(diagonal(sources, targets), targets, full=reach, fade=reach)


def narrow(sources, targets, *, full=1.0, fade=2.5):
    return band_around(diagonal(sources, targets), targets, full=full, fade=fade)


def dense(values, band):
    return Alignment(values.float() * (band.prior > 0), band).dense().numpy()


def banded_cases():
    return st.tuples(st.integers(0, 10_000), SIZES, st.booleans()).map(
        lambda case: (case[0], *case[1], (narrow if case[2] else whole)(*case[1]))
    )
