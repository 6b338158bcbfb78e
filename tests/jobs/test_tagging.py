"""Tag a collection: a run without targets."""

from pathlib import Path

import pytest
import torch
from job_runs import contents

from jobs.folder import RunFolder
from jobs.merge import finished_shards, merge_shards
from jobs.plan import Planning, read_shards, read_work
from jobs.shard_file import write_shard
from projector.cli import run as command
from projector.evaluation.score_files import score_paths
from projector.models import load
from projector.run.configure import configure
from projector.run.models import load_models
from projector.run.project_corpus import project_tasks, run_configuration
from projector.run.reader import read_run, tagged_mentions
from projector.tagging.head import Head
from projector.tagging.tagger import save_tagger
from schemas.collection import Collection, JobOptions
from schemas.tagger_training import HeadConfiguration


@pytest.fixture
def tagger(tmp_path) -> Path:
    """A head that knows nothing and says much, on the smallest encoder."""
    torch.manual_seed(1)
    chosen = HeadConfiguration(kind="linear")
    head = Head(load("tiny").dimension, 2, chosen)
    save_tagger(
        tmp_path / "tagger", ("X", "Y"), head, chosen, {"encoder": {"name_or_path": "tiny"}}
    )
    return tmp_path / "tagger"


@pytest.fixture
def corpus(tmp_path) -> Path:
    folder = tmp_path / "es"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.txt").write_text(f"Fiebre alta de {number} días y tos seca.\n")
        (folder / f"{number}.ann").write_text("T1\tDISEASE 0 6\tFiebre\nT2\tDISEASE 90 96\tX\n")
    return folder


def _merged(collection: Collection, tmp_path: Path) -> RunFolder:
    """Do without Ray what a run does with it."""
    folder = RunFolder(tmp_path / "run")
    folder.prepare()
    plan = Planning(folder, collection, tmp_path, "cpu").result()
    shards = read_shards(folder)
    encoder, tagger = load_models(collection.run, "cpu")
    for shard in reversed(shards):
        work = read_work(folder, shard.shard)
        entries = project_tasks(work.tasks, work, encoder, collection.run, tagger=tagger)
        path = folder.shard(shard.shard)
        write_shard(path, entries, fingerprint=plan.fingerprint, shard=shard.shard)
    assert (plan.documents, plan.shards, plan.shared) == (5, 3, None)
    merge_shards(folder, plan, finished_shards(folder, plan, shards), stages={})
    return folder


def test_a_tagged_collection_is_what_the_tag_command_finds(corpus, tagger, tmp_path):
    run = configure(corpus, [], tagger=tagger, on_error="skip", labels={})
    folder = _merged(Collection(run=run, jobs=JobOptions(shard_size=2)), tmp_path)
    run_configuration(run, tmp_path / "plain")
    assert contents(folder.result) == contents(tmp_path / "plain")

    out = tmp_path / "tagged"
    assert command(["tag", str(corpus), "-m", str(tagger), "-o", str(out)]) == 0
    for path in out.iterdir():
        assert path.read_bytes() == (folder.result / "brat" / "es" / path.name).read_bytes()
    lines = sum(len(path.read_text().splitlines()) for path in out.glob("*.ann"))
    assert lines == sum(tagged_mentions(folder.result).values()) > 5
    assert {"es_x.tsv", "es_y.tsv"} == {one.name for one in (folder.result / "tsv").iterdir()}


def test_a_tagged_collection_is_evaluated_as_a_corpus(corpus, tagger, tmp_path):
    run = configure(corpus, [], tagger=tagger)
    run_configuration(run, tmp_path / "out")
    assert read_run(tmp_path / "out").tags
    compared = score_paths(tmp_path / "out", tmp_path / "out")
    matched = compared.comparison.predicted["matched"]
    assert len(matched) > 5 and matched.all()
    assert compared.calibration() is None  # a tagger's spans have no score


def test_a_text_that_cannot_be_read_fails_for_itself(corpus, tagger, tmp_path):
    (corpus / "3.txt").write_bytes(b"Fiebre \xff")
    run = configure(corpus, [], tagger=tagger, on_error="skip")
    folder = _merged(Collection(run=run, jobs=JobOptions(shard_size=2)), tmp_path)
    failed = (folder.result / "failed.tsv").read_text().splitlines()
    assert len(failed) == 2 and failed[1].startswith("es\t3\t") and "UTF-8" in failed[1]
    assert len(list((folder.result / "brat" / "es").glob("*.ann"))) == 4


def test_a_source_alone_needs_a_tagger_that_was_trained(corpus, tmp_path, capsys):
    out = str(tmp_path / "run")
    assert command(["jobs", "run", str(corpus), "-o", out]) == 2
    assert "a source and --tagger" in capsys.readouterr().err
    assert command(["jobs", "run", str(corpus), "-o", out, "--tagger", str(corpus)]) == 2
    assert "a trained one" in capsys.readouterr().err
