"""Hold what a user may choose of coding, and what a folder of coded mentions says."""

import json

import pytest
from pydantic import ValidationError

from schemas.coding import CodingConfiguration, CodingCount, CodingFacts


@pytest.mark.parametrize(
    "content",
    [
        {"top_k": 0},
        {"min_score": -0.1},
        {"min_score": 1.5},
        {"synonyms": "icd10cm"},
        {"labels": "DISEASE"},
        {"code": "x"},
        {"recode": True, "anew": True},
    ],
)
def test_what_cannot_be_chosen_is_refused(content):
    with pytest.raises(ValidationError):
        CodingConfiguration.model_validate(content)


def test_what_is_not_said_has_its_default():
    chosen = CodingConfiguration()
    assert (chosen.codes, chosen.model, chosen.rerank) == (None, "lexical", None)
    assert (chosen.top_k, chosen.min_score, chosen.labels) == (10, 0.0, ())
    assert chosen.lay_terms and not chosen.recode and chosen.resource == "ICD10"


def test_facts_come_back_whatever_a_later_version_adds():
    count = CodingCount(language="es", label="DISEASE", given=1, proposed=2, uncoded=3)
    said = {"coder": "lexical", "fingerprint": "f", "codes": "icd10cm", "codes_fingerprint": "g"}
    facts = CodingFacts(
        **said, configuration=CodingConfiguration(labels=("DISEASE",)), counts=(count,)
    )
    content = json.loads(facts.to_json())
    assert CodingFacts.model_validate({**content, "tomorrow": 1}) == facts
    assert facts.to_json() == CodingFacts.model_validate_json(facts.to_json()).to_json()
    with pytest.raises(ValidationError, match="version"):
        CodingFacts.model_validate({**content, "version": 2})
