import pytest
from pydantic import BaseModel

from schemas.coding import CodingConfiguration
from schemas.collection import JobOptions
from schemas.options import SECTIONS, field_options, nested, overlaid
from schemas.run import (
    CorpusConfiguration,
    ModelConfiguration,
    RunConfiguration,
    TaggingConfiguration,
)

CONTRACTS = (
    CodingConfiguration,
    CorpusConfiguration,
    JobOptions,
    ModelConfiguration,
    RunConfiguration,
    TaggingConfiguration,
)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_field_says_what_it_is(contract: type[BaseModel]):
    for name, field in contract.model_fields.items():
        assert field.description and field.description.endswith("."), name


@pytest.mark.parametrize("contract", CONTRACTS)
def test_options_have_a_section_and_a_keyword_of_their_own(contract: type[BaseModel]):
    options = [*field_options(contract)]
    assert {option.option.section for option in options} <= {*SECTIONS}
    assert len({option.keyword for option in options}) == len(options)


def test_a_part_of_a_configuration_gives_its_options_to_the_whole():
    keywords = {option.keyword: option.location for option in field_options(RunConfiguration)}
    assert keywords["model"] == ("model", "name") and keywords["layer"] == ("model", "layer")
    assert keywords["pattern"] == ("pattern",)


def test_values_are_put_where_their_fields_are():
    content = nested(RunConfiguration, {"model": "tiny", "pattern": "x", "unknown": 1})
    assert content == {"model": {"name": "tiny"}, "pattern": "x"}


def test_one_content_is_laid_over_another_table_by_table():
    under = {"model": {"name": "a", "layer": 1}, "pattern": "x"}
    assert overlaid(under, {"model": {"layer": 2}, "targets": []}) == {
        "model": {"name": "a", "layer": 2}, "pattern": "x", "targets": [],
    }  # fmt: skip
    assert under["model"]["layer"] == 1
