"""Measure a coder while it is trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

from projector.coding.retrieval.ranking import Ranking
from projector.training.coder.examples import CodedText

DEPTH = 10


def figures_of(name: str, ranking: Ranking, right: Sequence[int | None]) -> dict[str, float]:
    """Return first choices and MAP@10 of one set."""
    both = list(zip(right, ranking.codes.tolist(), strict=True))
    precisions = [1 / (1 + ranked.index(gold)) if gold in ranked else 0.0 for gold, ranked in both]
    return {
        f"first {name}": fmean(gold == ranked[0] for gold, ranked in both),
        f"MAP@{DEPTH} {name}": fmean(precisions),
    }


def measured(
    measure: Callable[[str, Sequence[CodedText]], dict[str, float]],
    development: Mapping[str, Sequence[CodedText]],
) -> dict[str, float]:
    """Measure every set; `score` is the mean of their MAP@10."""
    figures: dict[str, float] = {}
    for name, examples in development.items():
        figures |= measure(name, examples)
    precisions = [value for name, value in figures.items() if name.startswith("MAP@")]
    return {"score": fmean(precisions), **figures} if precisions else {}
