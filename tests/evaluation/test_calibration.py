from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.evaluation.metrics import calibration

judged = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.3, 0.7, 0.95, 1.0]), st.booleans()))


@given(judged)
def test_the_area_is_the_share_of_pairs_in_the_right_order(cases: list[tuple[float, bool]]):
    right = [score for score, correct in cases if correct]
    wrong = [score for score, correct in cases if not correct]
    pairs = [(one > other) + (one == other) / 2 for one, other in product(right, wrong)]
    area = calibration([score for score, _ in cases], [correct for _, correct in cases]).area
    assert area == (pytest.approx(sum(pairs) / len(pairs)) if pairs else None)


@given(judged)
def test_every_prediction_is_in_one_tenth(cases: list[tuple[float, bool]]):
    scores, correct = [score for score, _ in cases], [right for _, right in cases]
    for by in ("score", "rank"):
        tenths = calibration(scores, correct, by=by).tenths
        assert len(tenths) == 10
        assert sum(tenth.count for tenth in tenths) == len(cases)
        assert sum(tenth.correct for tenth in tenths) == sum(correct)


def test_tenths_by_score_hold_their_lower_limit():
    scores = [0.0, 0.1, 0.3, 0.7, 0.7, 0.9, 1.0]
    tenths = calibration(scores, [False, True, True, False, True, True, True]).tenths
    assert [tenth.count for tenth in tenths] == [1, 1, 0, 1, 0, 0, 0, 2, 0, 2]
    assert (tenths[7].low, tenths[7].high, tenths[7].precision) == (0.7, 0.8, 0.5)
    assert tenths[2].precision is None


def test_tenths_by_rank_are_even_and_keep_equal_scores_together():
    scores = [number / 100 for number in range(100)]
    tenths = calibration(scores, [score >= 0.5 for score in scores], by="rank").tenths
    assert [tenth.count for tenth in tenths] == [10] * 10
    assert [tenth.precision for tenth in tenths] == [0.0] * 5 + [1.0] * 5
    assert (tenths[3].low, tenths[3].high) == (0.3, 0.39)
    tenths = calibration([0.4] * 30, [True] * 30, by="rank").tenths
    assert sorted(tenth.count for tenth in tenths) == [0] * 9 + [30]


@pytest.mark.parametrize(
    ("scores", "correct"), [([1.5], [True]), ([float("nan")], [True]), ([0.5], [])]
)
def test_what_cannot_be_judged_is_an_error(scores: list[float], correct: list[bool]):
    with pytest.raises(ValueError, match=r"outside \[0, 1\]|don't go together"):
        calibration(scores, correct)
