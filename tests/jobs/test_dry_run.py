"""Hold what a collection's dry run tells of shards, workers and time, without Ray."""

from pathlib import Path

import pytest
from call_here import CallHere

from jobs.dry_run import dry_run_collection
from jobs.folder import RunFolder, driving
from jobs.plan import read_plan
from jobs.planning import Planning
from jobs.worker import ShardWorker
from projector.errors import ConfigurationError, OutputError
from projector.models import load
from projector.run.configure import configure
from projector.tagging.head import Head
from projector.tagging.tagger import save_tagger
from schemas.collection import Collection, JobOptions
from schemas.run import CorpusConfiguration, TaggingConfiguration
from schemas.tagger_training import HeadConfiguration


@pytest.fixture(autouse=True)
def corpora(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("jobs.planning.Child", CallHere)
    monkeypatch.setattr("jobs.dry_run.Child", CallHere)
    for language in ("es", "en"):
        (tmp_path / language).mkdir()
        for number in range(6):
            text = f"paciente número {number} con tos y fiebre"
            (tmp_path / language / f"{number}.txt").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def tagger(tmp_path) -> Path:
    """A head that knows nothing, on the smallest encoder."""
    chosen = HeadConfiguration(kind="linear")
    head = Head(load("tiny").dimension, 2, chosen)
    save_tagger(
        tmp_path / "tagger", ("X", "Y"), head, chosen, {"encoder": {"name_or_path": "tiny"}}
    )
    return tmp_path / "tagger"


def collection(**jobs) -> Collection:
    run = configure("es", ["en"], model="tiny", on_error="skip")
    return Collection(run=run, jobs=JobOptions(**{"shard_size": 2, **jobs}))


def dry(corpora: Path, chosen: Collection, **more):
    return dry_run_collection(chosen, corpora / "run", directory=corpora, **more)


def begun(corpora: Path, *done: int) -> RunFolder:
    """Plan a run and work on some of its shards."""
    folder = RunFolder(corpora / "run")
    folder.prepare()
    planning = Planning(folder, collection(), corpora, "cpu")
    planning.result()
    worker = ShardWorker(str(folder.path), threads=1)
    worker.load()
    for shard in done:
        worker.run(shard, 1, {})
    return folder


def test_shards_and_workers_are_those_of_the_run(corpora):
    found = dry(corpora, collection(workers=2, threads_per_worker=1))
    assert (found.plan.shards, found.shards_done, found.finished) == (3, 0, False)
    assert found.pool is not None and (found.pool.workers, found.pool.threads) == (2, 1)
    assert not (corpora / "run").exists()
    folder = begun(corpora)
    assert read_plan(folder) == found.plan


def test_more_workers_take_less_time(corpora):
    single = dry(corpora, collection(workers=1)).estimate
    several = dry(corpora, collection(workers=3)).estimate
    assert single is not None and several is not None
    assert several.project / several.measured < single.project / single.measured
    assert several.memory > single.memory


def test_what_is_done_is_not_estimated_again(corpora):
    begun(corpora, 0, 2)
    before = {path: path.stat().st_mtime_ns for path in corpora.rglob("*")}
    found = dry(corpora, collection())
    assert {path: path.stat().st_mtime_ns for path in corpora.rglob("*")} == before
    assert found.shards_done == 2 and found.pool.workers == 1
    assert found.estimate.texts == 2  # of the shard that is left


def test_another_plan_is_refused_as_the_run_would(corpora):
    begun(corpora)
    with pytest.raises(ConfigurationError, match="its plan differs"):
        dry(corpora, collection(shard_size=3))
    assert dry(corpora, collection(shard_size=3), overwrite=True).plan.shards == 2


def test_a_run_that_somebody_drives_is_refused(corpora):
    with driving(begun(corpora)), pytest.raises(OutputError, match="another `projector jobs run`"):
        dry(corpora, collection())


def test_where_no_such_device_is_nothing_is_measured(corpora, monkeypatch):
    def absent(device: str) -> None:
        raise ConfigurationError(f"there is no device {device!r} here")

    monkeypatch.setattr("projector.models.devices.resolve_device", absent)
    found = dry(corpora, collection())
    assert found.estimate is None and found.files == () and found.plan.shards == 3


def test_tagging_is_told_too(corpora, tagger):
    run = TaggingConfiguration(
        source=CorpusConfiguration(path="es"), tagger=str(tagger), on_error="skip"
    )
    found = dry(corpora, Collection(run=run, jobs=JobOptions(shard_size=3)))
    (only,) = found.languages
    assert (only.language, only.documents, only.tried) == ("es", 6, 6)
    assert "documents.parquet" in found.files and "source/documents.parquet" not in found.files
