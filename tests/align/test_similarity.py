"""Vectors and their similarities, checked against plain loops."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from slow_alignment import banded_cases, dense, narrow, slow_cosine, unit, whole

from projector.align import similarity
from projector.align.similarity import centered, contextualized, cosines

QUICK = settings(max_examples=30, deadline=None)


def test_centering_takes_the_mean_out():
    vectors = torch.from_numpy(np.random.default_rng(1).normal(size=(9, 4))).float() + 5
    expected = vectors - vectors.mean(0)
    expected /= expected.norm(dim=1, keepdim=True)
    torch.testing.assert_close(centered(vectors), expected)


def test_centering_with_a_prior_takes_less_out_and_keeps_a_single_token():
    vectors = torch.tensor([[3.0, 4.0]])
    assert not centered(vectors).any()
    torch.testing.assert_close(centered(vectors, prior_tokens=16), torch.tensor([[0.6, 0.8]]))
    several = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    expected = several - several.sum(0) / 4
    torch.testing.assert_close(
        centered(several, prior_tokens=2), expected / expected.norm(dim=1, keepdim=True)
    )


def test_an_endless_prior_only_normalises():
    vectors = torch.from_numpy(np.random.default_rng(1).normal(size=(5, 4))).float()
    torch.testing.assert_close(
        centered(vectors, prior_tokens=float("inf")),
        vectors / vectors.norm(dim=1, keepdim=True),
    )


def test_gradients_go_through_centering_and_change_nothing():
    vectors = torch.from_numpy(np.random.default_rng(1).normal(size=(5, 4))).float()
    plain = centered(vectors)
    traced = centered(vectors.clone().requires_grad_())
    assert torch.equal(plain, traced)
    assert traced.requires_grad


def test_centering_no_tokens_gives_none():
    assert centered(torch.empty(0, 4)).shape == (0, 4)


@pytest.mark.parametrize("tokens", [0, 1, 2, 3, 4, 5, 9])
def test_context_adds_two_neighbours_on_each_side(tokens):
    vectors = torch.from_numpy(np.random.default_rng(tokens).normal(size=(tokens, 3))).float()
    before = vectors.clone()
    mixed = contextualized(vectors, factor=0.1)
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
    found = cosines(source, target, band, neighbors=neighbors)
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
    expected = cosines(source, target, band, neighbors=neighbors)
    monkeypatch.setattr(similarity, "ROWS_AT_ONCE", rows)
    found = cosines(source, target, band, neighbors=neighbors)
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=0)


def test_a_band_gives_what_the_whole_matrix_has_there():
    rng = np.random.default_rng(4)
    source, target = unit(rng, 300), unit(rng, 280)
    full, band = whole(300, 280), narrow(300, 280, full=4, fade=9)
    everything = dense(cosines(source, target, full, neighbors=(0.3,)), full)
    part = cosines(source, target, band, neighbors=(0.3,))
    found, inside = dense(part, band), dense(torch.ones_like(part), band) > 0
    np.testing.assert_allclose(found[inside], everything[inside], atol=1e-6)
    assert 0 < inside.mean() < 0.1
