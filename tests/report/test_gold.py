"""Hold a report's comparison with gold against the definitions, one projection at a time."""

import numpy as np
import polars as pl
import pytest

from projector.evaluation.metrics import Span, compare, score_table, span_table
from projector.evaluation.score_files import Scored
from projector.report.gold import gold_figures


def scored(predicted: list[Span], scores: list[float] | None, gold: list[Span]) -> Scored:
    table = span_table(predicted)
    if scores is not None:
        table = table.with_columns(score=pl.Series(scores, dtype=pl.Float64))
    return Scored(compare(gold, table), ("en",), ("a remark",))


def spans(places: list[int]) -> list[Span]:
    return [Span("en", "d", "AB"[start % 2], ((start, start + 2),)) for start in places]


@pytest.mark.parametrize("seed", range(4))
def test_precision_and_recall_are_those_of_what_is_kept(seed):
    draw = np.random.default_rng(seed)
    places = draw.permutation(60)[:40]
    predicted, gold = spans(places.tolist()), spans(draw.permutation(60)[:25].tolist())
    scores = np.round(draw.random(40), 1).tolist()  # many are equal
    figures = gold_figures(scored(predicted, scores, gold))
    of_gold = {*gold}
    assert [row.least for row in figures.thresholds] == [n / 50 for n in range(51)]
    for row in figures.thresholds:
        kept = [one for one, score in zip(predicted, scores, strict=True) if score >= row.least]
        hits = sum(one in of_gold for one in kept)
        assert row.kept == len(kept)
        assert row.precision == (pytest.approx(hits / len(kept)) if kept else None)
        assert row.recall == pytest.approx(hits / len(gold))
    assert sum(one.predicted for one in figures.tenths) == 40
    assert sum(one.right for one in figures.tenths) == sum(one in of_gold for one in predicted)
    assert figures.remarks == ("a remark",)


def test_rows_are_the_official_scores():
    comparison = scored(spans([0, 3, 8]), [0.1, 0.2, 1.0], spans([0, 4, 9]))
    rows = gold_figures(comparison).rows
    expected = score_table(comparison.comparison)
    assert [(row.language, row.label, row.strict_f1) for row in rows] == [
        (row.language, row.label, row.scores.strict.f1) for row in expected
    ]


def test_without_scores_or_without_gold_there_are_no_thresholds():
    bare = gold_figures(scored(spans([0]), None, spans([0])))
    assert (bare.thresholds, bare.tenths, bare.calibration_error) == ((), (), None)
    assert gold_figures(scored(spans([0]), [0.5], [])).thresholds == ()
