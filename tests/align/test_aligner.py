"""The stages up to alignment weights: what the settings choose at each."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from slow_alignment import unit

from projector.align.aligner import align_within, band_along, token_vectors
from projector.align.anchors import anchored_path, diagonal, expected_path
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
    settings = AlignSettings(search=3, search_share=0.0)
    straight = replace(settings, path="diagonal")
    np.testing.assert_array_equal(expected_path(source, target, straight), diagonal(30, 20))
    anchored = anchored_path(source, target, reach=3, neighbors=settings.neighbors)
    np.testing.assert_array_equal(expected_path(source, target, settings), anchored)


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
