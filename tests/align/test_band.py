"""The band, checked against plain loops over the whole matrix."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_alignment import SIZES

from projector.align.band import band_around
from projector.align.weights import Alignment

QUICK = settings(max_examples=30, deadline=None)


@given(SIZES, st.floats(0.5, 6), st.floats(0, 8), st.integers(0, 10_000))
@QUICK
def test_band_holds_the_fading_distance_to_the_path(sizes, full, fading, seed):
    sources, targets = sizes
    path = np.sort(np.random.default_rng(seed).uniform(-1, targets, sources))
    band = band_around(path, targets, full=full, fade=full + fading)
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
    band = band_around(np.array([-1.0, 0.0, 2.0, 3.0]), 3, full=9, fade=9)
    assert band.columns.min() == 0
    assert band.columns.max() == 2
    assert band.prior.sum(1).tolist() == [3, 3, 3, 3]
