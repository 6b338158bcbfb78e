"""Hold what the contracts of training and coding promise to whoever writes them."""

from importlib.resources import files

import pytest
from pydantic import BaseModel, ValidationError

from projector.errors import ConfigurationError
from schemas import (
    aligner_training,
    coder_training,
    coding,
    concept_training,
    edge_training,
    encoder_training,
    tagger_training,
)
from schemas.aligner_training import AlignerTraining
from schemas.coder_training import CoderTraining
from schemas.coding import CodingConfiguration
from schemas.concept_training import ConceptTraining
from schemas.edge_training import EdgeTraining
from schemas.encoder_training import EncoderTraining
from schemas.run import Strict
from schemas.tagger_training import TaggerTraining
from schemas.validation import read_validated, validated

CONTRACTS = sorted(
    {
        contract
        for module in (
            *(aligner_training, edge_training, tagger_training, coder_training, coding),
            *(concept_training, encoder_training),
        )
        for contract in vars(module).values()
        if isinstance(contract, type)
        and issubclass(contract, Strict)
        and contract.__module__ == module.__name__
    },
    key=lambda contract: contract.__name__,
)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.__name__)
def test_every_setting_is_described_in_a_sentence(contract: type[BaseModel]):
    assert contract.model_fields
    for name, field in contract.model_fields.items():
        assert (field.description or "").endswith("."), name
        assert field.description[0].isupper(), name


@pytest.mark.parametrize(
    "contract",
    [
        AlignerTraining,
        CoderTraining,
        ConceptTraining,
        EdgeTraining,
        EncoderTraining,
        TaggerTraining,
    ],
)
def test_a_seed_is_one_that_every_generator_takes(contract: type[BaseModel]):
    for seed in (-1, 2**64):
        with pytest.raises(ConfigurationError, match=r"seed: .*; expected at "):
            validated(contract, {"seed": seed})


@pytest.mark.parametrize(
    ("contract", "others", "old", "new", "value"),
    [
        (aligner_training.EncoderConfiguration, {}, "keep", "wise_ft_alpha", 0.5),
        (aligner_training.DistillationConfiguration, {}, "sure", "target_threshold", 0.5),
        (aligner_training.SourceConfiguration, {"gold": "g"}, "plain", "accent_drop", 0.25),
        (aligner_training.SourceConfiguration, {"gold": "g"}, "without", "exclude", ["h"]),
        (coder_training.ExamplesConfiguration, {"gold": "g"}, "without", "exclude", ["h"]),
        (coder_training.ExamplesConfiguration, {"gold": "g"}, "only", "labels", ["DISEASE"]),
        (CodingConfiguration, {}, "only", "labels", ["DISEASE"]),
        (CodingConfiguration, {}, "anew", "recode", True),
        (CodingConfiguration, {}, "everyday", "lay_terms", False),
    ],
)
def test_a_setting_is_read_by_its_former_name_too(contract, others, old, new, value):
    by_old = contract.model_validate({**others, old: value})
    by_new = contract.model_validate({**others, new: value})
    assert by_old == by_new != contract.model_validate(others)
    written = by_old.model_dump(mode="json")
    assert written[new] == value and old not in written
    assert contract.model_validate(written) == by_old
    with pytest.raises(ValidationError, match="Extra inputs"):
        contract.model_validate({**others, old: value, new: value})


@pytest.mark.parametrize(
    ("place", "contract"),
    [
        ("projector.models/aligner/training.toml", AlignerTraining),
        ("projector.models/aligner/edges.toml", EdgeTraining),
        ("projector.tagging/clinical/training.toml", TaggerTraining),
        ("projector.coding/retriever/training.toml", CoderTraining),
        ("projector.coding/reranker/training.toml", CoderTraining),
    ],
)
def test_how_the_installed_models_were_trained_is_written_as_today(place, contract):
    package, _, file = place.partition("/")
    path = files(package) / file
    training = read_validated(path, contract)
    former = {"keep", "sure", "plain", "without", "only"}
    settings = {line.split(" = ")[0] for line in path.read_text(encoding="utf-8").splitlines()}
    assert not former & settings and training.seed
