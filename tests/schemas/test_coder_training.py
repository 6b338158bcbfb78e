"""Hold what of a coder's training goes together."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from schemas.coder_training import CoderTraining, CurationConfiguration, ExamplesConfiguration

FACTORY = {"factory": 1}


@pytest.mark.parametrize(
    "wrong",
    [{}, {"factory": 1, "gold": Path("x")}, {"gold": Path("x"), "folds": 2, "fold": 2}],
)
def test_sources_that_cannot_be_are_told(wrong):
    with pytest.raises(ValueError):
        ExamplesConfiguration(**wrong)


@pytest.mark.parametrize("kind", ["gold", "table", "terms"])
def test_examples_come_from_one_thing(kind):
    assert getattr(ExamplesConfiguration(**{kind: "x"}), kind) == Path("x")
    with pytest.raises(ValidationError, match="name one of: factory; gold; table; terms"):
        ExamplesConfiguration(**{kind: "x", **FACTORY})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"examples": []}, "nothing to learn from; add a table"),
        ({"examples": [{"terms": "t"}], "stage": "reranker"}, "terms teach a retriever only"),
        ({"examples": [FACTORY], "stage": "other"}, "'retriever' or 'reranker'"),
        ({"examples": [FACTORY], "temperature": 0}, "greater than 0"),
        ({"examples": [{**FACTORY, "transformations": ["magic"]}]}, "translation"),
        ({"examples": [FACTORY], "curation": {"near": 1.5}}, "less than or equal to 1"),
        ({}, "Field required"),
    ],
)
def test_what_cannot_be_trained_is_refused(content, told):
    with pytest.raises(ValidationError, match=told):
        CoderTraining.model_validate(content)


def test_terms_teach_a_retriever():
    training = CoderTraining.model_validate({"examples": [{"terms": "t"}, FACTORY]})
    assert training.stage == "retriever" and training.optimisation.tokens == 1600
    assert training.curation == CurationConfiguration()
    assert (training.encoder.layer, training.encoder.prefix) == (12, "query: ")
