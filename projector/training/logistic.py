"""Fit a weakly regularised logistic regression by Newton's method."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_RIDGE = 1e-3
_STEPS = 50


def fit_logistic(signs: NDArray[np.float64], outcomes: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the weights of signs [N, F], and the constant behind them, for outcomes [N]."""
    rows = np.column_stack((signs, np.ones(len(signs))))
    weights = np.zeros(rows.shape[1])
    ridge = np.diag([*([_RIDGE] * signs.shape[1]), 0.0])
    for _ in range(_STEPS):
        chance = _chance(rows @ weights)
        slope = rows.T @ (outcomes - chance) - ridge @ weights
        curve = (rows.T * (chance * (1 - chance))) @ rows + ridge
        weights += np.linalg.solve(curve, slope)
    return weights


def logistic(signs: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probabilities that fitted weights give signs [N, F]."""
    return _chance(signs @ weights[:-1] + weights[-1])


def _chance(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    chance: NDArray[np.float64] = 1 / (1 + np.exp(-odds.clip(-50, 50)))
    return chance
