"""Hold which shards count as done, and that they make one run or none."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from call_here import CallHere
from job_runs import contents
from planned_collections import collection_plan, commit_shard, document_outcome, shard_plans

from jobs.folder import RunFolder
from jobs.merge import finished_shards, merge_shards
from jobs.shard_file import write_shard
from projector.audit.findings import Kind, Severity
from projector.document import Annotation, Document, Fragment, Mention, Status
from projector.errors import OutputError, Problem
from projector.run.audit_outcome import AuditOutcome, FindingOutcome, SentencePair
from projector.run.outcome import DocumentOutcome, MentionOutcome
from projector.run.reader import read_run
from schemas.manifest import LOG
from schemas.run import TaggingConfiguration

SIZES = [2, 3, 1]
SHARDS = shard_plans(SIZES)
PLAN = collection_plan(SIZES)


@pytest.fixture
def folder(tmp_path) -> RunFolder:
    made = RunFolder(tmp_path / "run")
    made.prepare()
    return made


def commit_all(folder: RunFolder) -> None:
    for number, size in enumerate(SIZES):
        commit_shard(folder, PLAN, number, size)


def test_shards_that_are_there_are_done(folder):
    assert finished_shards(folder, PLAN, SHARDS) == {}
    second = commit_shard(folder, PLAN, 1, 3)
    assert finished_shards(folder, PLAN, SHARDS) == {1: second}
    commit_all(folder)
    found = finished_shards(folder, PLAN, SHARDS)
    assert list(found) == [0, 1, 2] and [one.documents for one in found.values()] == SIZES
    assert list(finished_shards(folder, PLAN, SHARDS[:1])) == [0]


def test_what_is_no_shard_of_this_plan_is_not_there(folder):
    commit_all(folder)
    other = collection_plan(SIZES, precision="bf16")
    assert other.fingerprint != PLAN.fingerprint
    assert finished_shards(folder, other, SHARDS) == {}
    commit_shard(folder, PLAN, 0, 1)  # it lacks a task
    folder.shard(2).rename(folder.shard(1))  # it is another one's
    assert finished_shards(folder, PLAN, SHARDS) == {}


@pytest.mark.parametrize("damaged", [b"", b"PAR1", b"nonsense"])
def test_a_file_that_is_cut_is_not_there(folder, damaged):
    commit_all(folder)
    whole = folder.shard(1).read_bytes()
    for content in (damaged, whole[: len(whole) // 2]):
        folder.shard(1).write_bytes(content)
        assert list(finished_shards(folder, PLAN, SHARDS)) == [0, 2]


def test_finished_shards_make_one_run(folder):
    commit_all(folder)
    finished = finished_shards(folder, PLAN, SHARDS)
    stages, command = {"project": 1.5}, ("projector", "jobs", "run")
    summary = merge_shards(folder, PLAN, finished, stages=stages, command=command)
    assert summary.by_status() == {"projected": 6} and summary.losses == 0
    run = read_run(folder.result)
    assert run.predicted().height == 6
    assert set(run.corpus("en").names) == {"0-0", "0-1", "1-0", "1-1", "1-2", "2-0"}
    assert run.manifest.configuration == PLAN.configuration
    log = (folder.result / LOG).read_text(encoding="utf-8")
    assert '"project": 1.5' in log and '"jobs"' in log


def test_the_order_in_which_shards_were_done_changes_no_byte(folder, tmp_path):
    commit_all(folder)
    finished = finished_shards(folder, PLAN, SHARDS)
    merge_shards(folder, PLAN, finished, stages={})
    expected = contents(folder.result)
    folder.result.rename(tmp_path / "before")
    merge_shards(folder, PLAN, dict(reversed(finished.items())), stages={})
    assert contents(folder.result) == expected


def test_however_many_processes_merge_the_bytes_are_the_same(folder, tmp_path, monkeypatch):
    sizes, languages = [40, 30, 20], ("en", "it", "ro")
    plan = collection_plan(sizes, languages=3)
    for number, size in enumerate(sizes):
        outcomes = [
            rich_outcome(f"{number}-{document}", language)
            for document in range(size)
            for language in languages
        ]
        path = folder.shard(number)
        write_shard(path, outcomes, fingerprint=plan.fingerprint, shard=number)
    finished = finished_shards(folder, plan, shard_plans([120, 90, 60]))
    mentions = sum(count.mentions for facts in finished.values() for count in facts.counts)
    plan = plan.model_copy(update={"mentions": mentions})
    monkeypatch.setattr("jobs.merge.Child", CallHere)
    monkeypatch.setattr("projector.corpus.formats.parquet_write._ROWS", 50)
    monkeypatch.setattr("projector.corpus.formats.parquet_write._ROWS_WITH_TEXTS", 7)
    summary = merge_shards(folder, plan, finished, stages={})
    expected = contents(folder.result)
    assert len(expected) > 400
    for processes in (2, 5):
        folder.result.rename(tmp_path / f"before {processes}")
        told = merge_shards(folder, plan, finished, stages={"plan": 1.0}, processes=processes)
        assert told == summary
        assert contents(folder.result) == expected
        assert not list(folder.result.glob(".*"))


def rich_outcome(name: str, language: str) -> DocumentOutcome:
    """Return an outcome with something for every table, by its name alone."""
    drawn = random.Random(name)
    original, audit = language == "it", None
    label = drawn.choice(["SYMPTOM", "DISEASE", f"RARE_{drawn.randrange(9)}"])
    if drawn.random() < 0.1:
        return document_outcome(name, language, failed=True)
    text = "Tos. " + "".join(drawn.choices("abcdé fghij ", k=200))
    spans = (Fragment(0, 3),), (Fragment(5, 9), Fragment(12, 20))
    found = tuple(Mention(f"T{at}", label, span) for at, span in enumerate(spans, start=1))
    notes = (
        Annotation("R1", "relation", "Causes", (("Arg1", "T1"), ("Arg2", "T2"))),
        Annotation("A1", "attribute", "Negated", (("", "T1"),), drawn.choice([None, "yes"])),
    )
    told = [
        MentionOutcome(
            *(one.id, label, Status.PROJECTED, "", 0.5, one.fragments, "x"), spans[0], "Tos"
        )
        for one in found
    ]
    unaligned = MentionOutcome("T3", label, Status.UNALIGNED, "why", 0.0, (), "", spans[0], "Tos")
    if drawn.random() < 0.7:
        finding = FindingOutcome(
            *(Kind.NEGATION, Severity.ERROR, spans[0][0], "Tos", None, "", "said otherwise", 0.9)
        )
        pairs = (SentencePair(spans[0], spans[0], 0.8),)
        audit = AuditOutcome((finding,), pairs, 0.9, 0.8, 0.7, 0.6)
    return DocumentOutcome(
        language,
        name,
        Document(name, language, text, found, notes),
        (*told, unaligned),
        lost=(Annotation("E1", "event", "Grows", (("Grows", "T1"),)),) * drawn.randrange(2),
        original=Document(name, "es", text, found) if original else None,
        audit=audit,
    )


def test_two_processes_merge_in_earnest(folder, tmp_path):
    commit_all(folder)
    finished = finished_shards(folder, PLAN, SHARDS)
    merge_shards(folder, PLAN, finished, stages={})
    expected = contents(folder.result)
    folder.result.rename(tmp_path / "before")
    merge_shards(folder, PLAN, finished, stages={}, processes=2)
    assert contents(folder.result) == expected


def test_what_two_processes_cannot_write_is_told(folder, monkeypatch):
    for number, size in enumerate(SIZES):
        outcomes = [document_outcome(f"{document}") for document in range(size)]
        path = folder.shard(number)
        write_shard(path, outcomes, fingerprint=PLAN.fingerprint, shard=number)
    monkeypatch.setattr("jobs.merge.Child", CallHere)
    finished = finished_shards(folder, PLAN, SHARDS)
    with pytest.raises(OutputError, match="it comes twice in en"):
        merge_shards(folder, PLAN, finished, stages={}, processes=2)
    assert not folder.result.exists()


def test_a_translation_that_two_parts_have_is_told(folder, monkeypatch):
    for number, size in enumerate(SIZES):
        outcomes = [document_outcome(f"{number}-{document}") for document in range(size)]
        outcomes[0] = replace(outcomes[0], target=replace(outcomes[0].target, name="same"))
        path = folder.shard(number)
        write_shard(path, outcomes, fingerprint=PLAN.fingerprint, shard=number)
    monkeypatch.setattr("jobs.merge.Child", CallHere)
    finished = finished_shards(folder, PLAN, SHARDS)
    for processes in (1, 2):
        with pytest.raises(OutputError, match="same: it is the translation of two documents"):
            merge_shards(folder, PLAN, finished, stages={}, processes=processes)


def test_problems_that_were_passed_over_are_in_the_run(folder):
    problem = Problem(Path("es/a.ann"), 3, "found", "expected", mention_id="T1")
    plan = collection_plan(SIZES, problems=(problem,))
    assert plan.fingerprint == PLAN.fingerprint  # nothing depends on them
    commit_all(folder)
    merge_shards(folder, plan, finished_shards(folder, plan, SHARDS), stages={})
    rows = (folder.result / "problems.tsv").read_text(encoding="utf-8").splitlines()
    assert rows[1].startswith("es/a.ann\t3\tT1")


def test_shards_and_mentions_that_are_missing_are_told(folder):
    commit_all(folder)
    finished = finished_shards(folder, PLAN, SHARDS)
    fewer = {number: finished[number] for number in (0, 1)}
    told = r"2 shards with 5 outcomes don't reconcile with the plan's 3 shards and 6 mentions"
    with pytest.raises(OutputError, match=told):
        merge_shards(folder, PLAN, fewer, stages={})
    more = collection_plan(SIZES, mentions=7)
    with pytest.raises(OutputError, match=r"3 shards with 6 outcomes .* and 7 mentions"):
        merge_shards(folder, more, finished, stages={})
    assert not folder.result.exists()


def test_a_document_that_two_shards_have_is_told_and_nothing_appears(folder):
    for number, size in enumerate(SIZES):
        outcomes = [document_outcome(f"{document}") for document in range(size)]
        path = folder.shard(number)
        write_shard(path, outcomes, fingerprint=PLAN.fingerprint, shard=number)
    with pytest.raises(OutputError, match="it comes twice in en"):
        merge_shards(folder, PLAN, finished_shards(folder, PLAN, SHARDS), stages={})
    assert not folder.result.exists()


def test_a_result_that_is_there_is_not_overwritten(folder):
    commit_all(folder)
    finished = finished_shards(folder, PLAN, SHARDS)
    merge_shards(folder, PLAN, finished, stages={})
    with pytest.raises(OutputError, match="exists already"):
        merge_shards(folder, PLAN, finished, stages={})


def test_what_was_tagged_is_no_mention_that_the_plan_knew(folder):
    configuration = TaggingConfiguration(source="es").model_dump(mode="json")
    plan = collection_plan([1], configuration=configuration, mentions=0)
    found = Document("a", "es", "Tos.", (Mention("T1", "X", (Fragment(0, 3),)),))
    outcome = DocumentOutcome("es", "a", found, status=Status.TAGGED)
    write_shard(folder.shard(0), [outcome], fingerprint=plan.fingerprint, shard=0)
    finished = finished_shards(folder, plan, shard_plans([1]))
    summary = merge_shards(folder, plan, finished, stages={})
    assert summary.tagged == {"X": 1} and read_run(folder.result).tags
