"""Hold what a run leaves behind about itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from projector.errors import CorpusError
from schemas.manifest import (
    InputFiles,
    LanguageCount,
    Manifest,
    MentionCount,
    ModelFacts,
    RunLog,
    read_manifest,
)
from schemas.run import RunConfiguration


def manifest() -> Manifest:
    return Manifest(
        configuration=RunConfiguration(source="es", targets=("cz",)).model_dump(mode="json"),
        model=ModelFacts(name="tiny", fingerprint="f"),
        inputs=(),
        versions={"projector": "0.1.0"},
        languages=(),
        counts=(),
    )


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


def test_the_same_facts_are_the_same_bytes():
    again = Manifest.model_validate_json(manifest().to_json())
    assert again == manifest() and again.to_json() == manifest().to_json()
    assert manifest().to_json().endswith("}\n")
    assert json.loads(manifest().to_json())["version"] == 1


@pytest.mark.parametrize(
    "record",
    [
        ModelFacts(name="a", fingerprint="f", layer=7, granularity="window", window=512),
        InputFiles(role="texts", path="es", language="es", files=3, sha256="0f"),
        MentionCount(language="cz", label="DISEASE", status="projected", mentions=2),
        LanguageCount(
            language="cz", documents=3, translated=2, mentions=9, projected=8,
            lost_annotations=0, tables={"disease": "tsv/cz_disease.tsv"},
        ),
        RunLog(
            started="2026-01-01T00:00:00+00:00", seconds=1.5, stages={"plan": 0.5}, host="h",
            platform="p", processors=2, command=("projector", "project"),
        ),
    ],
    ids=lambda record: type(record).__name__,
)  # fmt: skip
def test_a_record_comes_back_whatever_a_later_version_adds(record):
    facts = json.loads(record.to_json())
    assert type(record).model_validate({**facts, "a_fact_of_tomorrow": 1}) == record
    with pytest.raises(ValidationError):
        record.a_fact = 1


def test_what_a_record_needs_is_needed():
    for kind in (ModelFacts, InputFiles, MentionCount, LanguageCount, RunLog, Manifest):
        with pytest.raises(ValidationError):
            kind.model_validate({})


def test_a_manifest_of_another_version_is_told_as_that(tmp_path: Path):
    later = manifest().to_json().replace('"version": 1', '"version": 2')
    (tmp_path / "manifest.json").write_text(later, encoding="utf-8")
    with pytest.raises(CorpusError, match=r"manifest\.json: version: 2; expected 1"):
        read_manifest(tmp_path)
