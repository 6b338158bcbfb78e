"""Memberships and shares, checked against plain loops over dense matrices."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_candidates import whole_rows
from stretches import offsets_of, stretches

from projector.align.anchors import diagonal
from projector.align.band import band_around
from projector.align.weights import Alignment
from projector.decode.membership import (
    claimed_mass,
    mass_shares,
    mean_by_word,
    shares_by_word,
)
from projector.text.token_words import tokens_in_words

QUICK = settings(max_examples=40, deadline=None)
SIZES = st.tuples(st.integers(1, 10), st.integers(1, 10))
SPANS = st.lists(st.tuples(st.integers(0, 24), st.integers(1, 12)), max_size=5)


def alignment_of(matrix, *, full, fade):
    """Return an alignment that holds the part of a dense matrix that lies in a band."""
    band = band_around(diagonal(*matrix.shape), matrix.shape[1], full=full, fade=fade)
    weights = torch.from_numpy(matrix).gather(1, band.columns) * (band.prior > 0)
    return Alignment(weights, band)


def whole(shares, values, units):
    """Return [M, N] what windows hold of each of N units; nothing stands outside the text."""
    end = shares.first[:, None] + np.arange(values.shape[1])
    assert not values[end >= units].any()
    return shares.values_at(values, np.tile(np.arange(units), (len(values), 1)))


def spans_of(pairs):
    return np.array([(start, start + size) for start, size in pairs], np.int64).reshape(-1, 2)


def slow_project(matrix, offsets, spans):
    """Carry each span's tokens, by the share of their characters in it, through the matrix."""
    sources, targets = matrix.shape
    coverage, purity = np.zeros((2, len(spans), targets))
    for m, (start, end) in enumerate(spans):
        shares = []
        for left, right in offsets:
            inside = sum(1 for c in range(left, right) if start <= c < end)
            shares.append(inside / (right - left))
        for i, j in itertools.product(range(sources), range(targets)):
            if matrix[i].sum() > 0 and sum(shares) > 0:
                coverage[m, j] += shares[i] * matrix[i, j] / matrix[i].sum() / sum(shares)
            if matrix[:, j].sum() > 0:
                purity[m, j] += shares[i] * matrix[i, j] / matrix[:, j].sum()
    return coverage, purity


@given(SIZES, st.integers(0, 10_000), SPANS, st.data(), st.booleans())
@QUICK
def test_shares_equal_a_loop_over_spans_and_tokens(sizes, seed, pairs, data, narrow):
    offsets = data.draw(stretches(least=sizes[0], most=sizes[0]))
    rng = np.random.default_rng(seed)
    matrix = rng.uniform(0, 1, sizes).astype(np.float32)
    matrix *= rng.random(sizes) < 0.6  # rows and columns without anything are legal
    alignment = alignment_of(matrix, full=1 if narrow else 20, fade=2 if narrow else 20)
    spans = spans_of(pairs)
    shares = mass_shares(alignment, offsets, spans)
    coverage, purity = slow_project(alignment.dense().numpy(), offsets, spans)
    assert shares.coverage.dtype == shares.purity.dtype == np.float32
    np.testing.assert_allclose(whole(shares, shares.coverage, sizes[1]), coverage, atol=1e-5)
    np.testing.assert_allclose(whole(shares, shares.purity, sizes[1]), purity, atol=1e-5)
    assert (shares.coverage >= 0).all()
    assert (shares.coverage.sum(1) <= 1 + 1e-5).all()
    assert (shares.purity >= 0).all()
    assert (shares.purity <= 1 + 1e-5).all()


def test_a_token_half_inside_a_span_counts_half():
    identity = np.eye(2, dtype=np.float32)
    alignment = alignment_of(identity, full=5, fade=5)
    offsets = np.array([[0, 4], [5, 9]])
    shares = mass_shares(alignment, offsets, np.array([[2, 9], [4, 5]]))
    np.testing.assert_allclose(shares.purity, [[0.5, 1], [0, 0]], atol=1e-6)
    np.testing.assert_allclose(shares.coverage, [[1 / 3, 2 / 3], [0, 0]], atol=1e-6)


def test_purity_is_shared_by_spans_that_part_the_text():
    matrix = np.random.default_rng(2).uniform(0.1, 1, (4, 6)).astype(np.float32)
    alignment = alignment_of(matrix, full=20, fade=20)
    offsets = np.array([[0, 3], [4, 7], [8, 11], [12, 15]])
    shares = mass_shares(alignment, offsets, np.array([[0, 5], [5, 9], [9, 20]]))
    np.testing.assert_allclose(shares.purity.sum(0), 1, atol=1e-5)


