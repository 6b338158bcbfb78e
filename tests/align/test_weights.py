"""Everything in a band, checked against plain loops over the whole matrix."""

import itertools
import os

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from slow_alignment import slow_cosine, slow_mutual, unit

from projector.align import weights as align
from projector.align.anchors import diagonal
from projector.align.weights import Alignment, Band

QUICK = settings(max_examples=30, deadline=None)
SIZES = st.tuples(st.integers(1, 14), st.integers(1, 14))


def whole(sources, targets):
    """Return a band that is the whole matrix."""
    reach = sources + targets
    return align.band_around(diagonal(sources, targets), targets, full=reach, fade=reach)


def narrow(sources, targets, *, full=1.0, fade=2.5):
    return align.band_around(diagonal(sources, targets), targets, full=full, fade=fade)


def random_case(seed, sources, targets, band):
    """Return similarities in a band and the same as dense arrays with their prior."""
    rng = np.random.default_rng(seed)
    similarity = align.cosines(unit(rng, sources), unit(rng, targets), band)
    inside = Alignment((band.prior > 0).float(), band).dense().numpy() > 0
    prior = Alignment(band.prior, band).dense().numpy()
    dense = Alignment(similarity * (band.prior > 0), band).dense().numpy()
    return similarity, np.where(inside, dense, -np.inf), prior


def dense(values, band):
    return Alignment(values.float() * (band.prior > 0), band).dense().numpy()


def banded_cases():
    return st.tuples(st.integers(0, 10_000), SIZES, st.booleans()).map(
        lambda case: (case[0], *case[1], (narrow if case[2] else whole)(*case[1]))
    )


# Bands.


@given(SIZES, st.floats(0.5, 6), st.floats(0, 8), st.integers(0, 10_000))
@QUICK
def test_band_holds_the_fading_distance_to_the_path(sizes, full, fading, seed):
    sources, targets = sizes
    path = np.sort(np.random.default_rng(seed).uniform(-1, targets, sources))
    band = align.band_around(path, targets, full=full, fade=full + fading)
    found = Alignment(band.prior, band).dense().numpy()
    for i, j in itertools.product(range(sources), range(targets)):
        distance = abs(j - path[i])
        if distance < full - 1e-3:
            assert found[i, j] == 1
        elif distance > full + fading + 1e-3:
            assert found[i, j] == 0
        elif fading > 0.01:
            expected = np.clip((full + fading - distance) / fading, 0, 1)
            assert found[i, j] == pytest.approx(expected, abs=2e-3 / fading)


def test_band_never_counts_a_token_outside_the_text():
    band = align.band_around(np.array([-1.0, 0.0, 2.0, 3.0]), 3, full=9, fade=9)
    assert band.columns.min() == 0
    assert band.columns.max() == 2
    assert band.prior.sum(1).tolist() == [3, 3, 3, 3]


# Vectors.


def test_centering_takes_the_mean_out():
    vectors = torch.from_numpy(np.random.default_rng(1).normal(size=(9, 4))).float() + 5
    expected = vectors - vectors.mean(0)
    expected /= expected.norm(dim=1, keepdim=True)
    torch.testing.assert_close(align.centered(vectors), expected)


def test_centering_with_a_prior_takes_less_out_and_keeps_a_single_token():
    vectors = torch.tensor([[3.0, 4.0]])
    assert not align.centered(vectors).any()
    torch.testing.assert_close(align.centered(vectors, prior_tokens=16), torch.tensor([[0.6, 0.8]]))
    several = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    expected = several - several.sum(0) / 4
    torch.testing.assert_close(
        align.centered(several, prior_tokens=2), expected / expected.norm(dim=1, keepdim=True)
    )


def test_an_endless_prior_only_normalises():
    vectors = torch.from_numpy(np.random.default_rng(1).normal(size=(5, 4))).float()
    torch.testing.assert_close(
        align.centered(vectors, prior_tokens=float("inf")),
        vectors / vectors.norm(dim=1, keepdim=True),
    )


def test_centering_no_tokens_gives_none():
    assert align.centered(torch.empty(0, 4)).shape == (0, 4)


