"""Hold how a collection's run is read from its file."""

from pathlib import Path

import pytest

from projector.errors import ConfigurationError
from schemas.coding import CodingConfiguration
from schemas.collection import Collection, JobOptions, read_collection, run_kind
from schemas.run import RunConfiguration, TaggingConfiguration

PROJECTING = 'source = "es"\ntargets = ["en"]\n'


@pytest.fixture
def read(tmp_path):
    def of(content: str) -> Collection:
        path: Path = tmp_path / "c.toml"
        path.write_text(content, encoding="utf-8")
        return read_collection(path)

    return of


def test_a_collection_skips_what_it_cannot_process(read):
    expected = RunConfiguration(source="es", targets=("en",), on_error="skip")
    assert read(PROJECTING) == Collection(run=expected)
    assert read(PROJECTING + 'on_error = "skip"\n').run == expected
    told = r"c\.toml: on_error = 'stop'; a collection's run skips .* max_failures in \[jobs\]"
    with pytest.raises(ConfigurationError, match=told):
        read(PROJECTING + 'on_error = "stop"\n')


def test_the_work_and_the_codes_have_tables_of_their_own(read):
    found = read(PROJECTING + "[jobs]\nshard_size = 9\nworkers = 2\n[coding]\ntop_k = 3\n")
    assert found.jobs == JobOptions(shard_size=9, workers=2)
    assert found.coding == CodingConfiguration(top_k=3)
    assert read(PROJECTING).coding is None
    assert read(PROJECTING + "[coding]\n").coding == CodingConfiguration()


def test_without_targets_a_source_is_tagged(read):
    found = read('source = "es"\ntagger = "clinical"\nprecision = "fp32"\n').run
    assert found == TaggingConfiguration(
        source="es", tagger="clinical", precision="fp32", on_error="skip"
    )


def test_a_file_of_version_0_1_0_that_tags_is_understood(read):
    tags = 'source = "es"\ntagger_model = "runs/t"\n'
    assert read(tags).run == TaggingConfiguration(source="es", tagger="runs/t", on_error="skip")
    with_precision = read(tags + '[model]\nprecision = "fp32"\n').run
    assert with_precision.precision == "fp32"
    with pytest.raises(ConfigurationError, match="model: there is no such key"):
        read(tags + '[model]\nname = "aligner"\n')  # its encoder is the tagger's own
    projecting = read(PROJECTING + 'tagger_model = "runs/t"\n').run
    assert isinstance(projecting, RunConfiguration) and projecting.tagger_model == "runs/t"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (PROJECTING + "[jobs]\nshard_size = 0\n", r"jobs\.shard_size: 0; expected at least 1"),
        (PROJECTING + "[jobs]\nshards = 1\n", r"jobs\.shards: there is no such key"),
        (PROJECTING + "[coding]\ntop_k = 0\n", r"coding\.top_k: 0; expected at least 1"),
        (PROJECTING + "jobs = 5\n", r"jobs: "),
        (PROJECTING + "windw = 5\n", "windw: there is no such key"),
        (PROJECTING + 'tagger = "a"\ntagger_model = "b"\n', "can't both be given"),
        ('tagger = "clinical"\n', "source: it is missing"),
        ("=", "is no TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_table_and_key(read, content, told):
    with pytest.raises(ConfigurationError, match=rf"c\.toml: .*{told}"):
        read(content)


def test_the_faults_of_all_tables_are_told_at_once(read):
    with pytest.raises(ConfigurationError) as raised:
        read(PROJECTING + "max_characters = 0\n[jobs]\nworkers = 0\n[coding]\ntop_k = 0\n")
    lines = str(raised.value).splitlines()
    assert [line.split(": ")[1] for line in lines] == [
        "max_characters", "jobs.workers", "coding.top_k",
    ]  # fmt: skip


def test_a_run_is_of_the_kind_that_its_content_has():
    assert run_kind({"tagger": "x"}) is TaggingConfiguration
    assert run_kind({"tagger": "x", "targets": []}) is RunConfiguration
    assert run_kind({}) is RunConfiguration
    for run in (RunConfiguration(source="es"), TaggingConfiguration(source="es")):
        assert run_kind(run.model_dump(mode="json")) is type(run)


@pytest.mark.parametrize(
    "options", [{"workers": 0}, {"gpus_per_worker": -1}, {"max_failures": -1}, {"shards": 2}]
)
def test_work_that_cannot_be_shared_so_is_refused(options):
    with pytest.raises(ValueError):
        JobOptions(**options)
