"""Hold what a run's configuration is, and that it says all that a run depends on."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from projector.errors import ConfigurationError
from projector.settings import AlignSettings, Settings, published
from schemas.run import (
    CorpusConfiguration,
    ModelConfiguration,
    RunConfiguration,
    TaggingConfiguration,
)
from schemas.validation import read_validated

CONFIGURATION = RunConfiguration(
    source=CorpusConfiguration(path="brat/es", language="es"),
    targets=(CorpusConfiguration(path="brat/cz", language="cz"),),
    settings=published(),
    labels={"ENFERMEDAD": "DISEASE"},
)


def test_a_configuration_comes_back_from_its_file(tmp_path: Path):
    path = tmp_path / "run.json"
    path.write_text(CONFIGURATION.model_dump_json(), encoding="utf-8")
    assert read_validated(path, RunConfiguration) == CONFIGURATION
    path.write_text("{}", encoding="utf-8")
    assert read_validated(path, RunConfiguration) == RunConfiguration()
    assert read_validated(path, RunConfiguration).settings == Settings()


def test_part_of_a_configuration_keeps_the_other_defaults(tmp_path: Path):
    path = tmp_path / "run.json"
    path.write_text('{"settings": {"align": {"temperature": 0.2}}}', encoding="utf-8")
    assert read_validated(path, RunConfiguration).settings == Settings(
        align=AlignSettings(temperature=0.2)
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"sources": {}}', "sources: there is no such key; did you mean source?"),
        (
            '{"settings": {"align": {"tempereture": 1}}}',
            "settings.align.tempereture: there is no such key; did you mean temperature?",
        ),
        ('{"model": {"window": 0}}', "model.window: 0; expected at least 1"),
        ('{"version": 2}', "version: 2; expected 1"),
        ("{", "is no JSON"),
        ('{"settings": {"align": {"temperature": 0.001}}}', "temperature 0.001 is too low"),
    ],
)
def test_a_wrong_configuration_is_told(tmp_path: Path, content: str, told: str):
    path = tmp_path / "run.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        read_validated(path, RunConfiguration)
    assert told in str(raised.value)


def test_a_tagger_and_its_predictions_are_not_both_heard():
    with pytest.raises(ValidationError, match="tagger and tagger_model can't both be given"):
        RunConfiguration(tagger="predicted/en", tagger_model="clinical")


def test_a_corpus_is_its_path_or_more():
    said = RunConfiguration(source="es", targets=("en", {"path": "it", "language": "ita"}))
    assert said.source == CorpusConfiguration(path="es")
    assert said.targets[1] == CorpusConfiguration(path="it", language="ita")
    assert TaggingConfiguration(source="es").source.path == "es"
    for wrong in ({}, {"language": "es"}, 5, {"path": "es", "sort": 1}):
        with pytest.raises(ValidationError):
            RunConfiguration(source=wrong)


@pytest.mark.parametrize(
    ("contract", "content"),
    [
        (ModelConfiguration, {"layer": -1}),
        (ModelConfiguration, {"window": 0}),
        (ModelConfiguration, {"granularity": "word"}),
        (ModelConfiguration, {"precision": "int4"}),
        (RunConfiguration, {"on_error": "never"}),
        (RunConfiguration, {"max_characters": 0}),
        (RunConfiguration, {"version": 2}),
        (RunConfiguration, {"pattern": 5}),
        (RunConfiguration, {"labels": {"A": 1}}),
        (TaggingConfiguration, {"source": "es", "on_error": "never"}),
        (TaggingConfiguration, {"source": "es", "targets": ["en"]}),
        (TaggingConfiguration, {}),
    ],
)
def test_values_that_cannot_be_are_refused(contract, content):
    with pytest.raises(ValidationError):
        contract.model_validate(content)


@pytest.mark.parametrize(
    "configuration",
    [
        CONFIGURATION,
        RunConfiguration(model=ModelConfiguration(name="tiny", layer=0, window=1)),
        RunConfiguration(tagger="predicted", max_characters=1),
        TaggingConfiguration(source="es", labels={}, precision="bf16"),
    ],
)
def test_a_configuration_comes_back_from_what_a_manifest_holds(configuration):
    kind = type(configuration)
    assert kind.model_validate(configuration.model_dump(mode="json")) == configuration
    assert kind.model_validate_json(configuration.model_dump_json()) == configuration


def test_a_configuration_is_never_changed():
    for change in ("on_error", "another"):
        with pytest.raises(ValidationError):
            setattr(RunConfiguration(), change, "skip")
