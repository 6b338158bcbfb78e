"""Hold what planning costs, and what it leaves alone."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from job_runs import contents

from jobs.folder import RunFolder, open_run
from jobs.merge import finished_shards, merge_shards
from jobs.plan import read_plan
from jobs.planning import Planning
from jobs.shard_file import write_shard
from jobs.shard_work import (
    read_shards,
    read_work,
)
from projector.corpus.formats.parquet_write import write_parquet
from projector.document import Document
from projector.errors import (
    ConfigurationError,
    CorpusError,
    OutputError,
)
from projector.run.configure import configure
from projector.run.models import load_model
from projector.run.plan import plan_run
from projector.run.project_corpus import run_configuration
from projector.run.project_tasks import project_tasks
from schemas.collection import Collection, JobOptions
from schemas.run import TaggingConfiguration

ROOT = Path(__file__).parents[2]


def test_planning_does_without_torch_where_the_precision_is_said(tmp_path):
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from jobs.planning import _make_plan
        from projector.run.configure import configure
        from schemas.collection import Collection

        run = configure("es", ["en"], model="tiny", precision="fp32")
        plan = _make_plan(Path("shards"), Collection(run=run), Path.cwd(), "cpu", None)
        print(plan.documents, plan.precision, "torch" in sys.modules)
    """)
    for language in ("es", "en"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "a.txt").write_text("Tos.", encoding="utf-8")
    line = [sys.executable, "-c", script]
    planned = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert planned.stdout.split() == ["1", "fp32", "False"]


def test_what_is_asked_for_wrongly_overwrites_nothing(tmp_path):
    run = configure(tmp_path / "es", [tmp_path / "en"], model="tiny", precision="fp32")
    wrong = configure(tmp_path / "nowhere", [tmp_path / "en"], model="tiny", precision="fp32")
    for language in ("es", "en"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "a.txt").write_text("Tos.", encoding="utf-8")
    folder = RunFolder(tmp_path / "run")
    folder.prepare()
    plan = Planning(folder, Collection(run=run), tmp_path, "cpu").result()
    folder.result.mkdir()
    (folder.result / "manifest.json").write_text("{}", encoding="utf-8")

    with pytest.raises(CorpusError, match="nowhere"):
        Planning(folder, Collection(run=wrong), tmp_path, "cpu", overwrite=True).result()
    assert read_plan(folder) == plan and (folder.result / "manifest.json").is_file()

    asked = Planning(folder, Collection(run=run), tmp_path, "cpu", overwrite=True)
    assert asked.result() == plan == read_plan(folder)
    assert not folder.result.exists() and read_shards(folder, plan)


def test_a_worker_reads_files_as_the_run_says(tmp_path):
    for language, text in (("es", "Con 😀 tos\xa0seca."), ("en", "A dry cough.")):
        (tmp_path / language / "ward").mkdir(parents=True)
        (tmp_path / language / "ward" / "a.txt").write_text(text, encoding="utf-8")
    rows = "who;what;begin;end;words\na;X;7;15;tos seca\n"
    (tmp_path / "es" / "ward" / "all.csv").write_text(rows, encoding="utf-8")
    columns = {"filename": "who", "label": "what", "text": "words"}
    run = configure(
        tmp_path / "es",
        [tmp_path / "en"],
        model="tiny",
        precision="fp32",
        columns=columns,
        text_check="normalised",
    )
    folder = RunFolder(tmp_path / "run")
    folder.prepare()
    plan = Planning(folder, Collection(run=run), tmp_path, "cpu").result()
    assert read_plan(folder) == plan and plan.mentions == 1
    told = " ".join(notice.told for notice in plan.notices)
    assert "read together (ward)" in told and "UTF-16 units" in told and "blanks" in told
    assert not plan.facts().keys() & {"notices", "problems"}
    reading = read_work(folder, plan, 0).source.read("a")
    assert not reading.problems and [one.start for one in reading.document.mentions] == [6]


@pytest.fixture
def sampled(monkeypatch) -> Collection:
    """The samples in three languages."""
    monkeypatch.chdir(ROOT)
    folder = "data_samples/brat"
    run = configure(f"{folder}/es", [f"{folder}/en", f"{folder}/nl"], model="tiny", on_error="skip")
    return Collection(run=run, jobs=JobOptions(shard_size=3))


