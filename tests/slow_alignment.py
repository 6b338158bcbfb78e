"""Slow, plain counterparts of the alignment's arithmetic, for tests to compare with."""

import itertools

import numpy as np
import torch


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
