"""Measure a coder while it is trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

import numpy as np

from projector.coding.retrieval.ranking import Ranking
from projector.training.coder.examples import CodedText

DEPTH = 10
PRECISION = 0.9


def figures_of(name: str, ranking: Ranking, right: Sequence[int | None]) -> dict[str, float]:
    """Return first choices, MAP@10 and what can be answered at a precision of .9, of one set."""
    both = list(zip(right, ranking.codes.tolist(), strict=True))
    precisions = [1 / (1 + ranked.index(gold)) if gold in ranked else 0.0 for gold, ranked in both]
    return {
        f"first {name}": fmean(gold == ranked[0] for gold, ranked in both),
        f"MAP@{DEPTH} {name}": fmean(precisions),
        f"answered {name}": answered(
            ranking.scores[:, 0].tolist(), [gold == ranked[0] for gold, ranked in both]
        ),
    }


def answered(scores: Sequence[float], right: Sequence[bool]) -> float:
    """Return the largest share of M answers, the surest first, of which nine in ten are right."""
    order = np.argsort(-np.array(scores), kind="stable")
    sure = np.array(scores)[order]
    precision = np.cumsum(np.array(right)[order]) / np.arange(1, len(sure) + 1)
    last = np.append(sure[1:] < sure[:-1], True)  # equals stay together
    kept = np.flatnonzero(last & (precision >= PRECISION))
    return (int(kept[-1]) + 1) / len(sure) if len(kept) else 0.0


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
