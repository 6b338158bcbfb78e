"""Hold a collection's plan: it comes back from its columns, and nothing planted in it is run."""

import hashlib
import json
import pickle
from contextlib import nullcontext
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from other_formats import FILES, write_files

from jobs.collection import run_collection
from jobs.folder import RunFolder
from jobs.plan import CollectionPlan, read_plan
from jobs.planning import Planning, shards_of
from jobs.shard_work import SHARDS_FILE, planned_corpora, read_shards, read_work, write_work
from projector.cli import run as command
from projector.corpus import label_map
from projector.corpus.convert import convert_corpus
from projector.corpus.files import FileCorpus, open_files
from projector.corpus.layout import DocumentFiles
from projector.corpus.open import open_corpus
from projector.errors import CorpusError
from projector.run.configure import configure
from projector.run.plan import Plan, SourceFacts, Task, plan_run
from schemas.collection import Collection, JobOptions
from schemas.manifest import ModelFacts
from schemas.run import RunConfiguration, TaggingConfiguration

names = st.lists(st.text("abcdé-012", min_size=1, max_size=4), min_size=1, max_size=6, unique=True)


def files(folder: str, language: str, documents) -> FileCorpus:
    """A corpus of files that need not be there: a plan says where they lie."""
    places = {
        name: DocumentFiles(Path(folder, f"{name}.txt"), Path(folder, f"{name}.ann"))
        for name in sorted(documents)
    }
    return FileCorpus(
        Path(folder), "brat", language, tuple(places), (), dict(label_map()), files=places
    )


@st.composite
def plans(draw) -> Plan:
    """Plans of some sources onto up to two targets, or of tagging them alone."""
    sources = draw(names)
    languages = draw(st.sampled_from([["en"], ["en", "it"]]))
    facts = {
        name: SourceFacts(draw(st.sampled_from(sources[: number + 1])), len(name), number)
        for number, name in enumerate(sources)
    }
    tasks, targets, taggers = [], [], []
    for number, language in enumerate(languages):
        translated = {name: f"{name}-x" for name in sources if draw(st.booleans())}
        tagged = {name: f"{name}-t" for name in translated if draw(st.booleans())}
        tasks += [Task(name, number, translated.get(name), tagged.get(name)) for name in sources]
        targets.append(files(language, language, translated.values()))
        taggers.append(files("tags", language, tagged.values()) if tagged else None)
    tasks.sort(key=lambda task: (facts[task.source].leader, task.source, task.target))
    source = files("es", "es", sources)
    unused = ((),) * len(targets)
    return Plan(source, tuple(targets), tuple(taggers), tuple(tasks), unused, facts=facts)


def planned(plan: Plan, work: str, shards: int, run=None) -> CollectionPlan:
    run = run or RunConfiguration(source="es", targets=("en",))
    return CollectionPlan(
        configuration=run.model_dump(mode="json"),
        directory=".",
        model=ModelFacts(name="tiny", fingerprint="f"),
        precision="fp32",
        device="cpu",
        inputs=(),
        corpora=planned_corpora(plan),
        versions={},
        shard_size=2,
        shards=shards,
        work=work,
        documents=len(plan.facts),
        tasks=len(plan.tasks),
        characters=0,
        mentions=0,
    )


@settings(deadline=None)
@given(plans(), st.integers(1, 4))
def test_a_plan_comes_back_from_its_columns_shard_by_shard(tmp_path_factory, plan, size):
    folder = RunFolder(tmp_path_factory.mktemp("run"))
    folder.prepare()
    shards = list(shards_of(plan, size))
    work = write_work(folder.plan / SHARDS_FILE, plan, shards)
    whole = planned(plan, work, len(shards))
    assert CollectionPlan.model_validate_json(whole.model_dump_json()) == whole
    parts = [read_work(folder, whole, number) for number in range(len(shards))]
    assert [list(part.tasks) for part in parts] == shards
    assert parts == [plan.only(tasks) for tasks in shards]
    # Every task is in one shard, those of one document in the same one, and the numbers add up.
    assert sorted(map(repr, (task for tasks in shards for task in tasks))) == sorted(
        map(repr, plan.tasks)
    )
    homes = [{task.source for task in tasks} for tasks in shards]
    assert sum(map(len, homes)) == len(set().union(*homes)) == len(plan.facts)
    told = read_shards(folder, whole)
    assert sum(shard.documents for shard in told) == len(plan.facts)
    assert sum(shard.tasks for shard in told) == len(plan.tasks)
    assert sum(shard.mentions for shard in told) == sum(
        plan.facts[task.source].mentions for task in plan.tasks
    )


