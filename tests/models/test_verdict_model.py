"""A verdict's probabilities, and what is known of how often it was right."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from projector.models.verdict_model import STEPS, Reliability, VerdictModel


def reliability(**right_of):
    """Return what is known, from steps (`s90=(9, 10)`: 9 right of 10 that score .90)."""
    count, right = [0] * STEPS, [0] * STEPS
    for step, (good, all_of) in right_of.items():
        right[int(step[1:])], count[int(step[1:])] = good, all_of
    return Reliability(tuple(count), tuple(right))


def test_the_floor_is_the_least_score_from_which_on_so_many_are_right():
    known = reliability(s20=(0, 10), s50=(5, 10), s99=(90, 90))
    assert known.floor(0.5) == 0
    assert known.floor(0.9) == 0.21
    assert known.floor(0.95) == 0.21  # 95 of 100
    assert known.floor(0.96) == 0.51
    assert known.floor(1.0) == 0.51
    assert known.greatest == 1
    assert reliability(s99=(9, 10)).floor(0.95) is None
    assert reliability().floor(0.1) is None


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=STEPS, max_size=STEPS))
def test_what_scores_above_a_floor_is_right_so_often(drawn):
    count = tuple(max(pair) for pair in drawn)
    known = Reliability(count, tuple(min(pair) for pair in drawn))
    floor = known.floor(0.6)
    if floor is None:
        assert known.greatest < 0.6 or not sum(count)
    else:
        assert known.precision_from(round(floor * STEPS)) >= 0.6


def test_reliability_that_cannot_be_true_is_refused():
    good = [1] * STEPS
    assert Reliability.of({"count": good, "right": good}) == Reliability((1,) * STEPS, (1,) * STEPS)
    for count, right in ((good[1:], good), (good, [2] * STEPS), (good, [True] * STEPS)):
        with pytest.raises(ValueError, match="reliability"):
            Reliability.of({"count": count, "right": right})


def test_what_is_far_from_what_was_learned_counts_as_its_edge():
    model = VerdictModel(3, 4)
    far = torch.tensor([[1e9, -1e9, 0.0], [6.0, -6.0, 0.0]])
    with torch.inference_mode():
        one, other = model(far)
    assert torch.equal(one, other)
