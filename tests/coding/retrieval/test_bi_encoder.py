"""Hold how texts become single vectors, and how the nearest names are found."""

import numpy as np
import pytest

from projector.coding.code_list import make_list
from projector.coding.retrieval.bi_encoder import (
    BiEncoder,
    DenseIndex,
    distinct_names,
)
from projector.models import load

CODES = make_list(
    "test",
    [
        ("E11.0", "es", "Diabetes mellitus tipo 2, con coma"),
        ("E11.0", "en", "Type 2 diabetes mellitus: with coma"),
        ("E11.9", "es", "Diabetes mellitus tipo 2, no especificada"),
        ("E11.9", "en", "Type 2 diabetes mellitus without complications"),
        ("I10", "es", "Hipertensión arterial"),
        ("I10", "en", "Essential hypertension"),
        ("I10", "en", "Arterial hypertension"),
        ("R05", "es", "Tos"),
    ],
)


@pytest.fixture
def encoder(checkpoints):
    return BiEncoder(load(str(checkpoints / "bert"), granularity="window", device="cpu"))


def test_a_text_has_the_same_vector_in_any_company(encoder):
    texts = [term.text for term in CODES.terms] + [""]
    together = encoder.embed(texts)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, together, strict=True):
        assert np.allclose(encoder.embed([text])[0], vector, atol=1e-5)
    assert (BiEncoder(encoder.encoder, prefix="").embed(["", "tos"])[0] == 0).all()
    assert encoder.embed([]).shape == (0, encoder.encoder.dimension)


def test_the_nearest_descriptions_are_found_exactly(encoder):
    vectors = encoder.embed(distinct_names(CODES))
    found = DenseIndex(CODES, encoder, vectors).find([term.text for term in CODES.terms], 3)
    assert found.codes[:, 0].tolist() == [term.code for term in CODES.terms]
    similar = encoder.embed(["tos"]) @ vectors.T
    best = DenseIndex(CODES, encoder, vectors).find(["tos"], 1)
    assert best.scores[0, 0] == pytest.approx(similar.max(), abs=1e-6)