@pytest.fixture
def brat(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for language in ("es", "en"):
        (tmp_path / language).mkdir()
        for name in "abc":
            text = tmp_path / language / f"{name}.txt"
            text.write_text(f"Fiebre y tos {name}.", encoding="utf-8")
            text.with_suffix(".ann").write_text(
                "T1\tSINTOMA 0 6\tFiebre\nT2\tSINTOMA 9 12\ttos\n", encoding="utf-8"
            )
    return tmp_path


@pytest.mark.parametrize("kind", ["brat", "tsv", "parquet"])
def test_a_worker_reads_what_was_planned_whatever_the_format(brat, kind):
    source = "es"
    if kind != "brat":
        convert_corpus(open_files("es"), Path("other"), kind)
        source = "other"
    run = configure(source, ["en"], source_language="es", on_error="skip", labels={})
    whole = plan_run(run)
    tasks = [task for task in whole.tasks if task.source != "b"]
    work = write_work(brat / "plan" / SHARDS_FILE, whole, [tasks])
    part = read_work(RunFolder(brat), planned(whole, work, 1, run), 0)
    assert part.source.names == ("a", "c")
    for name in part.source.names:
        assert part.source.read(name) == whole.source.read(name)
        assert len(part.source.read(name).document.mentions) == 2
    assert part.targets[0].read("c") == whole.targets[0].read("c")


@pytest.mark.parametrize("kind", FILES)
def test_a_worker_reads_formats_of_other_tools(tmp_path, kind):
    source = open_corpus(write_files(tmp_path / "es", FILES[kind]))
    write_files(tmp_path / "en", {f"{name}.txt": "Has asthma." for name in source.names})
    reading = {"text_check": "normalised"}
    run = configure(tmp_path / "es", [tmp_path / "en"], model="tiny", **reading)
    whole = plan_run(run)
    work = write_work(tmp_path / "plan" / SHARDS_FILE, whole, [whole.tasks])
    part = read_work(RunFolder(tmp_path), planned(whole, work, 1, run), 0)
    assert (part.source.names, part.tasks) == (source.names, whole.tasks)
    assert part.source.format == source.format and part.source.rules.text_check == "normalised"
    for name in source.names:
        assert part.source.read(name) == whole.source.read(name)
        assert part.source.read(name).document.mentions


def test_a_worker_that_tags_reads_texts_alone(brat):
    run = TaggingConfiguration(source="es")
    whole = plan_run(run)
    work = write_work(brat / "plan" / SHARDS_FILE, whole, [whole.tasks])
    part = read_work(RunFolder(brat), planned(whole, work, 1, run), 0)
    assert (part.targets, part.taggers, part.tasks) == ((), (), whole.tasks)
    assert not part.source.read("a").document.mentions


@pytest.fixture
def collection(brat) -> Collection:
    run = configure("es", ["en"], model="tiny", on_error="skip")
    return Collection(run=run, jobs=JobOptions(shard_size=1))


@pytest.fixture
def begun(planning_here, brat, collection) -> RunFolder:
    """A run whose plan is made, and nothing more."""
    folder = RunFolder(brat / "run")
    folder.prepare()
    Planning(folder, collection, brat, "cpu").result()
    return folder


class Trap:
    def __init__(self, sprung: Path) -> None:
        self.sprung = sprung

    def __reduce__(self):
        return Path.touch, (self.sprung,)


def state(plan: CollectionPlan, shards: Path) -> CollectionPlan:
    """Return a plan that states the hash of whatever its shards are."""
    return plan.model_copy(update={"work": hashlib.sha256(shards.read_bytes()).hexdigest()})


def test_a_pickle_planted_among_the_shards_is_not_run(begun, tmp_path):
    shards, sprung = begun.plan / SHARDS_FILE, tmp_path / "sprung"
    plan = read_plan(begun)
    trap = pickle.dumps(Trap(sprung))
    numbers = {"shard": 0, "documents": 1, "tasks": 1, "characters": 9, "mentions": 2}
    for schema in (None, pq.read_schema(shards).metadata):  # as version 0.1.0 did; under our name
        table = pa.Table.from_pylist([{**numbers, "sources": ["a"], "work": trap}])
        pq.write_table(table.replace_schema_metadata(schema), shards)
        for stated, told in (
            (plan, "don't have the fingerprint that the plan states.*--overwrite"),
            (state(plan, shards), "not a table of this name|the column"),
        ):
            with pytest.raises(CorpusError, match=told):
                read_work(begun, stated, 0)
            with pytest.raises(CorpusError, match=told):
                read_shards(begun, stated)
    assert not sprung.exists()
    pickle.loads(trap)
    assert sprung.exists()  # it would have been


def test_a_row_that_was_changed_is_refused(begun, brat, collection, monkeypatch):
    shards = begun.plan / SHARDS_FILE
    table = pq.read_table(shards)
    rows = table.to_pylist()
    rows[1]["work"][0]["translation"] = "c"
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), shards)
    plan = read_plan(begun)
    monkeypatch.setattr("jobs.collection.connected", lambda address: nullcontext([]))
    with pytest.raises(CorpusError) as raised:
        run_collection(collection, begun.path, directory=brat)
    told = str(raised.value)
    assert "the plan's shards don't have the fingerprint that the plan states" in told
    assert "--overwrite" in told
    with pytest.raises(CorpusError, match="fingerprint"):
        read_work(begun, plan, 1)
    assert state(plan, shards).fingerprint != plan.fingerprint  # so no finished shard counts


def test_a_run_of_an_older_version_is_refused_by_its_version(begun, brat, capsys):
    path = begun.plan / "plan.json"
    content = json.loads(path.read_text())
    older = {key: content[key] for key in content if key not in ("work", "corpora")}
    older.update(version=1, versions={"projector": "0.1.0"})
    path.write_text(json.dumps(older))
    with pytest.raises(CorpusError, match=r"begun by projector 0\.1\.0, whose plans .* version 1"):
        read_plan(begun)
    for arguments in (["run", "es", "en", "-o", "run", "-m", "tiny"], ["status", "run"]):
        assert command(["jobs", *arguments]) == 1
        told = capsys.readouterr().err
        assert "Go on with that version of projector, or begin anew with --overwrite" in told
    path.write_text("{}")
    with pytest.raises(
        CorpusError, match=r"plan\.json: version: it is missing; versions: it is missing"
    ):
        read_plan(begun)


def test_the_fingerprint_covers_the_work_and_leaves_out_where_it_lies(begun):
    plan = read_plan(begun)
    for change in ({"work": "0"}, {"corpora": plan.corpora[:1]}, {"shards": 99}):
        assert plan.model_copy(update=change).fingerprint != plan.fingerprint
    moved = plan.model_copy(update={"directory": "/elsewhere", "shared": True})
    assert moved.fingerprint == plan.fingerprint
