"""The stages up to alignment weights: what the settings choose at each."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from slow_alignment import unit

from projector.align.aligner import align_within, band_along, token_vectors
from projector.align.anchors import anchored_path, diagonal, expected_path, sure_pairs
from projector.align.similarity import PRIOR_TOKENS, centered, contextualized
from projector.models.character_ngrams import TinyEncoder
from projector.settings import AlignMethod, AlignSettings, published

METHODS = AlignMethod.__args__


@pytest.mark.parametrize("settings", [AlignSettings(), published().align])
def test_token_vectors_have_unit_length_and_the_context_and_centre_of_the_settings(settings):
    encoder = TinyEncoder()
    texts = [encoder.tokenize(text) for text in ("fiebre y tos seca", "fever")]
    for found, raw in zip(
        token_vectors(*texts, encoder, settings), encoder.encode(texts), strict=True
    ):
        assert found.norm(dim=1).numpy() == pytest.approx(1, abs=1e-5)
        mixed = contextualized(raw, factor=settings.context)
        shrink = PRIOR_TOKENS if settings.center else float("inf")
        torch.testing.assert_close(found, centered(mixed, prior_tokens=shrink))


def test_the_path_is_the_diagonal_or_leads_along_anchors():
    rng = np.random.default_rng(1)
    source, target = unit(rng, 30), unit(rng, 20)
    settings = AlignSettings(search=12, search_share=0.0)
    straight = replace(settings, path="diagonal")
    np.testing.assert_array_equal(expected_path(source, target, straight), diagonal(30, 20))
    anchored = anchored_path(source, target, reach=12, neighbors=settings.neighbors)
    np.testing.assert_array_equal(expected_path(source, target, settings), anchored)


def test_the_search_is_as_wide_as_what_one_text_lacks():
    rng = np.random.default_rng(3)
    source = unit(rng, 60)
    target = torch.cat([source[:5], source[40:]])  # far from the diagonal wherever it is
    narrow = AlignSettings(search=3, search_share=0.0, neighbors=())
    path = expected_path(source, target, narrow)
    np.testing.assert_allclose(path[:5], np.arange(5))
    np.testing.assert_allclose(path[40:], np.arange(5, 25))
    limited = replace(narrow, search_limit=3)
    assert not np.allclose(expected_path(source, target, limited)[40:], np.arange(5, 25))
    pairs = sure_pairs(source, target, narrow)
    assert pairs.target.tolist() == list(range(25))
    assert not len(sure_pairs(source, target[:0], narrow).source)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("sources", "targets"), [(0, 0), (0, 3), (3, 0), (3, 4)])
def test_texts_of_any_length_go_through_every_stage(method, sources, targets):
    rng = np.random.default_rng(2)
    source, target = unit(rng, sources), unit(rng, targets)
    for path in ("anchored", "diagonal"):
        settings = AlignSettings(path=path, method=method)
        band = band_along(expected_path(source, target, settings), target, settings)
        weights = align_within(source, target, band, settings).dense()
        assert weights.shape == (sources, targets)
        assert bool(weights.any()) is (sources > 0 < targets)
