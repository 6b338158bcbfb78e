"""Anchors, chains and paths, checked against plain loops."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from slow_alignment import slow_cosine, slow_mutual, unit

from projector.align.anchors import anchored_path, diagonal, heaviest_chain, mutual_best

QUICK = settings(max_examples=30, deadline=None)
SIZES = st.tuples(st.integers(1, 14), st.integers(1, 14))


def test_diagonal_advances_evenly_through_both_texts():
    np.testing.assert_allclose(diagonal(4, 4), [0, 1, 2, 3])
    np.testing.assert_allclose(diagonal(2, 4), [0.5, 2.5])
    np.testing.assert_allclose(diagonal(4, 2), [-0.25, 0.25, 0.75, 1.25])
    assert len(diagonal(0, 3)) == 0


def slow_chain(sources, targets, weights):
    """Return the weight of the heaviest chain, by comparing every two pairs."""
    best = []
    for k, weight in enumerate(weights):
        before = [best[i] for i in range(k) if sources[i] < sources[k] and targets[i] < targets[k]]
        best.append(weight + max(before, default=0))
    return max(best, default=0)


PAIRS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 5)), max_size=24
).map(sorted)


@given(PAIRS, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
@example([(0, 0, 1), (0, 1, 1), (1, 1, 1)], None)  # equal sources, equal targets
@example([(0, 3, 5), (1, 1, 1), (2, 2, 1), (3, 3, 5)], None)
def test_heaviest_chain_is_as_heavy_as_any(pairs, random):
    pairs = list(pairs)
    if random is not None:  # the order of the targets of one source must not matter
        random.shuffle(pairs)
        pairs.sort(key=lambda pair: pair[0])
    sources, targets, weights = map(list, zip(*pairs, strict=True)) if pairs else ([], [], [])
    chain = heaviest_chain(sources, targets, weights)
    assert chain == sorted(set(chain))
    for one, other in itertools.pairwise(chain):
        assert sources[one] < sources[other]
        assert targets[one] < targets[other]
    assert sum(weights[k] for k in chain) == slow_chain(sources, targets, weights)


def path_of(matrix, *, reach=99.0, floor=0.3):
    """Return the path through texts whose tokens have these similarities."""
    targets = torch.eye(matrix.shape[1])
    return anchored_path(matrix, targets, reach=reach, floor=floor)


def test_the_path_leads_through_sure_pairs_straight_between_them():
    matrix = torch.full((5, 9), 0.1)
    matrix[1, 2] = matrix[3, 8] = 0.9
    np.testing.assert_allclose(path_of(matrix), [0.5, 2, 5, 8, 8.5])


def test_a_pair_that_crosses_heavier_ones_is_left_out_of_the_path():
    matrix = torch.full((4, 4), 0.1)
    matrix[0, 0] = matrix[1, 1] = matrix[3, 2] = 0.9
    matrix[2, 3] = 0.95
    np.testing.assert_allclose(path_of(matrix), [0, 1, 3, 3.5])


def test_pairs_at_the_floor_or_out_of_reach_are_no_anchors():
    matrix = torch.zeros(4, 8)
    matrix[0, 7] = 0.5
    straight = np.interp(range(4), [-1, 4], [-1, 8])
    np.testing.assert_allclose(path_of(matrix, floor=0.5), straight)
    np.testing.assert_allclose(path_of(matrix, reach=6.4), straight)  # it stands 6.5 away
    np.testing.assert_allclose(path_of(matrix, reach=6.6)[0], 7)


REACHES = st.sampled_from([0.6, 1.0, 2.5, 99.0])


@given(st.integers(0, 10_000), SIZES, REACHES, st.sampled_from([(), (0.4, 0.3, 0.2)]))
@QUICK
def test_mutual_best_equals_a_loop_around_the_path(seed, sizes, reach, neighbors):
    rng = np.random.default_rng(seed)
    source, target = unit(rng, sizes[0]), unit(rng, sizes[1])
    path = np.sort(rng.uniform(-1, sizes[1], sizes[0]))
    matrix = np.full(sizes, -np.inf)
    for i, j in itertools.product(*map(range, sizes)):
        if abs(j - path[i]) <= reach:
            matrix[i, j] = slow_cosine(source, target, i, j, neighbors)
    rows, columns, values = mutual_best(source, target, path, reach=reach, neighbors=neighbors)
    assert list(zip(rows, columns, strict=True)) == list(
        zip(*np.nonzero(slow_mutual(matrix)), strict=True)
    )
    np.testing.assert_allclose(values, matrix[rows, columns], atol=1e-5)


@pytest.mark.parametrize("rows", [1, 2, 7, 60])
def test_mutual_best_does_not_depend_on_the_rows_computed_at_once(monkeypatch, rows):
    rng = np.random.default_rng(9)
    source, target = unit(rng, 60), unit(rng, 50)
    path = diagonal(60, 50)
    expected = mutual_best(source, target, path, reach=9, neighbors=(0.09, 0.01))
    monkeypatch.setattr("projector.align.anchors.ROWS_AT_ONCE", rows)
    found = mutual_best(source, target, path, reach=9, neighbors=(0.09, 0.01))
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])
    np.testing.assert_allclose(found[2], expected[2], atol=1e-6)


@pytest.mark.parametrize("rows", [1, 2, 128])
def test_of_equal_bests_the_first_counts(monkeypatch, rows):
    monkeypatch.setattr("projector.align.anchors.ROWS_AT_ONCE", rows)
    same = torch.tensor([[1.0, 0.0]]).repeat(4, 1)
    found = mutual_best(same, same, np.arange(4.0), reach=9)
    assert [part.tolist() for part in found] == [[0], [0], [1.0]]


@given(st.integers(0, 10_000), SIZES, REACHES, st.sampled_from([-1.0, 0.0, 0.3]))
@QUICK
def test_the_path_never_goes_back_and_stays_with_the_text(seed, sizes, reach, floor):
    rng = np.random.default_rng(seed)
    source, target = unit(rng, sizes[0]), unit(rng, sizes[1])
    path = anchored_path(source, target, reach=reach, floor=floor)
    assert len(path) == sizes[0]
    assert (np.diff(path) >= 0).all()
    assert path.min() >= -1
    assert path.max() <= sizes[1]


def test_a_text_follows_its_own_path():
    vectors = unit(np.random.default_rng(8), 40, 32)
    path = anchored_path(vectors, vectors, reach=20, neighbors=(0.09, 0.01))
    np.testing.assert_allclose(path, range(40))