@pytest.mark.parametrize("tokens", [0, 1, 2, 3, 4, 5, 9])
def test_context_adds_two_neighbours_on_each_side(tokens):
    vectors = torch.from_numpy(np.random.default_rng(tokens).normal(size=(tokens, 3))).float()
    before = vectors.clone()
    mixed = align.contextualized(vectors, factor=0.1)
    for t in range(tokens):
        expected = vectors[t].clone()
        for step in (-2, -1, 1, 2):
            if 0 <= t + step < tokens:
                expected += 0.1 * vectors[t + step]
        torch.testing.assert_close(mixed[t], expected)
    assert torch.equal(vectors, before)


# Similarities.


@given(banded_cases(), st.sampled_from([(), (0.5,), (0.09, 0.01), (0.4, 0.3, 0.2)]))
@QUICK
@example((0, 1, 1, whole(1, 1)), (0.09, 0.01))
@example((0, 1, 9, whole(1, 9)), (0.4, 0.3, 0.2))
@example((0, 9, 1, narrow(9, 1)), (0.4, 0.3, 0.2))
def test_cosines_equal_a_loop_over_pairs(case, neighbors):
    seed, sources, targets, band = case
    rng = np.random.default_rng(seed)
    source, target = unit(rng, sources), unit(rng, targets)
    found = align.cosines(source, target, band, neighbors=neighbors)
    columns = band.columns
    assert found.shape == columns.shape
    for i, w in itertools.product(range(sources), range(columns.shape[1])):
        expected = slow_cosine(source, target, i, int(columns[i, w]), neighbors)
        assert found[i, w] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 19])
@pytest.mark.parametrize("neighbors", [(), (0.09, 0.01), (0.4, 0.3, 0.2)])
def test_cosines_do_not_depend_on_the_rows_computed_at_once(monkeypatch, rows, neighbors):
    rng = np.random.default_rng(3)
    source, target = unit(rng, 19), unit(rng, 23)
    band = narrow(19, 23, full=3, fade=5)
    expected = align.cosines(source, target, band, neighbors=neighbors)
    monkeypatch.setattr(align, "ROWS_AT_ONCE", rows)
    found = align.cosines(source, target, band, neighbors=neighbors)
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=0)


def test_a_band_gives_what_the_whole_matrix_has_there():
    rng = np.random.default_rng(4)
    source, target = unit(rng, 300), unit(rng, 280)
    full, band = whole(300, 280), narrow(300, 280, full=4, fade=9)
    everything = dense(align.cosines(source, target, full, neighbors=(0.3,)), full)
    part = align.cosines(source, target, band, neighbors=(0.3,))
    found, inside = dense(part, band), dense(torch.ones_like(part), band) > 0
    np.testing.assert_allclose(found[inside], everything[inside], atol=1e-6)
    assert 0 < inside.mean() < 0.1


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
def test_transport_equals_sinkhorn_in_loops(case, temperature, iterations):
    seed, sources, targets, band = case
    similarity, matrix, prior = random_case(seed, sources, targets, band)
    found = align.transport(similarity, band, temperature=temperature, iterations=iterations)
    assert not found[band.prior == 0].any()
    kernel = prior * np.exp((matrix.astype(np.float64) - 1) / temperature)
    expected = slow_sinkhorn(kernel, iterations)
    np.testing.assert_allclose(dense(found, band), expected, rtol=2e-3, atol=1e-6)


@given(banded_cases())
@QUICK
def test_every_target_within_reach_receives_its_share(case):
    seed, sources, targets, band = case
    similarity, _, prior = random_case(seed, sources, targets, band)
    found = dense(align.transport(similarity, band, temperature=0.1, iterations=3), band)
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
def test_transport_converges_to_pots(pot, sources, targets):
    band = whole(sources, targets)
    similarity, matrix, _ = random_case(5, sources, targets, band)
    cost = 1 - matrix.astype(np.float64)
    uniform = np.full(sources, 1 / sources), np.full(targets, 1 / targets)
    expected = pot.sinkhorn(*uniform, cost, 0.1, numItermax=5000, stopThr=1e-12)
    found = align.transport(similarity, band, temperature=0.1, iterations=2000)
    np.testing.assert_allclose(dense(found, band), expected, atol=2e-5)


def test_exact_transport_converges_within_the_band(pot):
    band = narrow(12, 15, full=3, fade=6)
    similarity, matrix, prior = random_case(6, 12, 15, band)
    found = align.exact_transport(similarity, band, temperature=0.1)
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
