"""Hold the parts of a collection's run by themselves, without Ray."""

import multiprocessing
import os
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from job_runs import contents, hold, wait_for

from jobs.balance import balance
from jobs.cluster import Resources, share
from jobs.folder import RunFolder, driven_since, driving, open_run
from jobs.merge import finished_shards, merge_shards
from jobs.plan import read_plan
from jobs.planning import Planning
from jobs.planning_process import Child
from jobs.shard_file import read_facts, read_outcomes, write_shard
from jobs.shard_work import read_shards, read_work
from projector.document import Annotation, Document, Fragment, Mention, Status
from projector.errors import ConfigurationError, CorpusError, OutputError, ProjectorError
from projector.run.configure import configure
from projector.run.models import load_model
from projector.run.outcome import DocumentOutcome, MentionOutcome, unprojected_outcome
from projector.run.project_corpus import run_configuration
from projector.run.project_tasks import project_tasks
from schemas.collection import Collection, JobOptions
from schemas.validation import differences

ROOT = Path(__file__).parents[2]


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=60), st.integers(1, 12))
def test_shards_share_everything_evenly(lengths, shards):
    shared = balance(lengths, shards)
    assert sorted(item for shard in shared for item in shard) == list(range(len(lengths)))
    assert len(shared) == min(shards, len(lengths)) and all(shared)
    totals = [sum(lengths[item] for item in shard) for shard in shared]
    assert totals == sorted(totals, reverse=True)
    count = len(shared)
    assert totals[0] * count <= sum(lengths) + (count - 1) * max(lengths)  # Graham's bound


def test_texts_without_a_character_are_shared_too():
    assert balance([0] * 6, 3) == [[0, 3], [1, 4], [2, 5]]


LAPTOP, BOX = [Resources(2, 0)], [Resources(16, 1)]


@pytest.mark.parametrize(
    ("nodes", "options", "expected"),
    [
        (LAPTOP, {}, (2, 1, 1, 0)),
        (LAPTOP, {"workers": 1}, (1, 2, 2, 0)),
        (LAPTOP, {"workers": 4}, (4, 0.5, 1, 0)),
        (LAPTOP, {"workers": 1, "threads_per_worker": 1}, (1, 1, 1, 0)),
        (LAPTOP, {"shards": 1}, (1, 2, 2, 0)),
        (BOX, {"gpus_per_worker": 0.25}, (4, 4, 4, 0.25)),
        (BOX, {"gpus_per_worker": 1.0}, (1, 16, 16, 1)),
        (BOX, {"gpus_per_worker": 0.25, "workers": 9}, (4, 4, 4, 0.25)),
        ([Resources(2, 0)] * 2, {"workers": 1}, (1, 2, 2, 0)),  # no machine has four
        ([Resources(4, 0), Resources(2, 0)], {"workers": 3}, (3, 2, 2, 0)),
        ([Resources(0, 0), Resources(8, 2)], {"gpus_per_worker": 0.5}, (4, 2, 2, 0.5)),
    ],
)
def test_workers_get_what_a_machine_has(nodes, options, expected):
    pool = share(nodes, **{"shards": 99, "workers": None, "gpus_per_worker": 0.0, **options})
    assert (pool.workers, pool.cpus, pool.threads, pool.gpus) == expected


def test_more_of_a_gpu_than_there_is_is_refused():
    with pytest.raises(ConfigurationError, match="at most 0 on a machine"):
        share(LAPTOP, shards=1, workers=None, gpus_per_worker=0.5)


OUTCOMES = [
    DocumentOutcome(
        "en",
        "caso",
        Document(
            "case",
            "en",
            "High fever\u2028\n🤒",
            (Mention("T1", "SYMPTOM", (Fragment(0, 4), Fragment(5, 10)), 3),),
            (Annotation("A1", "attribute", "Sure", (("", "T1"),), None, 9),),
        ),
        (
            MentionOutcome(
                "T1",
                "SYMPTOM",
                Status.PROJECTED,
                score=0.1234,
                fragments=(Fragment(0, 4), Fragment(5, 10)),
                text="High fever",
                source_fragments=(Fragment(1, 2),),
                source_text="x",
            ),
        ),
        (Annotation("R1", "relation", "With", (("Arg1", "T1"), ("Arg2", "T2")), "v"),),
    ),
    unprojected_outcome(Document("leer", "es", ""), "en", Status.FAILED, "it is empty"),
]


def test_a_shard_comes_back_as_it_was(tmp_path):
    path = tmp_path / "00007.parquet"
    facts = write_shard(path, iter(OUTCOMES), fingerprint="f", shard=7)
    assert read_facts(path) == facts
    assert (facts.documents, facts.failed, facts.lost_annotations) == (2, 1, 1)
    assert [(one.status, one.mentions) for one in facts.counts] == [("projected", 1)]
    found = list(read_outcomes(path))
    assert found == OUTCOMES
    assert found[0].target.mentions[0].line == 3 and found[0].target.annotations[0].line == 9
    again = tmp_path / "again.parquet"
    write_shard(again, iter(OUTCOMES), fingerprint="f", shard=7)
    assert again.read_bytes() == path.read_bytes()


def test_a_shard_that_breaks_off_leaves_nothing(tmp_path):
    def broken():
        yield OUTCOMES[0]
        raise MemoryError

    with pytest.raises(MemoryError):
        write_shard(tmp_path / "00000.parquet", broken(), fingerprint="f", shard=0)
    assert not list(tmp_path.iterdir())


def test_what_is_no_shard_is_told(tmp_path):
    path = tmp_path / "00000.parquet"
    with pytest.raises(CorpusError, match="no finished shard"):
        read_facts(path)
    write_shard(path, iter(OUTCOMES), fingerprint="f", shard=0)
    table, metadata = pq.read_table(path), pq.read_metadata(path).metadata
    pq.write_table(table.slice(1).replace_schema_metadata(metadata), path)
    with pytest.raises(CorpusError, match="it holds 1 rows; expected 2"):
        read_facts(path)
    path.write_bytes(b"PAR1")
    with pytest.raises(CorpusError, match="no finished shard"):
        read_facts(path)


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


def test_differences_are_told_with_their_place():
    one = {"a": {"b": 1, "c": [1]}, "d": None}
    other = {"a": {"b": 2, "c": [1]}, "e": "x"}
    assert list(differences(one, other)) == [
        "a.b: 1 in the plan, 2 now",
        'e: null in the plan, "x" now',
    ]


def test_one_driver_at_a_time_and_none_after_its_death(tmp_path):
    folder = RunFolder(tmp_path / "run")
    assert driven_since(folder) is None
    process = multiprocessing.get_context("spawn").Process(target=hold, args=(folder.path,))
    process.start()
    wait_for(lambda: (folder.path / "held").exists() or not process.is_alive())
    assert process.is_alive()
    assert time.time() - 60 < driven_since(folder) <= time.time()
    with (
        pytest.raises(OutputError, match="another `projector jobs run` is at work"),
        driving(folder),
    ):
        pass
    process.kill()
    process.join()
    assert driven_since(folder) is None
    with driving(folder):
        assert driven_since(folder) is not None


def test_a_dead_planner_is_told():
    with pytest.raises(ProjectorError, match="the process that plans the run died"):
        Child(os._exit, 3).result()
