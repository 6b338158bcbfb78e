"""Hold a run's projections against gold."""

from __future__ import annotations

import numpy as np

from projector.evaluation.metrics import ScoreRow, metrics, score_table
from projector.evaluation.score_files import Scored
from projector.report.figures import GoldFigures, GoldRow, ReliabilityTenth, ThresholdRow

_STEPS = 50  # from a threshold of 0 to one of 1


def gold_figures(scored: Scored) -> GoldFigures:
    """Return how projections compare with gold, strictly and by characters.

    Args:
        scored: A run held against gold, see `projector.evaluation.score_files.score_paths`.
    """
    rows = tuple(map(_row, score_table(scored.comparison)))
    calibrated = scored.calibration()
    tenths = () if calibrated is None else calibrated.tenths
    return GoldFigures(
        rows=rows,
        tenths=tuple(ReliabilityTenth(one.low, one.high, one.count, one.correct) for one in tenths),
        thresholds=tuple(_thresholds(scored)),
        area=None if calibrated is None else calibrated.area,
        calibration_error=None if calibrated is None else calibrated.error,
        remarks=scored.remarks,
    )


def _row(row: ScoreRow) -> GoldRow:
    figures = metrics(row.scores)
    return GoldRow(
        row.language,
        row.label,
        figures.strict_precision,
        figures.strict_recall,
        figures.strict_f1,
        figures.character_f1,
        row.scores.character.n_gold,
        row.scores.character.n_pred,
    )


def _thresholds(scored: Scored) -> list[ThresholdRow]:
    """Return precision and recall at each threshold; none where nothing has a score."""
    predicted, gold = scored.comparison.predicted, scored.comparison.gold.height
    if "score" not in predicted.columns or not gold:
        return []
    ordered = predicted.select("score", "matched").sort("score", descending=True)
    score, right = ordered["score"].to_numpy(), np.cumsum(ordered["matched"].to_numpy())
    rows = []
    for least in (step / _STEPS for step in range(_STEPS + 1)):
        kept = int(np.searchsorted(-score, -least, side="right"))
        hits = int(right[kept - 1]) if kept else 0
        rows.append(ThresholdRow(least, kept, hits / kept if kept else None, hits / gold))
    return rows
