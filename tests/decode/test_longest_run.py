"""The longest run, checked against brute force over every range."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from slow_candidates import whole_rows

from projector.decode.longest_run import TokenRuns, longest_run, token_runs


def slow_longest_run(row, marked, threshold, gap):
    """Try every range whose ends pass and within which no more than `gap` in a row fail."""
    passing = [
        value >= np.float32(threshold) or mark for value, mark in zip(row, marked, strict=True)
    ]
    best = (-1, -1, 0.0)
    best_key = None
    for first in range(len(row)):
        for last in range(first + 1, len(row) + 1):
            inside = passing[first:last]
            failing = "".join("x" if ok else "." for ok in inside)
            if not inside[0] or not inside[-1] or "." * (gap + 1) in failing:
                continue
            if not any(value >= np.float32(threshold) for value in row[first:last]):
                continue
            key = (last - first, float(sum(row[first:last])), -first)
            if best_key is None or key > best_key:
                best, best_key = (first, last, min(1.0, float(np.mean(row[first:last])))), key
    return best


def runs_of(membership, marked, **options):
    """Return the runs of spans that have a label each."""
    shares = whole_rows(np.zeros_like(membership), membership)
    return token_runs(shares, marked, np.arange(len(membership)), **options)


def choose(membership, marked, **options):
    runs = runs_of(membership, marked, **options)
    return longest_run(TokenRuns(np.arange(len(runs)), np.empty((0, 2), np.int64), runs))


MEMBERSHIPS = st.lists(st.sampled_from([0.0, 0.125, 0.25, 0.5, 0.75, 1.0]), max_size=12)


@given(MEMBERSHIPS, st.integers(0, 2**12 - 1), st.sampled_from([0.25, 0.5]), st.integers(0, 3))
@settings(max_examples=200, deadline=None)
@example([], 0, 0.5, 1)
@example([0.5, 0.0, 0.5, 0.0, 0.0, 0.5, 0.75, 0.5], 0, 0.5, 1)
@example([0.0, 0.25, 0.5], 0b011, 0.5, 0)  # a tagger's token counts, and joins
@example([0.25, 0.25, 0.25, 0.0, 0.0, 0.5], 0b000111, 0.5, 0)  # but needs one that passes
def test_longest_run_equals_brute_force(row, marks, threshold, gap):
    marked = np.array([bool(marks >> t & 1) for t in range(len(row))], dtype=np.bool_)
    membership = np.array(row, dtype=np.float32)
    found = choose(membership[None], marked[None], threshold=threshold, gap=gap)
    first, last, score = slow_longest_run(membership, marked, threshold, gap)
    assert (found.first[0], found.last[0]) == (first, last)
    assert found.score[0] == pytest.approx(score, abs=1e-6)


def test_longest_run_of_no_spans_is_none():
    found = choose(np.empty((0, 4), np.float32), np.empty((0, 4), bool), threshold=0.5, gap=1)
    assert len(found.first) == len(found.last) == len(found.score) == 0


def test_the_threshold_itself_passes():
    row = np.array([[0.1, 0.0]], dtype=np.float32)
    found = choose(row, np.zeros((1, 2), bool), threshold=0.1, gap=0)
    assert (found.first[0], found.last[0]) == (0, 1)


@given(MEMBERSHIPS, st.integers(0, 2**12 - 1), st.integers(0, 3))
@settings(max_examples=100, deadline=None)
def test_runs_hold_every_token_that_passes_and_stand_apart(row, marks, gap):
    marked = np.array([bool(marks >> t & 1) for t in range(len(row))], dtype=np.bool_)
    membership = np.array(row, dtype=np.float32)
    (runs,) = runs_of(membership[None], marked[None], threshold=0.5, gap=gap)
    inside = [token for run in runs for token in range(run.first, run.last)]
    assert len(inside) == len(set(inside))
    assert set(np.flatnonzero(membership >= 0.5).tolist()) <= set(inside)
    ordered = sorted(runs, key=lambda run: run.first)
    assert all(right.first - left.last > gap for left, right in pairwise(ordered))
    lengths = [run.last - run.first for run in runs]
    assert lengths == sorted(lengths, reverse=True)
    for run in runs:
        assert run.mass == pytest.approx(membership[run.first : run.last].sum())