def test_a_span_sends_the_same_shares_whatever_is_projected_with_it():
    matrix = np.random.default_rng(3).uniform(0, 1, (8, 9)).astype(np.float32)
    alignment = alignment_of(matrix, full=3, fade=6)
    offsets = offsets_of([3] * 8, [1] * 8)
    spans = np.array([[0, 9], [0, 9], [4, 6], [1, 30], [12, 20]])
    together = mass_shares(alignment, offsets, spans)
    for m in range(len(spans)):
        alone = mass_shares(alignment, offsets, spans[m : m + 1])
        for name in ("coverage", "purity"):
            np.testing.assert_array_equal(
                whole(alone, getattr(alone, name), 9)[0],
                whole(together, getattr(together, name), 9)[m],
            )


# Words.


@given(stretches(), stretches(), st.integers(0, 3), st.integers(0, 10_000))
@QUICK
def test_shares_by_word_equal_a_loop(tokens, words, spans, seed):
    rng = np.random.default_rng(seed)
    shape = (spans, len(tokens))
    shares = whole_rows(*rng.uniform(0, 1, (2, *shape)).astype(np.float32))
    word_map = tokens_in_words(tokens, words)
    found = shares_by_word(shares, word_map)
    coverage, purity, parts = np.zeros((3, spans, len(words)))
    for t, n, share in zip(word_map.token, word_map.word, word_map.share, strict=True):
        coverage[:, n] += shares.coverage[:, t] * share
        purity[:, n] += shares.purity[:, t] * share
        parts[:, n] += share
    of_words = [whole(found, values, len(words)) for values in (found.coverage, found.purity)]
    np.testing.assert_allclose(of_words[0], coverage, atol=1e-5)
    np.testing.assert_allclose(of_words[1], purity / parts.clip(1e-9), atol=1e-5)


def test_a_token_over_two_words_is_divided_between_them():
    words = np.array([[0, 3], [3, 4], [5, 8]])
    tokens = np.array([[0, 4], [5, 6], [6, 8]])
    shares = whole_rows(
        np.array([[0.6, 0.3, 0.1]], np.float32), np.array([[0.8, 1.0, 0.5]], np.float32)
    )
    found = shares_by_word(shares, tokens_in_words(tokens, words))
    np.testing.assert_allclose(found.coverage, [[0.3, 0.3, 0.4]], atol=1e-6)
    np.testing.assert_allclose(found.purity, [[0.8, 0.8, 0.75]], atol=1e-6)


def test_words_without_a_token_receive_nothing():
    words = np.array([[0, 3], [4, 5], [6, 9]])
    tokens = np.array([[0, 3], [6, 9]])
    shares = whole_rows(np.ones((1, 2), np.float32) / 2, np.ones((1, 2), np.float32))
    found = shares_by_word(shares, tokens_in_words(tokens, words))
    np.testing.assert_allclose(found.coverage, [[0.5, 0, 0.5]])
    np.testing.assert_allclose(found.purity, [[1, 0, 1]])


@given(SIZES, st.integers(0, 10_000), SPANS, st.data(), st.booleans())
@QUICK
def test_claimed_mass_equals_a_loop_over_tokens(sizes, seed, pairs, data, narrow):
    offsets = data.draw(stretches(least=sizes[0], most=sizes[0]))
    matrix = np.random.default_rng(seed).random(sizes).astype(np.float32)
    alignment = alignment_of(matrix, full=1.0, fade=2.0) if narrow else whole_alignment(matrix)
    dense, spans = alignment.dense().numpy(), spans_of(pairs)
    member = [
        max(
            (
                sum(start <= c < end for c in range(left, right)) / (right - left)
                for start, end in spans.tolist()
            ),
            default=0.0,
        )
        for left, right in offsets.tolist()
    ]
    found = claimed_mass(alignment, offsets, spans)
    assert found.shape == (sizes[1],)
    for token in range(sizes[1]):
        received = sum(dense[:, token])
        claimed = sum(share * mass for share, mass in zip(member, dense[:, token], strict=True))
        assert found[token] == pytest.approx(claimed / received if received else 0, abs=1e-5)


def whole_alignment(matrix):
    return alignment_of(matrix, full=99.0, fade=100.0)


@given(stretches(), stretches(), st.integers(0, 10_000))
@QUICK
def test_means_by_word_equal_a_loop_over_tokens(tokens, words, seed):
    word_map = tokens_in_words(tokens, words)
    values = np.random.default_rng(seed).random(len(tokens)).astype(np.float32)
    found = mean_by_word(values, word_map)
    assert found.shape == (len(words),)
    for word in range(len(words)):
        inside = np.flatnonzero(word_map.word == word)
        shares = word_map.share[inside]
        total = sum(values[word_map.token[inside]] * shares)
        expected = total / shares.sum() if len(inside) else 0
        assert found[word] == pytest.approx(expected, abs=1e-5)
