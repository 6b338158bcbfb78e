"""Hold which spans share characters, and with whom most, against loops over all pairs."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.evaluation.overlap import Stretches, best_counterparts, overlapping

Spans = list[list[tuple[int, int]]]


def laid_out(spans: Spans) -> Stretches:
    """Put spans, each a list of its stretches, into the arrays that are compared."""
    parts = [(start, end, owner) for owner, span in enumerate(spans) for start, end in span]
    starts, ends, owners = np.array(parts, np.int64).reshape(-1, 3).T
    return Stretches(starts, ends, owners, len(spans))


@st.composite
def spans(draw: st.DrawFn) -> Spans:
    """Draw spans of one to three stretches that don't overlap, and may touch."""
    drawn = []
    for _ in range(draw(st.integers(0, 6))):
        edges = sorted(draw(st.sets(st.integers(-3, 12), min_size=2, max_size=6)))
        drawn.append(list(zip(edges[::2], edges[1::2], strict=False)))
    return drawn


def characters(span: list[tuple[int, int]]) -> set[int]:
    return {offset for start, end in span for offset in range(start, end)}


def slow_score(span: list[tuple[int, int]], other: list[tuple[int, int]]) -> float:
    shared = len(characters(span) & characters(other))
    if not shared:
        return 0.0
    recall, precision = shared / len(characters(span)), shared / len(characters(other))
    return 2 * precision * recall / (precision + recall)


def slow_best(one_side: Spans, other_side: Spans, *, swapped: bool) -> list[tuple[float, int]]:
    best = []
    for span in one_side:
        scores = [
            slow_score(other, span) if swapped else slow_score(span, other) for other in other_side
        ]
        score = max(scores, default=0.0)
        best.append((score, scores.index(score) if score else -1))
    return best


@given(spans(), spans())
def test_each_span_has_the_first_of_its_best_counterparts(gold: Spans, predicted: Spans):
    of_gold, of_predicted = best_counterparts(laid_out(gold), laid_out(predicted))
    for best, expected in (
        (of_gold, slow_best(gold, predicted, swapped=False)),
        (of_predicted, slow_best(predicted, gold, swapped=True)),
    ):
        assert best.score.tolist() == [score for score, _ in expected]  # to the last bit
        assert best.partner.tolist() == [partner for _, partner in expected]


@given(spans(), spans())
def test_pairs_of_stretches_are_found_once_whatever_their_order(one: Spans, other: Spans):
    first, second = laid_out(one), laid_out(other)
    found = sorted(zip(*(side.tolist() for side in overlapping(first, second)), strict=True))
    assert found == [
        (i, j)
        for i, (a, b) in enumerate(zip(first.starts, first.ends, strict=True))
        for j, (c, d) in enumerate(zip(second.starts, second.ends, strict=True))
        if max(a, c) < min(b, d)
    ]


def test_every_pair_of_intervals_is_found_once():
    intervals = np.array(list(combinations(range(6), 2)))
    numbers = np.arange(len(intervals))
    one = Stretches(intervals[:, 0], intervals[:, 1], numbers, len(intervals))
    found = sorted(zip(*(side.tolist() for side in overlapping(one, one)), strict=True))
    assert found == [
        (i, j)
        for i, (a, b) in enumerate(intervals)
        for j, (c, d) in enumerate(intervals)
        if max(a, c) < min(b, d)
    ]


@given(spans())
def test_a_spans_length_is_the_sum_of_its_stretches(drawn: Spans):
    assert laid_out(drawn).lengths.tolist() == [len(characters(span)) for span in drawn]


def test_stretches_of_one_pair_count_together():
    of_gold, _ = best_counterparts(laid_out([[(0, 4), (8, 12)]]), laid_out([[(2, 10)]]))
    assert of_gold.score.tolist() == [pytest.approx(2 * 4 / (8 + 8))]


@pytest.mark.parametrize(("gold", "predicted"), [([], []), ([[(0, 2)]], []), ([], [[(0, 2)]])])
def test_where_one_side_is_empty_nobody_has_a_counterpart(gold: Spans, predicted: Spans):
    of_gold, of_predicted = best_counterparts(laid_out(gold), laid_out(predicted))
    assert of_gold.score.tolist() == [0.0] * len(gold)
    assert of_gold.partner.tolist() == [-1] * len(gold)
    assert of_predicted.partner.tolist() == [-1] * len(predicted)


def test_many_spans_that_share_little_take_no_pairs_of_all_with_all():
    starts = np.arange(0, 1_000_000, 10)  # a table of all pairs would hold ten thousand million
    numbers = np.arange(len(starts))
    one = Stretches(starts, starts + 6, numbers, len(starts))
    other = Stretches(starts + 5, starts + 9, numbers, len(starts))
    of_one, of_other = best_counterparts(one, other)
    assert (of_one.partner == numbers).all() and (of_other.partner == numbers).all()
    assert of_one.score == pytest.approx(np.full(len(starts), 2 / 10))
