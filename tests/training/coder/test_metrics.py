"""Hold the figures of a coder in training against their definitions."""

from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.coding.retrieval.ranking import Ranking
from projector.training.coder.metrics import DEPTH, PRECISION, answered, figures_of, measured


def ranking(rows: list[list[int]]) -> Ranking:
    """Return rankings of codes, padded where there are no more."""
    width = max(map(len, rows))
    codes = np.array([[*row, *[-1] * (width - len(row))] for row in rows])
    return Ranking(codes, np.where(codes >= 0, 0.5, -np.inf), codes)


ranked = st.lists(st.integers(0, 12), min_size=1, max_size=DEPTH, unique=True)


@given(st.lists(st.tuples(ranked, st.none() | st.integers(0, 12)), min_size=1, max_size=8))
def test_first_choices_and_map_are_those_of_a_plain_count(cases):
    rows, right = [row for row, _ in cases], [gold for _, gold in cases]
    figures = figures_of("gold", ranking(rows), right)
    first = sum(row[0] == gold for row, gold in cases) / len(cases)
    precisions = [
        next((1 / place for place, code in enumerate(row, start=1) if code == gold), 0.0)
        for row, gold in cases
    ]
    assert figures == {
        "first gold": pytest.approx(first),
        "MAP@10 gold": pytest.approx(sum(precisions) / len(cases)),
        "answered gold": float(first >= PRECISION),  # all are as sure
    }


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=30))
def test_so_many_are_answered_that_nine_in_ten_are_right(cases):
    shares = [0.0]
    for least, _ in cases:
        kept = [right for score, right in cases if score >= least]
        if sum(kept) >= PRECISION * len(kept):
            shares.append(len(kept) / len(cases))
    scores, right = zip(*cases, strict=True)
    assert answered(scores, right) == pytest.approx(max(shares))


def test_the_score_is_the_mean_of_the_sets_precisions():
    told = {"a": {"MAP@10 a": 0.5, "first a": 0.0}, "b": {"MAP@10 b": 1.0, "first b": 0.9}}
    asked = []

    def measure(name, examples):
        asked.append((name, examples))
        return told[name]

    figures = measured(measure, {"a": ["x"], "b": ["y", "z"]})
    assert asked == [("a", ["x"]), ("b", ["y", "z"])]
    assert figures == {"score": fmean([0.5, 1.0]), **told["a"], **told["b"]}


def test_nothing_to_measure_on_is_no_figure():
    assert measured(lambda name, examples: pytest.fail("nothing is asked for"), {}) == {}
