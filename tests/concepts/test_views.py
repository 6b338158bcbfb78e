"""Hold the heads on an encoder: where they begin, and how they are kept."""

import json

import polars as pl
import pytest
import torch
from viewed_encoders import write_viewed_encoder

from projector.concepts.token_concepts import TokenConcepts
from projector.concepts.views import VIEWS_FILE, Views, fitted, read_views, write_views
from projector.errors import ModelError

CONCEPTS = torch.nn.functional.normalize(torch.eye(4, 3) + 0.1, dim=1)


def test_views_begin_where_the_regression_puts_them():
    generator = torch.Generator().manual_seed(0)
    vectors = torch.randn(200, 16, generator=generator)
    points = torch.nn.functional.normalize(
        vectors @ torch.randn(16, 3, generator=generator) + 0.5, dim=1
    )
    views = Views(16, CONCEPTS)
    fitted(views, vectors, points, ridge=1e-6)
    cosines = (views(vectors) * points).sum(1)
    assert cosines.mean() > 0.9


def test_a_mention_means_what_its_tokens_mean_together():
    views = Views(16, CONCEPTS)
    points = views(torch.randn(5, 16))
    expected = torch.nn.functional.normalize(points.mean(0), dim=0)
    assert torch.allclose(views.mention_point(points), expected, atol=1e-6)
    assert torch.allclose(views.mentioned(points.sum(0)), expected, atol=1e-6)


def test_views_are_kept_beside_their_encoder(tmp_path):
    views = Views(16, CONCEPTS)
    write_views(tmp_path, views, pl.DataFrame({"code": ["A"]}), {"layer": 3})
    known = read_views(tmp_path)
    vectors = torch.randn(5, 16)
    assert torch.allclose(known(vectors), views(vectors), atol=1e-2)
    assert torch.allclose(known.concepts, CONCEPTS, atol=1e-3)


def test_an_encoder_without_views_is_told(checkpoints):
    with pytest.raises(ModelError, match="nobody knows what its tokens mean"):
        TokenConcepts.load(checkpoints / "bert")


@pytest.mark.parametrize("layer", [None, "2", True])
def test_a_layer_that_is_no_number_is_told(checkpoints, tmp_path, layer):
    folder = write_viewed_encoder(checkpoints / "bert", tmp_path / "encoder")
    (folder / VIEWS_FILE).write_text(json.dumps({"layer": layer}), encoding="utf-8")
    with pytest.raises(ModelError, match="lacks the layer"):
        TokenConcepts.load(folder, device="cpu")
