from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import ValidationError

from projector.errors import ConfigurationError, CorpusError
from projector.settings import AlignSettings, Settings, published
from schemas.manifest import Manifest, ModelFacts, read_manifest
from schemas.run import CorpusConfiguration, RunConfiguration
from schemas.tables import MENTIONS, TABLES, VERSION, check_table, name_of
from schemas.validation import read_validated

CONFIGURATION = RunConfiguration(
    source=CorpusConfiguration(path="brat/es", language="es"),
    targets=(CorpusConfiguration(path="brat/cz", language="cz"),),
    settings=published(),
    labels={"ENFERMEDAD": "DISEASE"},
)


def manifest() -> Manifest:
    return Manifest(
        configuration=CONFIGURATION.model_dump(mode="json"),
        model=ModelFacts(name="tiny", fingerprint="f"),
        inputs=(),
        versions={"projector": "0.1.0"},
        languages=(),
        counts=(),
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
        ("{", "the file: Invalid JSON"),
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


def test_a_configuration_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="can't be read: No such file"):
        read_validated(tmp_path / "run.json", RunConfiguration)


def test_a_manifest_comes_back_and_passes_over_later_facts(tmp_path: Path):
    path = tmp_path / "manifest.json"
    path.write_text(manifest().to_json(), encoding="utf-8")
    assert read_manifest(tmp_path) == manifest()
    facts = json.loads(path.read_text(encoding="utf-8"))
    facts["configuration"]["an_option_of_tomorrow"] = 1
    path.write_text(json.dumps({**facts, "a_fact_of_tomorrow": 1}), encoding="utf-8")
    assert read_manifest(tmp_path).model == manifest().model


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "no run is there"), ("{}", "inputs: it is missing"), ('{"version": 2}', "version:")],
)
def test_what_is_no_manifest_is_told(tmp_path: Path, content: str | None, told: str):
    if content is not None:
        (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError) as raised:
        read_manifest(tmp_path)
    assert told in str(raised.value)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_knows_its_name_and_version(name: str):
    schema = TABLES[name]
    assert name_of(schema) == name
    check_table(schema, schema, Path("a.parquet"))
    assert schema.metadata[b"projector.version"] == str(VERSION).encode()


def test_columns_may_be_added_and_nullable_ones_missing():
    more = MENTIONS.append(pa.field("tomorrow", pa.string()))
    less = more.remove(more.get_field_index("line"))
    check_table(less.with_metadata(MENTIONS.metadata), MENTIONS, Path("a.parquet"))


def test_any_other_difference_is_refused():
    def told(schema: pa.Schema) -> str:
        with pytest.raises(CorpusError) as raised:
            check_table(schema, MENTIONS, Path("a.parquet"))
        return str(raised.value)

    assert "not a table of this name; expected mentions" in told(TABLES["documents"])
    assert "not a table of this name" in told(MENTIONS.remove_metadata())
    later = {**MENTIONS.metadata, b"projector.version": b"2"}
    assert "its version is 2; expected 1" in told(MENTIONS.with_metadata(later))
    place = MENTIONS.get_field_index("label")
    assert "the column label is missing" in told(MENTIONS.remove(place))
    changed = MENTIONS.set(place, pa.field("label", pa.int64()))
    assert "the column label is int64; expected string" in told(changed)
