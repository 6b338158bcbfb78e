"""Everything in a band, checked against plain loops over the whole matrix."""

import itertools
import os

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_alignment import banded_cases, dense, narrow, slow_mutual, unit, whole

from projector.align import weights as align
from projector.align.band import Band
from projector.align.similarity import cosines
from projector.align.weights import Alignment

QUICK = settings(max_examples=30, deadline=None)


def random_case(seed, sources, targets, band):
    """Return similarities in a band and the same as dense arrays with their prior."""
    rng = np.random.default_rng(seed)
    similarity = cosines(unit(rng, sources), unit(rng, targets), band)
    inside = Alignment((band.prior > 0).float(), band).dense().numpy() > 0
    prior = Alignment(band.prior, band).dense().numpy()
    dense = Alignment(similarity * (band.prior > 0), band).dense().numpy()
    return similarity, np.where(inside, dense, -np.inf), prior


# Extraction.


def slow_itermax(matrix, rounds, discount):
    found = slow_mutual(matrix)
    for _ in range(rounds - 1):
        rows, columns = found.any(1), found.any(0)
        rest = matrix.copy()
        for i, j in itertools.product(*map(range, matrix.shape)):
            if rows[i] and columns[j]:
                rest[i, j] = -np.inf
            elif rows[i] or columns[j]:
                rest[i, j] *= discount
        found = found | slow_mutual(rest)
    return found


@given(banded_cases())
@QUICK
def test_mutual_argmax_equals_a_loop(case):
    seed, sources, targets, band = case
    similarity, matrix, _ = random_case(seed, sources, targets, band)
    found = align.mutual_argmax(similarity, band)
    assert found.dtype == torch.bool
    assert not (found & (band.prior == 0)).any()
    np.testing.assert_array_equal(dense(found, band) > 0, slow_mutual(matrix))


@given(banded_cases(), st.integers(1, 4), st.sampled_from([0.9, 0.5, 1.0]))
@QUICK
def test_itermax_equals_a_loop(case, rounds, discount):
    seed, sources, targets, band = case
    similarity, matrix, _ = random_case(seed, sources, targets, band)
    found = align.itermax(similarity, band, rounds=rounds, discount=discount)
    np.testing.assert_array_equal(dense(found, band) > 0, slow_itermax(matrix, rounds, discount))


def test_itermax_gives_a_second_partner_to_what_is_left():
    band = whole(3, 2)
    matrix = torch.tensor([[0.9, 0.1], [0.8, 0.2], [0.1, 0.7]])
    similarity = matrix.gather(1, band.columns)
    once = dense(align.mutual_argmax(similarity, band), band)
    twice = dense(align.itermax(similarity, band), band)
    assert once.tolist() == [[1, 0], [0, 0], [0, 1]]
    assert twice.tolist() == [[1, 0], [1, 0], [0, 1]]


def test_equal_similarities_all_count():
    band = whole(2, 2)
    found = align.mutual_argmax(torch.full(band.prior.shape, 0.5), band)
    assert dense(found, band).tolist() == [[1, 1], [1, 1]]


@given(banded_cases(), st.sampled_from([0.05, 0.1, 1.0]))
@QUICK
def test_softmax_both_ways_equals_a_loop(case, temperature):
    seed, sources, targets, band = case
    similarity, matrix, prior = random_case(seed, sources, targets, band)
    found = dense(align.softmax_both_ways(similarity, band, temperature=temperature), band)
    kernel = prior * np.exp(matrix.astype(np.float64) / temperature)
    for i, j in itertools.product(range(sources), range(targets)):
        expected = 0.0
        if kernel[i, j] > 0:
            expected = kernel[i, j] ** 2 / (kernel[i].sum() * kernel[:, j].sum())
        assert found[i, j] == pytest.approx(expected, abs=1e-5)


# Transport.


def slow_sinkhorn(kernel, iterations):
    sources, targets = kernel.shape
    row, column = np.ones(sources), np.ones(targets)
    for _ in range(iterations):
        for i in range(sources):
            row[i] = 1 / sources / max((kernel[i] * column).sum(), 1e-30)
        for j in range(targets):
            column[j] = 1 / targets / max((kernel[:, j] * row).sum(), 1e-30)
    return row[:, None] * kernel * column


@given(banded_cases(), st.sampled_from([0.05, 0.1, 1.0]), st.sampled_from([1, 3, 20]))
@QUICK
def test_sinkhorn_equals_its_loops(case, epsilon, iterations):
    seed, sources, targets, band = case
    similarity, matrix, prior = random_case(seed, sources, targets, band)
    found = align.sinkhorn(similarity, band, epsilon=epsilon, iterations=iterations)
    assert not found[band.prior == 0].any()
    kernel = prior * np.exp((matrix.astype(np.float64) - 1) / epsilon)
    expected = slow_sinkhorn(kernel, iterations)
    np.testing.assert_allclose(dense(found, band), expected, rtol=2e-3, atol=1e-6)


@given(banded_cases())
@QUICK
def test_every_target_within_reach_receives_its_share(case):
    seed, sources, targets, band = case
    similarity, _, prior = random_case(seed, sources, targets, band)
    found = dense(align.sinkhorn(similarity, band, epsilon=0.1, iterations=3), band)
    reached = (prior > 0).any(0)
    np.testing.assert_allclose(found.sum(0)[reached], 1 / targets, rtol=1e-4)
    assert not found[:, ~reached].any()


@pytest.fixture(scope="module")
def pot():
    """Import POT without the array libraries that it would load for nothing."""
    for other in ("JAX", "TENSORFLOW", "CUPY"):
        os.environ.setdefault(f"POT_BACKEND_DISABLE_{other}", "1")
    return pytest.importorskip("ot")


@pytest.mark.parametrize(("sources", "targets"), [(1, 1), (1, 7), (12, 15), (20, 9)])
def test_sinkhorn_converges_to_pots(pot, sources, targets):
    band = whole(sources, targets)
    similarity, matrix, _ = random_case(5, sources, targets, band)
    cost = 1 - matrix.astype(np.float64)
    uniform = np.full(sources, 1 / sources), np.full(targets, 1 / targets)
    expected = pot.sinkhorn(*uniform, cost, 0.1, numItermax=5000, stopThr=1e-12)
    found = align.sinkhorn(similarity, band, epsilon=0.1, iterations=2000)
    np.testing.assert_allclose(dense(found, band), expected, atol=2e-5)


def test_sinkhorn_converged_meets_its_marginals_within_the_band(pot):
    band = narrow(12, 15, full=3, fade=6)
    similarity, matrix, prior = random_case(6, 12, 15, band)
    found = align.sinkhorn_converged(similarity, band, epsilon=0.1)
    assert not found[band.prior == 0].any()
    kernel = (prior > 0) * np.exp((matrix.astype(np.float64) - 1) / 0.1)
    expected = slow_sinkhorn(kernel, 5000)
    np.testing.assert_allclose(expected.sum(1), 1 / 12, rtol=1e-6)
    np.testing.assert_allclose(dense(found, band), expected, atol=1e-5)


# The matrix.


def test_dense_lays_the_band_into_the_matrix():
    weights = torch.tensor([[0.0, 2.0, 3.0], [4.0, 5.0, 0.0]])
    band = Band(torch.tensor([-1, 1]), (weights > 0).float(), 3)
    assert Alignment(weights, band).dense().tolist() == [[2, 3, 0], [0, 4, 5]]
