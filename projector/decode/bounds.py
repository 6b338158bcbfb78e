"""Bound the sums that candidate spans can have, without describing each: pure functions of arrays.

A long mention has very many candidates, and all but those about as long as itself are hopeless.
What a range of first words can have with a last word follows from the farthest and the nearest of
them: mass, characters and separators grow with a span; what edges count for stands by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.settings import SpanWeights

Feature = NDArray[np.float32] | NDArray[np.float64]
Doubles = NDArray[np.float64]

_EDGES = (
    "inside", "outside", "edge_mass", "function_word", "cut", "punctuation", "edges", "tagger",
)  # fmt: skip
_GROWING = ("recall", "separators")


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known of the candidates of some first words with each of B last words.

    Args:
        outer: [B] features of the first word that is farthest from the last words.
        inner: [B] features of the nearest.
        edges: [A] features of every first word with one of the last words, the `known`th.
        known: Which last word that is.
        tokens, characters: [B] how many times as many the farthest's candidates have as the
            nearest's.
        brackets: By how much the balance of brackets differs among the first words, at most.
    """

    outer: Mapping[str, Feature]
    inner: Mapping[str, Feature]
    edges: Mapping[str, Feature]
    known: int
    tokens: Doubles
    characters: Doubles
    brackets: float


def upper_bounds(outline: Outline, weights: SpanWeights) -> Doubles:
    """Return [B] what no candidate's weighted sum exceeds, by its last word."""
    outer, inner = outline.outer, outline.inner
    bound = _edges(outline, weights)
    for name in _GROWING:
        bound += _greatest(getattr(weights, name), outer[name], inner[name])
    # A mean lies between the least sum over the greatest number and the other way round.
    high = np.log((np.exp(outer["precision"]) - 1e-3).clip(0) * outline.tokens + 1e-3)
    low = np.log((np.exp(inner["precision"]) - 1e-3).clip(0) / outline.tokens + 1e-3)
    bound += _greatest(weights.precision, high, low)
    for name, change in (("length", np.log(outline.characters)), ("brackets", outline.brackets)):
        low, high = (inner[name] - change).clip(0), inner[name] + change
        bound += _greatest(getattr(weights, name), high, low)
    return np.asarray(bound)


def _edges(outline: Outline, weights: SpanWeights) -> Doubles:
    """Return [B] the most that the edges count for: the last word's, and the best first word's."""

    def weighted(features: Mapping[str, Feature]) -> Doubles:
        present = [(getattr(weights, name), features[name]) for name in _EDGES if name in features]
        return np.asarray(sum(weight * values.astype(np.float64) for weight, values in present))

    last, first = weighted(outline.inner), weighted(outline.edges)
    return np.asarray(last + (first.max() - last[outline.known]))


def _greatest(weight: float, high: Feature, low: Feature) -> Doubles:
    return np.asarray(np.maximum(weight * high, weight * low), dtype=np.float64)