def test_shards_done_in_any_order_make_the_plain_run(sampled, tmp_path):
    """Without Ray: what workers do, one after the other."""
    folder = RunFolder(tmp_path / "run")
    folder.prepare()
    plan = Planning(folder, sampled, ROOT, "cpu").result()
    assert plan == read_plan(folder) and plan.model.name == "tiny"
    shards = read_shards(folder, plan)
    assert (plan.documents, plan.tasks, plan.shards) == (14, 28, 5) == (
        sum(shard.documents for shard in shards), sum(shard.tasks for shard in shards), len(shards),
    )  # fmt: skip
    encoder = load_model(sampled.run.model, "cpu")
    for shard in reversed(shards):
        work = read_work(folder, plan, shard.shard)
        assert {task.source for task in work.tasks} == set(work.source.names)
        outcomes = project_tasks(work.tasks, work, encoder, sampled.run)
        path = folder.shard(shard.shard)
        write_shard(path, outcomes, fingerprint=plan.fingerprint, shard=shard.shard)
    finished = finished_shards(folder, plan, shards)
    merge_shards(folder, plan, finished, stages={})
    run_configuration(sampled.run, tmp_path / "plain")
    assert contents(folder.result) == contents(tmp_path / "plain")
    finished.pop(2)
    with pytest.raises(OutputError, match="don't reconcile with the plan's 5 shards"):
        merge_shards(folder, plan, finished, stages={})


def test_documents_with_one_text_are_in_one_shard(planning_here, tmp_path):
    for language in ("es", "en"):
        (tmp_path / language).mkdir()
        for name in "abcdef":
            (tmp_path / language / f"{name}.txt").write_text(f"Tos {name in 'bd'}.")
    run = configure(tmp_path / "es", [tmp_path / "en"], model="tiny", on_error="skip")
    folder = RunFolder(tmp_path / "run")
    folder.prepare()
    for size, expected in (
        (3, [("a", "c", "e"), ("b", "d", "f")]),  # of four documents with one text one is apart
        (4, [("a", "c", "e", "f"), ("b", "d")]),
    ):
        folder.clear()
        folder.prepare()
        collection = Collection(run=run, jobs=JobOptions(shard_size=size))
        plan = Planning(folder, collection, tmp_path, None).result()
        works = [read_work(folder, plan, shard.shard) for shard in read_shards(folder, plan)]
        assert sorted(tuple(work.source.names) for work in works) == expected


def test_a_collection_that_moved_is_found_where_it_is(planning_here, tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    for language in ("es", "en"):
        (before / language).mkdir(parents=True)
        (before / language / "a.txt").write_text("Tos.")
    run = configure("es", ["en"], model="tiny", on_error="skip")
    folder = RunFolder(tmp_path / "run")
    folder.prepare()
    planned = Planning(folder, Collection(run=run), before, "cpu").result()
    before.rename(after)
    moved = Planning(folder, Collection(run=run), after, "cpu").result()
    assert (moved.directory, moved.fingerprint) == (str(after), planned.fingerprint)
    with pytest.raises(ConfigurationError, match='device: "cpu" in the plan, "cuda" now'):
        Planning(folder, Collection(run=run), after, "cuda").result()


def test_a_plan_that_cannot_be_made_is_told_as_ever(sampled, tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.prepare()
    wrong = sampled.run.model_copy(update={"pattern": "("})
    with pytest.raises(ConfigurationError, match=r"the pattern '\(' \(--pattern\) is wrong"):
        Planning(folder, Collection(run=wrong), ROOT, "cpu").result()
    lost = sampled.run.targets[0].model_copy(update={"path": "nowhere"})
    gone = sampled.run.model_copy(update={"targets": (lost,)})
    with pytest.raises(CorpusError, match="nothing is there") as told:
        Planning(folder, Collection(run=gone), ROOT, "cpu").result()
    assert told.value.problems[0].path == Path("nowhere")
    with pytest.raises(CorpusError, match="no collection's run"):
        open_run(folder.path)


@pytest.mark.parametrize("tags", [False, True])
def test_names_that_lead_elsewhere_are_refused_while_planning(tmp_path, planning_here, tags):
    for language in ("es", "it"):
        write_parquet([Document("../../x", language, "Tos.")], tmp_path / language)
    run = configure(tmp_path / "es", [tmp_path / "it"], model="tiny", precision="fp32")
    if tags:
        run = TaggingConfiguration(source={"path": str(tmp_path / "es")}, tagger="clinical")
    with pytest.raises(OutputError, match=r"the document '../../x' can't be a file's name"):
        plan_run(run)
    folder = RunFolder(tmp_path / "run")
    folder.prepare()
    if not tags:
        with pytest.raises(OutputError, match=r"the document '../../x' can't be a file's name"):
            Planning(folder, Collection(run=run), tmp_path, "cpu").result()
        assert not list(folder.path.glob(".tmp-*")) and not list(folder.plan.iterdir())
