"""Tag a collection: a run without targets."""

from pathlib import Path

import pytest
import torch
from job_runs import contents

from jobs.folder import RunFolder
from jobs.merge import finished_shards, merge_shards
from jobs.planning import Planning
from jobs.shard_file import write_shard
from jobs.shard_work import read_shards, read_work
from projector.cli import run as command
from projector.errors import ConfigurationError, ProjectorError
from projector.evaluation.score_files import score_paths
from projector.models import load
from projector.run.models import load_models
from projector.run.project_corpus import carry_out, run_configuration
from projector.run.reader import read_run
from projector.run.summary import RunSummary
from projector.tagging.head import Head
from projector.tagging.tagger import Tagger, save_tagger
from schemas.collection import Collection, JobOptions, read_collection
from schemas.run import RunConfiguration, TaggingConfiguration
from schemas.tagger_training import HeadConfiguration

pytestmark = pytest.mark.usefixtures("planning_here")


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


def tagging(corpus: Path, tagger: Path, **options) -> TaggingConfiguration:
    return TaggingConfiguration(source=str(corpus), tagger=str(tagger), **options)


def _merged(collection: Collection, tmp_path: Path) -> tuple[RunFolder, RunSummary]:
    """Do without Ray what a run does with it."""
    folder = RunFolder(tmp_path / "run")
    folder.prepare()
    plan = Planning(folder, collection, tmp_path, "cpu").result()
    shards = read_shards(folder, plan)
    encoder, tagger = load_models(collection.run, "cpu")
    for shard in reversed(shards):
        work = read_work(folder, plan, shard.shard)
        outcomes = carry_out(work.tasks, work, plan.run, encoder, tagger)
        path = folder.shard(shard.shard)
        write_shard(path, outcomes, fingerprint=plan.fingerprint, shard=shard.shard)
    assert (plan.documents, plan.shards, plan.shared) == (5, 3, None)
    summary = merge_shards(folder, plan, finished_shards(folder, plan, shards), stages={})
    return folder, summary


def test_a_tagged_collection_is_what_the_tag_command_finds(corpus, tagger, tmp_path):
    run = tagging(corpus, tagger, on_error="skip", labels={})
    folder, summary = _merged(Collection(run=run, jobs=JobOptions(shard_size=2)), tmp_path)
    run_configuration(run, tmp_path / "plain")
    assert contents(folder.result) == contents(tmp_path / "plain")

    out = tmp_path / "tagged"
    assert command(["tag", str(corpus), "-m", str(tagger), "-o", str(out)]) == 0
    for path in out.iterdir():
        assert path.read_bytes() == (folder.result / "brat" / "es" / path.name).read_bytes()
    written = [line for path in out.glob("*.ann") for line in path.read_text().splitlines()]
    lines = sum(line.startswith("T") for line in written)
    assert lines == sum("\tTaggingScore " in line for line in written)
    assert lines == sum(summary.tagged.values()) > 5
    assert (summary.by_status(), summary.losses) == ({"tagged": lines}, 0)
    (language,) = summary.languages
    assert (language.documents, language.translated, language.mentions) == (5, 5, 0)
    assert {"es_x.tsv", "es_y.tsv"} == {one.name for one in (folder.result / "tsv").iterdir()}


def test_a_tagged_collection_is_evaluated_as_a_corpus(corpus, tagger, tmp_path):
    run_configuration(tagging(corpus, tagger), tmp_path / "out")
    finished = read_run(tmp_path / "out")
    assert finished.tags and finished.projections().is_empty()
    compared = score_paths(tmp_path / "out", tmp_path / "out")
    matched = compared.comparison.predicted["matched"]
    assert len(matched) > 5 and matched.all()
    assert compared.calibration() is None  # a tagger's scores are notes, not a run's


def test_a_text_that_cannot_be_read_fails_for_itself(corpus, tagger, tmp_path):
    (corpus / "3.txt").write_bytes(b"Fiebre \xff")
    run = tagging(corpus, tagger, on_error="skip")
    folder, summary = _merged(Collection(run=run, jobs=JobOptions(shard_size=2)), tmp_path)
    failed = (folder.result / "failed.tsv").read_text().splitlines()
    assert len(failed) == 2 and failed[1].startswith("es\t3\t") and "UTF-8" in failed[1]
    assert len(list((folder.result / "brat" / "es").glob("*.ann"))) == 4
    assert summary.losses == summary.languages[0].failed == 1


def test_a_result_that_was_tagged_is_converted_and_submitted(corpus, tagger, tmp_path):
    run_configuration(tagging(corpus, tagger), tmp_path / "out")
    assert command(["convert", str(tmp_path / "out"), str(tmp_path / "brat"), "--to", "brat"]) == 0
    for path in (tmp_path / "brat").iterdir():
        assert path.read_bytes() == (tmp_path / "out" / "brat" / "es" / path.name).read_bytes()
    assert command(["submit", str(tmp_path / "out"), "-o", str(tmp_path / "es.zip")]) == 0


def test_a_text_that_is_too_long_is_not_tagged(corpus, tagger, tmp_path):
    run = tagging(corpus, tagger, on_error="skip", max_characters=20)
    assert run_configuration(run, tmp_path / "out").losses == 5
    failed = (tmp_path / "out" / "failed.tsv").read_text().splitlines()
    assert failed[1].endswith("34 characters, more than 20 are not wanted (--max-characters)")


def test_what_cannot_be_tagged_fails_alone_or_ends_the_run(corpus, tagger, tmp_path, monkeypatch):
    whole = Tagger.tag

    def breaking(self, document, **options):
        if document.name == "3":
            raise MemoryError
        return whole(self, document, **options)

    monkeypatch.setattr(Tagger, "tag", breaking)
    with pytest.raises(ProjectorError, match=r"3: can't be tagged \(there was not enough memory"):
        run_configuration(tagging(corpus, tagger), tmp_path / "out")
    summary = run_configuration(tagging(corpus, tagger, on_error="skip"), tmp_path / "out")
    assert summary.languages[0].failed == 1


def test_a_file_without_targets_says_who_tags(tmp_path):
    file = tmp_path / "c.toml"
    file.write_text('source = "es"\ntagger = "clinical"\nprecision = "fp32"\n')
    expected = tagging("es", "clinical", precision="fp32", on_error="skip")
    assert read_collection(file).run == expected
    # As version 0.1.0 called it.
    file.write_text('source = "es"\ntagger_model = "clinical"\nmodel = { precision = "fp32" }\n')
    assert read_collection(file).run == expected
    file.write_text('source = "es"\ntargets = ["en"]\ntagger_model = "clinical"\n')
    assert isinstance(read_collection(file).run, RunConfiguration)
    file.write_text('source = "es"\ntagger = "clinical"\nwindow = 3\n[jobs]\nshards = 1\n')
    with pytest.raises(ConfigurationError, match=r"c.toml: window: .*\n.*jobs\.shards: "):
        read_collection(file)


def test_a_source_alone_needs_a_tagger_that_was_trained(corpus, tmp_path, capsys):
    out = str(tmp_path / "run")
    assert command(["jobs", "run", str(corpus), "-o", out]) == 2
    assert "a source and --tagger" in capsys.readouterr().err
    assert command(["jobs", "run", str(corpus), "-o", out, "--tagger", str(corpus)]) == 2
    assert "a trained one" in capsys.readouterr().err
