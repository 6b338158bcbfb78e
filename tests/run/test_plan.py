"""Hold a plan: every document in every language once, and each source document read once."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.corpus import files as corpus_files
from projector.errors import ConfigurationError, CorpusError, OutputError
from projector.run.configure import configure
from projector.run.plan import Task, input_files, plan_run
from projector.run.project_corpus import run_configuration
from projector.run.project_tasks import project_tasks
from schemas.run import TaggingConfiguration

TARGETS = ("en", "it", "ro")


def write(folder: Path, name: str, text: str, annotations: str = "") -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    (folder / f"{name}.ann").write_text(annotations, encoding="utf-8")


@pytest.fixture
def brat(tmp_path, monkeypatch) -> Path:
    """Four documents, two of them of one text, in four languages."""
    monkeypatch.chdir(tmp_path)
    for name in "abcd":
        text = "Fiebre y tos." if name in "ad" else f"Fiebre {name}."
        write(tmp_path / "es", name, text, "T1\tSYMPTOM 0 6\tFiebre\n")
        for language in TARGETS:
            write(tmp_path / language, name, f"Fiebre {name}.")
    return tmp_path


@pytest.fixture
def parsed(monkeypatch) -> Counter[str]:
    """Count how often each document is parsed."""
    count: Counter[str] = Counter()
    whole = corpus_files.read_brat

    def counting(text, *rest, **more):
        count[f"{text.parent.name}/{text.stem}"] += 1
        return whole(text, *rest, **more)

    monkeypatch.setattr(corpus_files, "read_brat", counting)
    return count


def times(parsed: Counter[str], language: str) -> list[int]:
    return [parsed[f"{language}/{name}"] for name in "abcd"]


def test_each_source_is_parsed_once_a_run_whatever_the_languages(brat, parsed):
    run_configuration(configure("es", TARGETS, model="tiny"), "out")
    assert times(parsed, "es") == [1, 1, 1, 1]
    assert {name.partition("/")[0] for name in parsed} == {"es"}  # translations are texts alone


def test_a_source_that_does_not_fit_is_parsed_twice_at_most(brat, parsed, monkeypatch):
    # Bytes for a single document with its mention.
    monkeypatch.setitem(plan_run.__kwdefaults__, "keep", 700)
    run_configuration(configure("es", TARGETS, model="tiny"), "out")
    assert times(parsed, "es") == [1, 2, 2, 2]


def test_a_worker_parses_each_source_document_of_its_shard_once(brat, parsed):
    from projector.models import load

    run = configure("es", TARGETS, model="tiny")
    plan = plan_run(run, keep=0)
    assert not plan.readings and times(parsed, "es") == [1, 1, 1, 1]
    part = plan.only([task for task in plan.tasks if task.source in "ab"])
    assert len(list(project_tasks(part.tasks, part, load("tiny"), run))) == 6
    assert times(parsed, "es") == [2, 2, 1, 1]


def test_what_is_kept_is_given_out_once(brat, parsed):
    plan = plan_run(configure("es", TARGETS, model="tiny"))
    assert sorted(plan.readings) == list("abcd")
    first = plan.read_source("a")
    assert times(parsed, "es") == [1, 1, 1, 1] and "a" not in plan.readings
    assert plan.read_source("a") == first
    assert times(parsed, "es") == [2, 1, 1, 1]


def test_documents_of_one_text_stand_together_with_all_their_languages(brat):
    plan = plan_run(configure("es", TARGETS, model="tiny"))
    assert [task.source for task in plan.tasks] == [*"aaadddbbbccc"]
    assert [task.target for task in plan.tasks] == [0, 1, 2] * 4
    assert plan.facts["d"].leader == "a" and plan.facts["b"].leader == "b"
    assert plan.labels == ("SYMPTOM",)
    assert {plan.language(task) for task in plan.tasks} == set(TARGETS)


def test_tagging_has_a_task_a_document_and_no_target(brat):
    (brat / "es" / "b.ann").write_text("T1\tSYMPTOM 0 99\tFiebre\n", encoding="utf-8")
    plan = plan_run(TaggingConfiguration(source="es"))
    assert plan.tasks == tuple(map(Task, "adbc"))
    assert (plan.targets, plan.unused, plan.labels, plan.problems) == ((), (), (), ())
    assert {plan.language(task) for task in plan.tasks} == {"es"}
    assert sum(facts.mentions for facts in plan.facts.values()) == 0
    assert [(one.role, one.files) for one in input_files(plan)] == [("source", 8)]


def test_what_cannot_be_planned_is_told(brat):
    with pytest.raises(ConfigurationError, match="at least one target"):
        plan_run(configure("es", []))
    with pytest.raises(ConfigurationError, match="both in the language 'en'"):
        plan_run(configure("es", ["en", "it"], target_languages=["en", "en"]))
    (brat / "es" / "b.ann").write_text("T1\tSYMPTOM 0 99\tFiebre\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"b\.ann:1"):
        plan_run(configure("es", ["en"]))
    assert len(plan_run(configure("es", ["en"], on_error="skip")).problems) == 1
    with pytest.raises(OutputError, match="label 'a/b'"):
        plan_run(configure("es", ["en"], labels={"SYMPTOM": "a/b"}, on_error="skip"))
    write(brat / "nl", "x", "Koorts.")
    with pytest.raises(CorpusError, match="no document's name goes with one of es"):
        plan_run(configure("es", ["nl"]))


@settings(deadline=None)
@given(
    st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True),
    st.lists(st.sets(st.sampled_from("abcdef"), min_size=1), min_size=1, max_size=3),
)
def test_every_source_document_has_one_task_in_every_language(tmp_path_factory, sources, found):
    root = tmp_path_factory.mktemp("plan")
    for name in sources:
        write(root / "es", name, f"Tos {name in 'ace'}.")
    for language, names in zip(TARGETS, found, strict=False):
        for name in {*names, sources[0]}:  # one pairs, lest the plan be refused
            write(root / language, name, "Tos.")
    targets = [root / language for language in TARGETS[: len(found)]]
    plan = plan_run(configure(root / "es", targets, model="tiny"))
    assert sorted((task.source, task.target) for task in plan.tasks) == [
        (name, number) for name in sorted(sources) for number in range(len(found))
    ]
    for number, names in enumerate(found):
        there = {*names, sources[0]}
        tasks = [task for task in plan.tasks if task.target == number]
        assert {task.source for task in tasks if task.translation} == there & set(sources)
        assert set(plan.unpaired(number)) == set(sources) - there
        assert set(plan.unused[number]) == there - set(sources)
    leaders = [plan.facts[task.source].leader for task in plan.tasks]
    assert leaders == sorted(leaders)
    # Parts of a plan hold what their tasks need, and all of them together hold every task.
    halves = plan.tasks[::2], plan.tasks[1::2]
    parts = [plan.only(tasks) for tasks in halves]
    assert sum(len(part.tasks) for part in parts) == len(plan.tasks)
    for part in parts:
        assert set(part.source.names) == {task.source for task in part.tasks}


def test_a_translation_that_cannot_be_decoded_stops_the_run_while_it_is_planned(brat):
    (brat / "it" / "c.txt").write_bytes(b"Febbre \xe8.")
    told = r"c\.txt:1: byte 0xe8 at 7 is not UTF-8; expected UTF-8\. .*\n.*--on-error skip"
    with pytest.raises(CorpusError, match=told):
        plan_run(configure("es", TARGETS, model="tiny"))
    assert plan_run(configure("es", TARGETS, model="tiny", on_error="skip")).problems == ()


def test_mentions_of_a_text_that_cannot_be_decoded_are_counted(brat):
    (brat / "es" / "c.txt").write_bytes(b"Fiebre \xf1.")
    lines = "".join(f"T{number}\tSYMPTOM 0 6\tFiebre\n" for number in range(1, 13))
    (brat / "es" / "c.ann").write_text(f"{lines}#1\tNote T1\tx\n", encoding="utf-8")
    run = configure("es", TARGETS, model="tiny", on_error="skip")
    assert plan_run(run).facts["c"].mentions == 12
    summary = run_configuration(run, "out")
    assert summary.by_status() == {"invalid": 12 * 3, "projected": 3 * 3}
    assert [one.failed for one in summary.languages] == [1, 1, 1]
    rows = (brat / "out" / "unprojected.tsv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + 36 and "byte 0xf1 at 7 is not UTF-8" in rows[1]
